package pdf

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/sign"
	"trustaudit/reports/reporttest"
)

// TestSignedReportRendersToItself draws, signs and verifies, and draws again
// from the data: the signed pages must be what the data says.
func TestSignedReportRendersToItself(t *testing.T) {
	now := created.Add(time.Hour)
	authority, err := sign.NewAuthority(sign.Subject{Name: "Root"}, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auditor, err := authority.Issue(sign.Subject{Name: "A. Auditor"})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := sign.Sign(finalised(t, sampleFinish()), auditor, sign.Options{Field: "auditor", Name: "A. Auditor", At: now})
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority.Root)
	redraw := func(title string) func([]byte) ([]byte, error) {
		return func(data []byte) ([]byte, error) {
			if !bytes.Equal(data, []byte(sampleData)) {
				t.Errorf("the data came back as %q", data)
			}
			f := sampleFinish()
			f.Data, f.Title = data, title
			return finalise(draw(t), f)
		}
	}
	for title, want := range map[string]sign.Rendering{
		sampleFinish().Title: sign.RendersSame,
		"Another report":     sign.RendersDifferent,
	} {
		v, err := sign.Verify(signed, sign.VerifyOptions{Roots: roots, Now: now, Render: redraw(title)})
		if err != nil {
			t.Fatal(err)
		}
		if !v.Intact || !v.Trusted || v.Renders != want {
			t.Errorf("%s: intact %v, trusted %v, renders %s (%s)", title, v.Intact, v.Trusted, v.Renders, v.RendersDetail)
		}
	}
}

// TestWholeReportIsSigned signs a whole report twice, by people whose names
// need letters beyond Latin-1, and has the verifier draw it again from its data.
func TestWholeReportIsSigned(t *testing.T) {
	r := reporttest.Audit()
	now := r.Run.Ended.Add(time.Hour)
	authority, err := sign.NewAuthority(sign.Subject{Name: "Root"}, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file := render(t, r)
	for _, by := range []struct{ field, name string }{
		{sign.AuditorField, "Agnieszka Wójcik"}, {sign.CountersignatureField, "Siân Ŵyn Llŷr"},
	} {
		id, err := authority.Issue(sign.Subject{Name: by.name})
		if err != nil {
			t.Fatal(err)
		}
		if file, err = sign.Sign(file, id, sign.Options{Field: by.field, Name: by.name, At: now}); err != nil {
			t.Fatal(err)
		}
	}
	if *lookAt != "" {
		if err := os.WriteFile(filepath.Join(*lookAt, "signed.pdf"), file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority.Root)
	again := func(data []byte) ([]byte, error) {
		var back audit.Report
		if err := json.Unmarshal(data, &back); err != nil {
			return nil, err
		}
		var b bytes.Buffer
		err := Render(&b, &back)
		return b.Bytes(), err
	}
	v, err := sign.Verify(file, sign.VerifyOptions{Roots: roots, Now: now, Render: again})
	if err != nil {
		t.Fatal(err)
	}
	if !v.Intact || !v.Trusted || !v.Countersigned || v.Renders != sign.RendersSame {
		t.Errorf("intact %v, trusted %v, countersigned %v, renders %s (%s)", v.Intact, v.Trusted, v.Countersigned, v.Renders, v.RendersDetail)
	}
}
