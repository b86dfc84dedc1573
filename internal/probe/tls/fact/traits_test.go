package fact

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/channel"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// modern is an endpoint with which nothing is wrong.
func modern() TLS {
	return TLS{
		Endpoint: "10.0.0.5:443", Spoken: true, Groups: []string{"x25519"}, Renegotiation: Secure, MasterSecret: true, ClientCertificate: "not asked",
		Versions: []Version{
			{Name: "TLS 1.1"},
			{Name: "TLS 1.2", Accepted: true, Suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Suites: []string{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}},
			{Name: "TLS 1.3", Accepted: true, Suite: "TLS_AES_128_GCM_SHA256", Suites: []string{"TLS_AES_128_GCM_SHA256"}},
		},
		Trust: TrustPrivate, Named: NamedRight,
		Chain: []Certificate{{
			Subject: "CN=pas.example", Issuer: "CN=Example CA", Names: []string{"pas.example"}, NotBefore: "2026-05-01T00:00:00Z", NotAfter: "2027-05-01T00:00:00Z",
			Key: "RSA", KeyBits: 2048, Signature: "SHA256-RSA", Revocation: []string{"CRL"},
		}},
	}
}

func TestSeen(t *testing.T) {
	want := channel.Seen{Endpoint: "10.0.0.5:443", Service: "https", Traits: []channel.Trait{
		{Name: "tls.version", Value: "TLS 1.2", Detail: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		{Name: "tls.version", Value: "TLS 1.3", Detail: "TLS_AES_128_GCM_SHA256"},
		{Name: "tls.suite", Value: "AEAD", Detail: "TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		{Name: "tls.forward_secrecy", Value: "always"},
		{Name: "tls.group", Value: "x25519"},
		{Name: "tls.post_quantum", Value: "no"},
		{Name: "tls.compression", Value: "no"},
		{Name: "tls.renegotiation", Value: "secure"},
		{Name: "tls.master_secret", Value: "yes"},
		{Name: "tls.client_certificate", Value: "not asked"},
		{Name: "tls.certificate.validity", Value: "within", Detail: "2027-05-01"},
		{Name: "tls.certificate.lifetime", Value: "short", Detail: "365"},
		{Name: "tls.certificate.key", Value: "2048", Detail: "RSA, CN=pas.example"},
		{Name: "tls.certificate.signature", Value: "SHA256-RSA", Detail: "CN=pas.example"},
		{Name: "tls.certificate.trust", Value: "private", Detail: "CN=Example CA"},
		{Name: "tls.certificate.name", Value: "right", Detail: "pas.example"},
		{Name: "tls.certificate.revocation", Value: "named", Detail: "CRL"},
	}}
	got := modern().Seen("https", today)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if g := channel.Shipped().Grade(got); g.Grade != channel.Sound || g.Score != 100 {
		t.Errorf("graded %s with %d: %+v", g.Grade, g.Score, g.Verdicts)
	}
}

// TestSeenTells sees what one difference from a modern endpoint makes of it.
func TestSeenTells(t *testing.T) {
	trait := func(name, value, detail string) channel.Trait {
		return channel.Trait{Name: name, Value: value, Detail: detail}
	}
	for _, c := range []struct {
		name   string
		change func(*TLS)
		want   channel.Trait
	}{
		{"static RSA besides", func(f *TLS) { f.Versions[1].Suites = append(f.Versions[1].Suites, "TLS_RSA_WITH_AES_128_CBC_SHA") },
			trait("tls.forward_secrecy", "not always", "TLS_RSA_WITH_AES_128_CBC_SHA")},
		{"static RSA alone", func(f *TLS) {
			f.Versions = []Version{{Name: "TLS 1.2", Accepted: true, Suite: "TLS_RSA_WITH_AES_128_CBC_SHA"}}
		},
			trait("tls.forward_secrecy", "never", "TLS_RSA_WITH_AES_128_CBC_SHA")},
		{"an export suite is no forward secrecy", func(f *TLS) {
			f.Versions = []Version{{Name: "TLS 1.0", Accepted: true, Suites: []string{"TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA"}}}
		}, trait("tls.forward_secrecy", "never", "TLS_RSA_WITH_RC4_128_SHA")},
		{"a suite of an old version alone", func(f *TLS) {
			f.Versions[0] = Version{Name: "TLS 1.1", Accepted: true, Suite: "TLS_RSA_WITH_RC4_128_SHA"}
		},
			trait("tls.suite", "RC4", "TLS_RSA_WITH_RC4_128_SHA")},
		{"many suites of a kind", func(f *TLS) {
			f.Versions[1].Suites = []string{"TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_NULL_SHA256", "TLS_PSK_WITH_NULL_SHA"}
		}, trait("tls.suite", "no encryption", "TLS_RSA_WITH_NULL_SHA, TLS_RSA_WITH_NULL_MD5, TLS_RSA_WITH_NULL_SHA256 and 1 more")},
		{"a small group", func(f *TLS) { f.FiniteBits = 1024 }, trait("tls.finite_field", "1024", "")},
		{"hybrid", func(f *TLS) { f.Groups = append(f.Groups, "X25519MLKEM768") }, trait("tls.post_quantum", "yes", "X25519MLKEM768")},
		{"compressed", func(f *TLS) { f.Compressed = true }, trait("tls.compression", "yes", "")},
		{"expired", func(f *TLS) { f.Chain[0].NotAfter = "2026-11-22T11:59:59Z" }, trait("tls.certificate.validity", "expired", "2026-11-22")},
		{"not yet", func(f *TLS) { f.Chain[0].NotBefore = "2026-11-22T12:00:01Z" }, trait("tls.certificate.validity", "not yet", "2026-11-22")},
		{"a curve", func(f *TLS) { f.Chain[0].Key, f.Chain[0].KeyBits = "ECDSA", 256 }, trait("tls.certificate.curve", "256", "ECDSA, CN=pas.example")},
		{"a key for DSA", func(f *TLS) { f.Chain[0].Key, f.Chain[0].KeyBits = "DSA", 0 }, trait("tls.certificate.key", "DSA", "DSA, CN=pas.example")},
		{"an issuer that ran out", func(f *TLS) { f.Stale = "CN=Old" }, trait("tls.certificate.validity", "stale between", "CN=Old")},
		{"twenty years of a private authority", func(f *TLS) { f.Chain[0].NotAfter = "2046-05-01T00:00:00Z" }, trait("tls.certificate.lifetime", "very long", "7305")},
		{"ten years of a private authority", func(f *TLS) { f.Chain[0].NotAfter = "2036-05-01T00:00:00Z" }, trait("tls.certificate.lifetime", "long", "3653")},
		{"a year of a public one, as of 2026", func(f *TLS) { f.Trust = TrustPublic }, trait("tls.certificate.lifetime", "beyond what public authorities may", "365")},
		{"a year of a public one, as of before", func(f *TLS) {
			f.Trust, f.Chain[0].NotBefore, f.Chain[0].NotAfter = TrustPublic, "2026-03-01T00:00:00Z", "2027-03-01T00:00:00Z"
		}, trait("tls.certificate.lifetime", "short", "365")},
		{"no word of revocation", func(f *TLS) { f.Chain[0].Revocation = nil }, trait("tls.certificate.revocation", "none", "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := modern()
			c.change(&f)
			var got []channel.Trait
			for _, one := range f.Seen("https", today).Traits {
				if one == c.want {
					return
				}
				if one.Name == c.want.Name {
					got = append(got, one)
				}
			}
			t.Errorf("want %+v, got %+v", c.want, got)
		})
	}
}

// TestAnonymousMail sees that a server of mail which also takes anonymous suites, as
// those do for callers that look at no certificate, is told from one that takes no other.
func TestAnonymousMail(t *testing.T) {
	both, alone := modern(), modern()
	both.Versions[1].Suites = append(both.Versions[1].Suites, "TLS_DH_anon_WITH_AES_256_GCM_SHA384")
	alone.Versions = []Version{{Name: "TLS 1.2", Accepted: true, Suite: "TLS_DH_anon_WITH_AES_256_GCM_SHA384"}}
	alone.Chain = nil
	for _, c := range []struct {
		fact    TLS
		service string
		want    string
	}{{both, "smtp", "anonymous on request"}, {both, "submission", "anonymous"}, {both, "https", "anonymous"}, {alone, "smtp", "anonymous"}} {
		seen := c.fact.Seen(c.service, today)
		if !slices.ContainsFunc(seen.Traits, func(tr channel.Trait) bool { return tr.Name == "tls.suite" && tr.Value == c.want }) {
			t.Errorf("%s, %d certificates: %+v, want %s", c.service, len(c.fact.Chain), seen.Traits, c.want)
		}
	}
}

// TestNoCertificateNeeded sees that no certificate is missed where the suites need none.
func TestNoCertificateNeeded(t *testing.T) {
	f := modern()
	f.Versions = []Version{{Name: "TLS 1.2", Accepted: true, Suite: "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"}}
	f.Chain, f.Trust, f.Named, f.Reason = nil, "", "", "certificate: none is shown"
	if seen := f.Seen("tls", today); len(seen.Untold) > 0 {
		t.Errorf("untold %+v", seen.Untold)
	}
}

// TestSeenLacks sees that what was not seen is said to be untold, and never passed over.
func TestSeenLacks(t *testing.T) {
	for _, c := range []struct {
		name string
		fact TLS
		want []channel.Untold
	}{
		{"another protocol", TLS{}, nil},
		{"silent", TLS{Reason: "no answer"}, []channel.Untold{{Name: "tls.version", Reason: "no answer"}}},
		{"agreed to, and not spoken", TLS{Via: "STARTTLS"}, []channel.Untold{{Name: "tls.version", Reason: "TLS was not spoken after STARTTLS"}}},
		{"every offer refused", TLS{Spoken: true, Versions: []Version{{Name: "TLS 1.2"}}},
			[]channel.Untold{{Name: "tls.version", Reason: "it speaks TLS and refuses every offer; it may want to be called by its name"}}},
		{"one version unclear", TLS{Spoken: true, Versions: []Version{{Name: "SSLv3", Reason: "no answer"}}, Untold: []channel.Untold{{Name: "tls.group", Reason: "gone"}}},
			[]channel.Untold{{Name: "tls.version", Reason: "SSLv3: no answer"}, {Name: "tls.group", Reason: "gone"}}},
		{"no certificate", TLS{Spoken: true, Reason: "certificate: none is shown", Versions: []Version{{Name: "TLS 1.2", Accepted: true}}},
			[]channel.Untold{{Name: "tls.certificate.validity", Reason: "none is shown"}}},
	} {
		if diff := cmp.Diff(c.want, c.fact.Seen("tls", today).Untold); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
