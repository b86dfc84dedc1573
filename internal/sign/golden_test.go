package sign

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"os"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "sign testdata/certificate-1.pdf anew, with a new authority")

// TestCertificateOfRelease1 holds the spelling of files and signatures to its
// promise: what was signed under it verifies for ever. Never update this file
// to make the test pass; a new spelling gets a new file beside it.
func TestCertificateOfRelease1(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if *update {
		newCertificate(t, at)
	}
	file, err := os.ReadFile("testdata/certificate-1.pdf")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/certificate-1.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	v := verified(t, file, VerifyOptions{Roots: pool(root), Now: at})
	if !v.Intact || !v.Trusted || !v.Countersigned || v.Problem() != NotComparable || v.About.Report != "5f2c9a1e77b0" {
		t.Errorf("problem %s: %s %s", v.Problem(), v.Damage, v.Distrust)
	}
}

func newCertificate(t *testing.T, at time.Time) {
	t.Helper()
	authority, err := NewAuthority(Subject{Name: "Root of release 1"}, at, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file := prepared(t)
	for _, field := range []string{AuditorField, CountersignatureField} {
		id, err := authority.Issue(Subject{Name: field})
		if err != nil {
			t.Fatal(err)
		}
		file = signed(t, file, id, Options{Field: field, Name: field, Reason: "Golden test", At: at})
	}
	for name, data := range map[string][]byte{"certificate-1.pdf": file, "certificate-1.pem": CertificatePEM(authority.Root)} {
		if err := os.WriteFile("testdata/"+name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
