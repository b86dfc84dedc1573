package main

import (
	"encoding/xml"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"trustaudit/internal/estatetest"
)

// The checks that tools for TLS can say something to.
const (
	tlsVersion     = "CHANNEL-TLS-VERSION"
	tlsSuite       = "CHANNEL-TLS-SUITE"
	tlsKeyExchange = "CHANNEL-TLS-KEY-EXCHANGE"
	tlsCertificate = "CHANNEL-TLS-CERTIFICATE"
	tlsSettings    = "CHANNEL-TLS-SETTINGS"
)

// sha1Signature is how OpenSSL calls it.
const sha1Signature = "ecdsa-with-SHA1"

// spokenTLS is what a tool says of a server's TLS.
type spokenTLS struct {
	versions  []string // "TLS 1.0"
	suites    []string // by any name
	group     int      // bits of the smallest finite field
	key       int      // bits of an RSA key
	signature string
	expired   bool
	self      bool
}

// finds puts it into the policy's words.
func (t spokenTLS) finds() []estatetest.Find {
	var out []estatetest.Find
	add := func(check, trait string) {
		if f := (estatetest.Find{Check: check, Trait: trait}); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, v := range t.versions {
		if v != "TLS 1.2" && v != "TLS 1.3" {
			add(tlsVersion, "tls.version "+v)
		}
	}
	secret := len(t.suites) == 0 || slices.Contains(t.versions, "TLS 1.3")
	for _, suite := range t.suites {
		for _, kind := range suiteKinds(suite) {
			add(tlsSuite, "tls.suite "+kind)
		}
		secret = secret || regexp.MustCompile(`DHE|ADH|AECDH|EDH|DH_anon|TLS_(AES|CHACHA20|AKE)`).MatchString(suite)
	}
	if !secret {
		add(tlsKeyExchange, "tls.forward_secrecy never")
	}
	if t.group > 0 && t.group < 2048 {
		add(tlsKeyExchange, "tls.finite_field "+strconv.Itoa(t.group))
	}
	if t.key > 0 && t.key < 2048 {
		add(tlsCertificate, "tls.certificate.key "+strconv.Itoa(t.key))
	}
	if t.signature == sha1Signature {
		add(tlsCertificate, "tls.certificate.signature ECDSA-SHA1")
	}
	if t.expired {
		add(tlsCertificate, "tls.certificate.validity expired")
	}
	if t.self {
		add(tlsCertificate, "tls.certificate.trust self-signed")
	}
	return out
}

// suiteKinds are the bad kinds that a suite is of, by its name in OpenSSL's or the
// standard's form.
func suiteKinds(name string) []string {
	var kinds []string
	for _, k := range []struct{ kind, words string }{
		{"export", `^EXP|EXPORT`},
		{"no encryption", `NULL`},
		{"anonymous", `^ADH|^AECDH|DH_anon`},
		{"RC4", `RC4`}, {"3DES", `CBC3|3DES`}, {"DES", `DES-CBC-|_DES_`}, {"IDEA", `IDEA`},
	} {
		if regexp.MustCompile(k.words).MatchString(name) {
			kinds = append(kinds, k.kind)
		}
	}
	if slices.Contains(kinds, "export") {
		return []string{"export"} // the worst of what it is
	}
	return kinds
}

// knowsTLS says that a tool can tell these traits.
func knowsTLS(traits ...string) func(estatetest.Find, string) bool {
	return func(f estatetest.Find, _ string) bool {
		return slices.ContainsFunc(traits, func(t string) bool { return strings.HasPrefix(f.Trait, t) })
	}
}

// startTLS are the flags by which tools ask a service for TLS, nil where it has none.
func startTLS(one *estatetest.Instance, flags map[string][]string) []string {
	if one.Service == "tls" {
		return []string{}
	}
	return flags[one.Service]
}

func sslscan() peer {
	flags := map[string][]string{
		"ftp": {"--starttls-ftp"}, "imap": {"--starttls-imap"}, "pop3": {"--starttls-pop3"}, "smtp": {"--starttls-smtp"}, "ldap": {"--starttls-ldap"},
		"mysql": {"--starttls-mysql"}, "postgresql": {"--starttls-psql"}, "xmpp": {"--starttls-xmpp"}, "rdp": {"--rdp"},
	}
	return peer{
		name: "sslscan", atOnce: 4,
		args: func(one *estatetest.Instance) []string {
			flags := startTLS(one, flags)
			if flags == nil {
				return nil
			}
			return append(slices.Clone(flags), "--no-colour", "--xml=-", net.JoinHostPort(one.Host, strconv.Itoa(one.Port)))
		},
		read: func(said []byte, _ string) []estatetest.Find { return readSSLScan(said) },
		knows: knowsTLS("tls.version", "tls.suite", "tls.forward_secrecy", "tls.finite_field", "tls.compression", "tls.renegotiation",
			"tls.certificate.key", "tls.certificate.signature", "tls.certificate.validity", "tls.certificate.trust self-signed"),
	}
}

// readSSLScan reads its XML.
func readSSLScan(said []byte) []estatetest.Find {
	var doc struct {
		Test struct {
			Protocols []struct {
				Type    string `xml:"type,attr"`
				Version string `xml:"version,attr"`
				Enabled int    `xml:"enabled,attr"`
			} `xml:"protocol"`
			Compression struct {
				Supported int `xml:"supported,attr"`
			} `xml:"compression"`
			Renegotiation struct {
				Supported string `xml:"supported,attr"`
				Secure    string `xml:"secure,attr"`
			} `xml:"renegotiation"`
			Ciphers []struct {
				Name string `xml:"cipher,attr"`
				DH   string `xml:"dhebits,attr"`
			} `xml:"cipher"`
			Certificates []struct {
				Signature string `xml:"signature-algorithm"`
				Self      bool   `xml:"self-signed"`
				Expired   bool   `xml:"expired"`
				Key       struct {
					Type string `xml:"type,attr"`
					Bits int    `xml:"bits,attr"`
				} `xml:"pk"`
			} `xml:"certificates>certificate"`
		} `xml:"ssltest"`
	}
	if xml.Unmarshal(said, &doc) != nil {
		return nil
	}
	t := spokenTLS{}
	for _, p := range doc.Test.Protocols {
		if p.Enabled == 1 {
			t.versions = append(t.versions, map[string]string{"ssl": "SSLv", "tls": "TLS "}[p.Type]+p.Version)
		}
	}
	for _, c := range doc.Test.Ciphers {
		t.suites = append(t.suites, c.Name)
		t.field(c.DH)
	}
	for _, c := range doc.Test.Certificates {
		t.signature, t.self, t.expired = c.Signature, t.self || c.Self, t.expired || c.Expired
		if c.Key.Type == "RSA" {
			t.key = c.Key.Bits
		}
	}
	out := t.finds()
	if doc.Test.Compression.Supported == 1 {
		out = append(out, estatetest.Find{Check: tlsSettings, Trait: "tls.compression yes"})
	}
	// A server that does not negotiate again cannot do so unsafely.
	if doc.Test.Renegotiation.Supported == "1" && doc.Test.Renegotiation.Secure == "0" {
		out = append(out, estatetest.Find{Check: tlsSettings, Trait: "tls.renegotiation missing"})
	}
	return out
}

// testssl takes half a minute for a server that is well set up, and three times as
// much for another: it is given those alone that are in the estate for their TLS.
func testssl() peer {
	return peer{
		name: "testssl", atOnce: 2,
		args: func(one *estatetest.Instance) []string {
			if one.Service != "tls" || len(one.Programs) > 0 && !slices.Contains([]string{"nginx", "apache2", "openssl"}, one.Programs[0]) {
				return nil
			}
			return []string{"--quiet", "--color", "0", "--warnings", "batch", "-p", "-E", "-S", net.JoinHostPort(one.Host, strconv.Itoa(one.Port))}
		},
		read: func(said []byte, _ string) []estatetest.Find { return readTestssl(string(said)) },
		knows: knowsTLS("tls.version", "tls.suite", "tls.forward_secrecy", "tls.finite_field", "tls.certificate.key", "tls.certificate.signature",
			"tls.certificate.validity", "tls.certificate.trust self-signed", "tls.certificate.name"),
	}
}

var (
	testsslVersion   = regexp.MustCompile(`(?m)^ (SSLv2|SSLv3|TLS 1(?:\.\d)?) +offered`)
	testsslSuite     = regexp.MustCompile(`(?m)^ x[0-9a-f]+ +(\S+) +(?:DH (\d+))?`)
	testsslKey       = regexp.MustCompile(`Server key size +RSA (\d+) bits`)
	testsslSignature = regexp.MustCompile(`Signature Algorithm +ECDSA with SHA1`)
	testsslExpired   = regexp.MustCompile(`Certificate Validity \(UTC\) +expired`)
)

// readTestssl reads what it prints, which holds what its JSON does.
func readTestssl(said string) []estatetest.Find {
	t := spokenTLS{expired: testsslExpired.MatchString(said), self: strings.Contains(said, "(self signed)")}
	for _, m := range testsslVersion.FindAllStringSubmatch(said, -1) {
		if m[1] == "TLS 1" {
			m[1] = "TLS 1.0"
		}
		t.versions = append(t.versions, m[1])
	}
	for _, m := range testsslSuite.FindAllStringSubmatch(said, -1) {
		t.suites = append(t.suites, m[1])
		t.field(m[2])
	}
	if m := testsslKey.FindStringSubmatch(said); m != nil {
		t.key, _ = strconv.Atoi(m[1])
	}
	if testsslSignature.MatchString(said) {
		t.signature = sha1Signature
	}
	out := t.finds()
	if strings.Contains(said, "certificate does not match supplied URI") {
		out = append(out, estatetest.Find{Check: tlsCertificate, Trait: "tls.certificate.name wrong"})
	}
	return out
}

// field notes the size of a finite field, of which the smallest counts.
func (t *spokenTLS) field(bits string) {
	if n, err := strconv.Atoi(bits); err == nil && n > 0 && (t.group == 0 || n < t.group) {
		t.group = n
	}
}
