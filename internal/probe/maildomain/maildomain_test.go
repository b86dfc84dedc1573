package maildomain_test

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe/maildomain"
	"trustaudit/internal/probe/maildomain/fact"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// zone is a name service; what it does not hold has no record.
type zone map[string][]string

func (z zone) lookup(_ context.Context, kind, name string) ([]string, error) {
	if !strings.HasSuffix(name, "trust.nhs.uk") {
		return nil, probetest.Refusal("not in the scope")
	}
	if words := z[kind+" "+name]; len(words) == 1 && words[0] == "fails" {
		return nil, errors.New("server misbehaving")
	}
	return z[kind+" "+name], nil
}

// look looks at a domain of a zone.
func look(t *testing.T, z zone, n *probetest.Network, domain audit.MailDomain) (channel.Seen, *probetest.Record) {
	t.Helper()
	return lookTrusting(t, x509.NewCertPool, z, n, domain)
}

func lookTrusting(t *testing.T, roots func() *x509.CertPool, z zone, n *probetest.Network, domain audit.MailDomain) (channel.Seen, *probetest.Record) {
	t.Helper()
	r := probetest.NewRecord(n.Dial)
	s := r.Session(audit.Unit{Target: audit.Target("domain:" + domain.Name)}, audit.Scope{MailDomains: []audit.MailDomain{domain}})
	s.Lookup = z.lookup
	if err := maildomain.Trusting(roots)(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, maildomain.Probe, r)
	return r.Facts[0].(channel.Seen), r
}

func key(t *testing.T, bits int) string {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestRecords(t *testing.T) {
	const name = "trust.nhs.uk"
	sound := func() zone {
		return zone{
			"TXT " + name: {"unrelated", "v=spf1 include:spf.example ~all"}, "TXT _dmarc." + name: {"v=DMARC1; p=reject; sp=none"},
			"MX " + name: {"0 ."},
		}
	}
	spf, dmarc := channel.Trait{Name: "mail.spf", Value: "softfail"}, channel.Trait{Name: "mail.dmarc", Value: "reject"}
	noSelector := channel.Untold{Name: "mail.dkim", Reason: "the engagement names no selector"}
	tests := []struct {
		name   string
		domain audit.MailDomain
		change map[string][]string
		traits []channel.Trait
		untold []channel.Untold
	}{
		{"sound, takes no mail", audit.MailDomain{Name: name}, nil, []channel.Trait{spf, dmarc}, []channel.Untold{noSelector}},
		{"nothing at all", audit.MailDomain{Name: name}, zone{"TXT " + name: nil, "TXT _dmarc." + name: nil, "MX " + name: {"10 mx.example."}},
			[]channel.Trait{{Name: "mail.spf", Value: "none"}, {Name: "mail.dmarc", Value: "none"}, {Name: "mail.mta_sts", Value: "none"}, {Name: "mail.tls_reports", Value: "no"}},
			[]channel.Untold{noSelector}},
		{"two records of each", audit.MailDomain{Name: name}, zone{"TXT " + name: {"v=spf1 -all", "v=spf1 ~all"}, "TXT _dmarc." + name: {"v=DMARC1; p=none", "v=DMARC1;p=reject"}},
			[]channel.Trait{{Name: "mail.spf", Value: "invalid", Detail: "there are several records"}, {Name: "mail.dmarc", Value: "invalid", Detail: "there are several records"}},
			[]channel.Untold{noSelector}},
		{"leads elsewhere", audit.MailDomain{Name: name}, zone{"TXT " + name: {"v=spf1 redirect=_spf.other.example"}},
			[]channel.Trait{dmarc}, []channel.Untold{{Name: "mail.spf", Reason: "not to be touched: not in the scope"}, noSelector}},
		{"sends none", audit.MailDomain{Name: name}, zone{"TXT " + name: {"v=spf1 -all"}}, []channel.Trait{{Name: "mail.spf", Value: "fail"}, dmarc}, nil},
		{"leads within", audit.MailDomain{Name: name}, zone{"TXT " + name: {"v=spf1 redirect=_spf." + name}, "TXT _spf." + name: {"v=spf1 mx -all"}},
			[]channel.Trait{{Name: "mail.spf", Value: "fail"}, dmarc}, []channel.Untold{noSelector}},
		{"leads to itself", audit.MailDomain{Name: name}, zone{"TXT " + name: {"v=spf1 redirect=" + name}},
			[]channel.Trait{{Name: "mail.spf", Value: "invalid", Detail: "one record leads to another without end"}, dmarc}, []channel.Untold{noSelector}},
		{"a domain below has the policy for those", audit.MailDomain{Name: "mail." + name}, zone{"TXT mail." + name: {"v=spf1 mx -all"}},
			[]channel.Trait{{Name: "mail.spf", Value: "fail"}, {Name: "mail.dmarc", Value: "watch"}}, []channel.Untold{noSelector}},
		{"the name service fails", audit.MailDomain{Name: name, Selectors: []string{"s1"}},
			zone{"TXT " + name: {"fails"}, "TXT _dmarc." + name: {"fails"}, "MX " + name: {"fails"}, "TXT s1._domainkey." + name: {"fails"}}, nil,
			[]channel.Untold{{Name: "mail.spf", Reason: "server misbehaving"}, {Name: "mail.dmarc", Reason: "server misbehaving"},
				{Name: "mail.dkim", Reason: "server misbehaving"}, {Name: "mail.mta_sts", Reason: "server misbehaving"}}},
		{"keys", audit.MailDomain{Name: name, Selectors: []string{"s1", "s2", "s3", "s4"}}, zone{
			"TXT s1._domainkey." + name: {"v=DKIM1; k=rsa; p=" + key(t, 1024)}, "TXT s2._domainkey." + name: {"v=DKIM1; p="},
			"TXT s3._domainkey." + name: {"v=DKIM1; p=rubbish"}},
			[]channel.Trait{spf, dmarc, {Name: "mail.dkim", Value: "present", Detail: "selector s1"}, {Name: "mail.dkim.bits", Value: "1024", Detail: "selector s1"},
				{Name: "mail.dkim", Value: "revoked", Detail: "selector s2"}, {Name: "mail.dkim", Value: "unreadable", Detail: "selector s3"},
				{Name: "mail.dkim", Value: "missing", Detail: "selector s4"}}, nil},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			z := sound()
			for question, answer := range c.change {
				z[question] = answer
			}
			got, _ := look(t, z, &probetest.Network{}, c.domain)
			want := channel.Seen{Endpoint: c.domain.Name, Service: "mail domain", Traits: c.traits, Untold: c.untold}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// issuer is an authority.
type issuer struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newIssuer(t *testing.T) issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := issuer{key: key}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if i.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i issuer) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(i.cert)
	return pool
}

// serving is a host that serves something over TLS, with a certificate of the
// issuer for a name until a time.
func (i issuer) serving(t *testing.T, name string, until time.Time, answer string) probetest.Service {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: until, DNSNames: []string{name}}
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, &i.key.PublicKey, i.key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: i.key}}}
	return func(conn net.Conn) {
		secured := tls.Server(conn, config)
		if _, err := secured.Read(make([]byte, 512)); err == nil {
			_, _ = io.WriteString(secured, answer)
			_ = secured.Close()
		}
	}
}

// TestPolicy judges policies as a sender does, who believes no host whose
// certificate is not valid.
func TestPolicy(t *testing.T) {
	const name, host = "trust.nhs.uk", "mta-sts.trust.nhs.uk"
	const policy = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nversion: STSv1\r\nmode: %s\r\nmx: mx.trust.nhs.uk\r\nmax_age: 604800\r\n"
	const distrusted, unread, nothing = "invalid: the certificate of its host is ", "untold: there is one, and its policy could not be read: ", "invalid: what is served is no policy"
	known, later, enforce := newIssuer(t), time.Now().AddDate(1, 0, 0), fmt.Sprintf(policy, "enforce")
	for what, c := range map[string]struct {
		service probetest.Service
		record  string
		want    string
	}{
		"enforced":             {known.serving(t, host, later, enforce), "", "enforce: "},
		"tested":               {known.serving(t, host, later, fmt.Sprintf(policy, "testing")), "", "testing: "},
		"withdrawn":            {known.serving(t, host, later, "HTTP/1.1 200 OK\r\n\r\nversion: STSv1\nmode: none\nmax_age: 86400"), "", "none: "},
		"not found":            {known.serving(t, host, later, strings.Replace(enforce, "200 OK", "404 Not Found", 1)), "", nothing},
		"elsewhere":            {known.serving(t, host, later, strings.Replace(enforce, "200 OK", "301 Moved", 1)), "", nothing},
		"without a host":       {known.serving(t, host, later, strings.Replace(enforce, "mx:", "", 1)), "", nothing},
		"without an age":       {known.serving(t, host, later, strings.Replace(enforce, "max_age:", "", 1)), "", nothing},
		"without a version":    {known.serving(t, host, later, strings.Replace(enforce, "STSv1", "STSv2", 1)), "", nothing},
		"by itself":            {newIssuer(t).serving(t, host, later, enforce), "", distrusted + "of no public authority"},
		"for another name":     {known.serving(t, name, later, enforce), "", distrusted + "for another name"},
		"out of date":          {known.serving(t, host, time.Unix(0, 0), enforce), "", distrusted + "out of date"},
		"mute":                 {probetest.Mute, "", unread + "no answer in time"},
		"record without an id": {probetest.Mute, "v=STSv1;", "none: "},
		"outside the scope":    {nil, "", unread + "not to be touched: not in the scope"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				z := zone{"MX " + name: {"10 mx." + name + "."}, "TXT _mta-sts." + name: {cmp.Or(c.record, "v=STSv1; id=1")}}
				n := &probetest.Network{Services: map[string]probetest.Service{host + ":443": c.service}}
				if c.service == nil {
					n = &probetest.Network{Forbidden: map[string]string{host + ":443": "not in the scope"}}
				}
				seen, r := lookTrusting(t, known.roots, z, n, audit.MailDomain{Name: name})
				got := ""
				for _, trait := range seen.Traits {
					if trait.Name == "mail.mta_sts" {
						got = trait.Value + ": " + trait.Detail
					}
				}
				for _, u := range seen.Untold {
					if u.Name == "mail.mta_sts" {
						got = "untold: " + u.Reason
					}
				}
				if got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
				if what == "enforced" {
					probetest.Documented(t, maildomain.Probe, r)
				}
				if strings.HasPrefix(c.want, distrusted) && slices.Contains(r.Said(), "GET /.well-known/mta-sts.txt") {
					t.Error("a host that is not believed was asked for its policy")
				}
			})
		})
	}
}

// TestEstate sees that each domain of the engagement becomes a target of its own.
func TestEstate(t *testing.T) {
	r := probetest.NewRecord(nil)
	domains := []audit.MailDomain{{Name: "a.example"}, {Name: "b.example"}}
	if err := maildomain.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: audit.Estate}, audit.Scope{MailDomains: domains})); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]audit.Fact{fact.Domain{Name: "a.example"}, fact.Domain{Name: "b.example"}}, r.Facts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	looks := maildomain.Probe.Plan(audit.Estate, r.Facts[0])
	if len(looks) != 1 || looks[0].Target != "domain:a.example" {
		t.Errorf("planned %v", looks)
	}
}
