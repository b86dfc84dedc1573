package tls

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"testing"
	"time"

	"trustaudit/internal/probe/tls/fact"
)

var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// issued is a certificate and the key that it is of.
type issued struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue signs a certificate; nobody signs for himself.
func issue(t *testing.T, by *issued, name string, change func(*x509.Certificate)) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(today.Unix()), Subject: pkix.Name{CommonName: name},
		NotBefore: today.AddDate(0, -1, 0), NotAfter: today.AddDate(0, 6, 0), BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key}
}

func authority(c *x509.Certificate) { c.IsCA = true }

// byPublicRules marks a certificate as issued by the rules of public authorities.
func byPublicRules(c *x509.Certificate) {
	oid, err := x509.OIDFromInts([]uint64{2, 23, 140, 1, 2, 1})
	if err != nil {
		panic(err)
	}
	c.Policies = []x509.OID{oid}
}

func TestTrust(t *testing.T) {
	public := issue(t, nil, "Public Root", authority)
	publicSub := issue(t, public, "Public Issuer", authority)
	private := issue(t, nil, "Trust Root", authority)
	privateSub := issue(t, private, "Trust Issuer", authority)
	other := issue(t, nil, "Other Root", authority)
	expired := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = today.AddDate(-1, 0, 0), today.AddDate(0, 0, -20) }

	ofPublic, ofPrivate := issue(t, publicSub, "a.example", byPublicRules), issue(t, privateSub, "b.example", nil)
	renewed := issue(t, nil, "Renewed Root", func(c *x509.Certificate) {
		authority(c)
		c.NotBefore = today.AddDate(0, 0, -1)
	})
	beforeRenewal := issue(t, renewed, "h.example", expired)
	self, expiredLeaf := issue(t, nil, "c.example", nil), issue(t, private, "d.example", expired)
	timestamped := issue(t, publicSub, "e.example", func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: signedTimestamps, Value: []byte{4, 0}}}
	})
	sha1 := func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }
	old, oldOfSub := issue(t, private, "f.example", sha1), issue(t, privateSub, "g.example", sha1)
	for _, c := range []struct {
		name  string
		given []*issued
		chain []*issued
		want  string
	}{
		{"public", nil, []*issued{ofPublic, publicSub}, fact.TrustPublic},
		{"public with its root", nil, []*issued{ofPublic, publicSub, public}, fact.TrustPublic},
		{"public, out of order", nil, []*issued{ofPublic, public, publicSub}, fact.TrustPublic},
		{"public without its issuer", nil, []*issued{ofPublic}, fact.TrustIncomplete},
		{"public with a stranger for its issuer", nil, []*issued{ofPublic, other}, fact.TrustIncomplete},
		{"made known in public, without its issuer", nil, []*issued{timestamped}, fact.TrustIncomplete},
		{"private without its root", nil, []*issued{ofPrivate, privateSub}, fact.TrustPrivate},
		{"private with its root", nil, []*issued{ofPrivate, privateSub, private}, fact.TrustPrivate},
		{"private, alone", nil, []*issued{ofPrivate}, fact.TrustPrivate},
		{"private, expired", nil, []*issued{expiredLeaf, private}, fact.TrustPrivate},
		{"private with a stranger", nil, []*issued{ofPrivate, other}, fact.TrustBroken},
		{"by itself", nil, []*issued{self}, fact.TrustSelf},
		{"given", []*issued{private}, []*issued{ofPrivate, privateSub}, fact.TrustGiven},
		{"given, expired", []*issued{private}, []*issued{expiredLeaf}, fact.TrustGiven},
		{"given, expired, renewed since", []*issued{renewed}, []*issued{beforeRenewal}, fact.TrustGiven},
		{"the issuer itself is given", []*issued{privateSub}, []*issued{ofPrivate}, fact.TrustGiven},
		{"by itself, and given", []*issued{self}, []*issued{self}, fact.TrustGiven},
		{"with SHA-1, given", []*issued{private}, []*issued{old}, fact.TrustGiven},
		{"with SHA-1, given, with what stands between", []*issued{private}, []*issued{oldOfSub, privateSub}, fact.TrustGiven},
		{"with SHA-1, another is given", []*issued{other}, []*issued{old}, fact.TrustOther},
		{"with SHA-1", nil, []*issued{old}, fact.TrustPrivate},
		{"another is given", []*issued{other}, []*issued{ofPrivate, privateSub}, fact.TrustOther},
		{"another is given, and its issuer is not shown", []*issued{other}, []*issued{ofPrivate}, fact.TrustAlone},
		{"another is given, and it is public", []*issued{other}, []*issued{ofPublic, publicSub}, fact.TrustPublic},
	} {
		t.Run(c.name, func(t *testing.T) {
			pool := x509.NewCertPool()
			pool.AddCert(public.cert)
			known := authorities{public: func() *x509.CertPool { return pool }}
			for _, g := range c.given {
				known.given = append(known.given, g.cert.Raw)
			}
			var chain []*x509.Certificate
			for _, one := range c.chain {
				chain = append(chain, one.cert)
			}
			if got := known.trust(chain, today); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestStale sees that a certificate between is told that ran out, unless the leaf
// leads to its authority without it.
func TestStale(t *testing.T) {
	root := issue(t, nil, "Trust Root", authority)
	ranOut := func(c *x509.Certificate) {
		authority(c)
		c.NotBefore, c.NotAfter = today.AddDate(-5, 0, 0), today.AddDate(0, 0, -20)
	}
	old := issue(t, root, "Old Issuer", ranOut)
	good := issue(t, root, "Issuer", authority)
	crossed := issue(t, old, "Another", ranOut)
	const told = "CN=Old Issuer, which was to be used until 2026-11-02"
	for _, c := range []struct {
		name  string
		given *issued
		chain []*issued
		trust string
		stale string
	}{
		{"between the leaf and a given root", root, []*issued{issue(t, old, "a.example", nil), old}, fact.TrustGiven, told},
		{"between the leaf and an unknown root", nil, []*issued{issue(t, old, "a.example", nil), old}, fact.TrustPrivate, told},
		{"shown besides", root, []*issued{issue(t, good, "a.example", nil), good, crossed, old}, fact.TrustGiven, ""},
		{"none", root, []*issued{issue(t, good, "a.example", nil), good}, fact.TrustGiven, ""},
		{"the leaf ran out with it", root, []*issued{issue(t, old, "a.example", ranOut), old}, fact.TrustGiven, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			known := authorities{public: x509.NewCertPool}
			if c.given != nil {
				known.given = [][]byte{c.given.cert.Raw}
			}
			var chain []*x509.Certificate
			for _, one := range c.chain {
				chain = append(chain, one.cert)
			}
			if trust, stale := known.judge(chain, today); trust != c.trust || stale != c.stale {
				t.Errorf("%s, %q; want %s, %q", trust, stale, c.trust, c.stale)
			}
		})
	}
}

// TestPublicRoots sees that the authorities that browsers trust are there.
func TestPublicRoots(t *testing.T) {
	if PublicRoots().Equal(x509.NewCertPool()) {
		t.Error("there are none")
	}
}

func TestNamed(t *testing.T) {
	names := func(dns []string, ips ...net.IP) *x509.Certificate {
		return issue(t, nil, "common.example", func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = dns, ips }).cert
	}
	here, there := net.IPv4(10, 0, 0, 5), net.ParseIP("fd00::5")
	for _, c := range []struct {
		name string
		cert *x509.Certificate
		host string
		want string
	}{
		{"its name", names([]string{"a.example"}), "a.example", fact.NamedRight},
		{"in other letters", names([]string{"A.example"}), "a.EXAMPLE", fact.NamedRight},
		{"a wildcard", names([]string{"*.example"}), "a.example", fact.NamedRight},
		{"a wildcard for one label alone", names([]string{"*.example"}), "a.b.example", fact.NamedWrong},
		{"another name", names([]string{"b.example"}), "a.example", fact.NamedWrong},
		{"the common name alone", names(nil), "common.example", fact.NamedNobody},
		{"its address", names([]string{"a.example"}, here), "10.0.0.5", fact.NamedRight},
		{"its IPv6 address", names(nil, there), "fd00::5", fact.NamedRight},
		{"its IPv6 address with a zone", names(nil, there), "fd00::5%eth0", fact.NamedRight},
		{"another address", names(nil, here), "10.0.0.6", fact.NamedWrong},
		{"called by address, names alone", names([]string{"a.example"}), "10.0.0.5", fact.NamedUntold},
		{"an address for a name", names(nil, here), "a.example", fact.NamedWrong},
	} {
		if got := named(c.cert, c.host); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestForeignPolicyIsNotPublic sees that any policy does not make a certificate a
// public one.
func TestForeignPolicyIsNotPublic(t *testing.T) {
	leaf := issue(t, nil, "a.example", func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{4, 0}}}
	}).cert
	if issuedInPublic(leaf) {
		t.Error("it says nothing of public rules")
	}
}
