package sign

import (
	"bytes"
	"encoding/asn1"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/digitorus/pkcs7"

	"trustaudit/internal/pdf"
)

// tool runs another program that reads signed PDFs. Where it is missing the
// test is skipped on a developer's machine and fails in continuous integration.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// stages are a report as each signature leaves it, with both kinds of key.
func stages(t *testing.T) map[string][]byte {
	return map[string][]byte{
		"certified":     certified(t),
		"countersigned": countersigned(t),
		"rsa":           signed(t, prepared(t), cast().rsa, auditorOptions()),
	}
}

func TestPopplerTrusts(t *testing.T) {
	dir := t.TempDir()
	root := write(t, dir, "root.pem", CertificatePEM(cast().authority.Root))
	tool(t, "certutil", "-N", "-d", "sql:"+dir, "--empty-password")
	tool(t, "certutil", "-A", "-d", "sql:"+dir, "-n", "root", "-t", "CT,C,C", "-i", root)
	for name, file := range stages(t) {
		out := tool(t, "pdfsig", "-nssdir", "sql:"+dir, write(t, dir, name+".pdf", file))
		t.Logf("%s:\n%s", name, out)
		signatures := strings.Count(string(file), "/ETSI.CAdES.detached")
		for _, want := range []string{
			"Signature Validation: Signature is Valid.", "Certificate Validation: Certificate is Trusted.", "ETSI.CAdES.detached",
		} {
			if signatures == 0 || strings.Count(out, want) != signatures {
				t.Errorf("%s: %d signatures, not all have %q", name, signatures, want)
			}
		}
		if !strings.Contains(out, "Total document signed") {
			t.Errorf("%s: the last signature is not over the whole document", name)
		}
	}
}

func TestQPDFFindsNoFault(t *testing.T) {
	dir := t.TempDir()
	for name, file := range stages(t) {
		out := tool(t, "qpdf", "--check", write(t, dir, name+".pdf", file))
		if !strings.Contains(out, "No syntax or stream encoding errors found") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// extract returns the CMS of the first signature and what it is over.
func extract(t *testing.T, file []byte) (der, content []byte) {
	t.Helper()
	doc, err := pdf.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := readLayers(doc)
	if err != nil {
		t.Fatal(err)
	}
	var raw asn1.RawValue
	if _, err := asn1.Unmarshal(layers[0].contents, &raw); err != nil {
		t.Fatal(err)
	}
	gap := layers[0].gap
	return raw.FullBytes, append(bytes.Clone(file[:gap.start]), file[gap.end:gap.length]...)
}

func TestOpenSSLVerifies(t *testing.T) {
	dir := t.TempDir()
	root := write(t, dir, "root.pem", CertificatePEM(cast().authority.Root))
	for name, file := range stages(t) {
		der, content := extract(t, file)
		out := tool(t, "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", write(t, dir, name+".cms", der),
			"-content", write(t, dir, name+".bin", content), "-CAfile", root, "-purpose", "any", "-out", os.DevNull)
		if !strings.Contains(out, "CAdES Verification successful") {
			t.Errorf("%s: openssl cms: %s", name, out)
		}
	}
}

func TestPKCS7Verifies(t *testing.T) {
	for name, file := range stages(t) {
		der, content := extract(t, file)
		p, err := pkcs7.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		p.Content = content
		if err := p.VerifyWithChainAtTime(pool(cast().authority.Root), now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
