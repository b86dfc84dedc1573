package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func passphrase(p string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(p), nil }
}

// withChain issues an identity through an intermediate.
func withChain(t *testing.T) (*Identity, *x509.Certificate) {
	t.Helper()
	root := cast().authority
	key, err := P256.generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		Subject: Subject{Name: "Issuing"}.name(), NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	cert, err := issue(template, root.Root, key.Public(), root.key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	below := &Authority{Root: cert, key: key, now: now, random: rand.Reader}
	id, err := below.Issue(Subject{Name: "Chained"})
	if err != nil {
		t.Fatal(err)
	}
	return id, cert
}

func TestIdentityRoundTrip(t *testing.T) {
	id, issuing := withChain(t)
	id.Chain = []*x509.Certificate{issuing}
	text, err := id.PEM()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := id.PKCS12([]byte("geheim ŵ"))
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, CertificatePEM(cast().authority.Root)...)
	for name, data := range map[string][]byte{"id.pem": text, "id.p12": sealed} {
		got, err := LoadIdentity(write(t, t.TempDir(), name, data), passphrase("geheim ŵ"))
		if err != nil {
			t.Fatal(err)
		}
		if got.Fingerprint() != id.Fingerprint() {
			t.Errorf("%s: another certificate", name)
		}
		if len(got.Chain) != 1 || !got.Chain[0].Equal(issuing) {
			t.Errorf("%s: chain has %d certificates, want the intermediate alone", name, len(got.Chain))
		}
		v := verified(t, signed(t, prepared(t), got, auditorOptions()), verifyOptions(t))
		if v.Problem() != NoProblem {
			t.Errorf("%s: %s %s %s", name, v.Problem(), v.Damage, v.Distrust)
		}
	}
}

// TestChainIsUnderTheSignature: no byte of an intermediate can be changed.
func TestChainIsUnderTheSignature(t *testing.T) {
	id, issuing := withChain(t)
	id.Chain = []*x509.Certificate{issuing}
	der, err := signMessage(id, []byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(der, issuing.Raw)
	for i := at; i < at+len(issuing.Raw); i += 7 {
		changed := bytes.Clone(der)
		changed[i] ^= 4
		if _, err := openMessage(changed, []byte("content")); err == nil {
			t.Fatalf("byte %d of the intermediate is free", i-at)
		}
	}
}

func TestPassphraseIsAskedOnlyForSealedFiles(t *testing.T) {
	text, err := cast().auditor.PEM()
	if err != nil {
		t.Fatal(err)
	}
	never := func() ([]byte, error) { return nil, errors.New("asked") }
	if _, err := LoadIdentity(write(t, t.TempDir(), "a.pem", text), never); err != nil {
		t.Error(err)
	}
	sealed, err := cast().auditor.PKCS12([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadIdentity(write(t, t.TempDir(), "a.p12", sealed), never); err == nil || !strings.Contains(err.Error(), "asked") {
		t.Errorf("error = %v", err)
	}
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestLoadIdentityRefuses(t *testing.T) {
	text, err := cast().auditor.PEM()
	if err != nil {
		t.Fatal(err)
	}
	keyOnly := text[:bytes.Index(text, []byte("-----BEGIN CERTIFICATE"))]
	sealed, err := cast().auditor.PKCS12([]byte("right"))
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edDER, err := x509.MarshalPKCS8PrivateKey(edKey)
	if err != nil {
		t.Fatal(err)
	}
	template := leaf(Subject{Name: "Ed"}, now)
	edCert, err := issue(template, template, edKey.Public(), edKey, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	headers := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Headers: map[string]string{"DEK-Info": "AES"}, Bytes: []byte{1}})
	tests := map[string]struct {
		data []byte
		want string
	}{
		"no key":            {CertificatePEM(cast().auditor.Certificate), "no private key"},
		"no certificate":    {keyOnly, "no certificate for its private key"},
		"other certificate": {append(bytes.Clone(keyOnly), CertificatePEM(cast().forger.Certificate)...), "no certificate for its private key"},
		"two keys":          {append(bytes.Clone(keyOnly), text...), "more than one key"},
		"sealed PKCS#8":     {append(block("ENCRYPTED PRIVATE KEY", []byte{1}), text...), "openssl pkcs12 -export"},
		"sealed PEM":        {headers, "openssl pkcs12 -export"},
		"other block":       {block("OPENSSH PRIVATE KEY", []byte{1}), "neither key nor certificate"},
		"broken key":        {block("PRIVATE KEY", []byte{1}), "parse private key"},
		"broken cert":       {block("CERTIFICATE", []byte{1}), "parse certificate"},
		"Ed25519":           {append(block("PRIVATE KEY", edDER), CertificatePEM(edCert)...), "not accepted"},
		"wrong passphrase":  {sealed, "passphrase is wrong"},
		"garbage":           {[]byte("garbage"), "neither PEM nor"},
		"empty":             {nil, "neither PEM nor"},
		"large":             {make([]byte, maxIdentity+1), "larger than"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := LoadIdentity(write(t, t.TempDir(), "id", test.data), passphrase("wrong"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want it to say %q", err, test.want)
			}
		})
	}
	if _, err := LoadIdentity(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("loaded a file that is not there")
	}
}

// TestOpenSSLKeys loads the older forms of key that openssl writes.
func TestOpenSSLKeys(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	template := leaf(Subject{Name: "P-384"}, now)
	cert, err := issue(template, cast().authority.Root, key.Public(), cast().authority.key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, t.TempDir(), "id.pem", append(block("EC PRIVATE KEY", der), CertificatePEM(cert)...))
	id, err := LoadIdentity(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := verified(t, signed(t, prepared(t), id, auditorOptions()), verifyOptions(t))
	if v.Problem() != NoProblem || v.Signer.Algorithm != "ECDSA P-384 with SHA-384" {
		t.Errorf("%s %s", v.Problem(), v.Damage)
	}
	if _, err := exec.LookPath("openssl"); err != nil {
		return
	}
	out := filepath.Join(t.TempDir(), "id.p12")
	tool(t, "openssl", "pkcs12", "-export", "-in", path, "-out", out, "-passout", "pass:x")
	again, err := LoadIdentity(out, passphrase("x"))
	if err != nil || again.Fingerprint() != id.Fingerprint() {
		t.Errorf("PKCS#12 of openssl: %v", err)
	}
}

func TestChainStops(t *testing.T) {
	root := cast().authority.Root
	if got := chain(cast().auditor.Certificate, []*x509.Certificate{root}); len(got) != 0 {
		t.Error("the root is taken into the chain")
	}
	if got := chain(root, []*x509.Certificate{root}); len(got) != 0 {
		t.Error("a root has a chain")
	}
}

func TestRecords(t *testing.T) {
	data := []byte(`{"finding":"f00","word":"confirmed"}`)
	for name, id := range map[string]*Identity{"ECDSA": cast().auditor, "RSA": cast().rsa} {
		sig, err := SignRecord(id, data)
		if err != nil {
			t.Fatal(err)
		}
		checks := map[string]struct {
			cert *x509.Certificate
			data []byte
			sig  []byte
			good bool
		}{
			"good":       {id.Certificate, data, sig, true},
			"other data": {id.Certificate, append(bytes.Clone(data), ' '), sig, false},
			"other cert": {cast().forger.Certificate, data, sig, false},
			"cut":        {id.Certificate, data, sig[:len(sig)-1], false},
			"longer":     {id.Certificate, data, append(bytes.Clone(sig), 0), false},
			"empty":      {id.Certificate, data, nil, false},
			"no cert":    {nil, data, sig, false},
		}
		got := map[string]bool{}
		want := map[string]bool{}
		for what, c := range checks {
			signer, err := VerifyRecord(c.data, c.sig)
			got[what], want[what] = err == nil && signer.Equal(c.cert), c.good
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func FuzzOpenMessage(f *testing.F) {
	sig, err := SignRecord(cast().auditor, []byte("data"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sig)
	f.Add(peerSeed())
	f.Fuzz(func(t *testing.T, der []byte) {
		if bytes.Equal(der, sig) {
			return
		}
		certs, err := openMessage(der, []byte(recordContext), []byte("data"))
		if err == nil && certs[0].Equal(cast().auditor.Certificate) {
			t.Error("another spelling of a signature was accepted")
		}
	})
}

// peerSeed is a CMS header that promises more than it holds.
func peerSeed() []byte {
	return []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
}
