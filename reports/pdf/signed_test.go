package pdf

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"testing"
	"time"

	"trustaudit/internal/sign"
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
