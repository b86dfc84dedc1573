package epub_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/epub"
	"trustaudit/internal/extracttest"
)

// book packs parts, given as name and content by turns, behind the type.
func book(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	parts = append([]string{"mimetype", "application/epub+zip"}, parts...)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: parts[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func page(text string) string { return "<html><body><p>" + text + "</p></body></html>" }

func TestBook(t *testing.T) {
	got := extracttest.Read(t, epub.Format, "x.epub", book(t, "META-INF/container.xml", "<container>no</container>",
		"OPS/1.xhtml", page("one"), "OPS/2.html", page("two"), "OPS/book.opf", "<dc:title>title9</dc:title>", "OPS/a.css", "p{}", "OPS/cover.jpg", "\xff\xd8"))
	if len(got.Texts) != 3 || strings.TrimSpace(got.Texts[0]) != "one" || strings.TrimSpace(got.Texts[1]) != "two" || strings.TrimSpace(got.Texts[2]) != "title: title9" || got.Err != nil {
		t.Errorf("err %v, texts %q", got.Err, got.Texts)
	}
	if diff := cmp.Diff([]extracttest.Child{{Name: "OPS/cover.jpg", Data: "\xff\xd8"}}, got.Kids); diff != "" {
		t.Errorf("children differ (-want +got):\n%s", diff)
	}
	if err := extracttest.Read(t, epub.Format, "x.epub", book(t)).Err; !errors.Is(err, extract.ErrCorrupt) {
		t.Errorf("without chapters: %v", err)
	}
}

func encrypted(algorithm string, parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(`<enc:EncryptedData><enc:EncryptionMethod Algorithm="` + algorithm + `"/><ds:KeyInfo/><enc:CipherData><enc:CipherReference URI="` + p + `"/></enc:CipherData></enc:EncryptedData>`)
	}
	return "<encryption>" + b.String() + "</encryption>"
}

func TestSealed(t *testing.T) {
	const aes = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
	strong := []extract.Seal{{Grade: extract.SealStrong, Scheme: "EPUB", Cipher: "AES-CBC", Bits: 256}}
	for _, tt := range []struct {
		label, encryption string
		seals             []extract.Seal
		err               error
		reasons           []string
	}{
		{"all", encrypted(aes, "1.html", "2.html"), strong, extract.ErrSealed, nil},
		{"one chapter", encrypted(aes, "2.html"), strong, nil, []string{"1 parts are encrypted"}},
		{"fonts", encrypted("http://www.idpf.org/2008/embedding", "a.otf"), nil, nil, nil},
		{"unknown", encrypted("http://www.w3.org/2001/04/xmlenc#new", "1.html", "2.html"), []extract.Seal{{Grade: extract.SealWeak, Scheme: "EPUB"}}, extract.ErrSealed, nil},
	} {
		got := extracttest.Read(t, epub.Format, "x.epub", book(t, "META-INF/encryption.xml", tt.encryption, "1.html", page("one"), "2.html", page("two"), "a.otf", "font"))
		if diff := cmp.Diff(tt.seals, got.Seals); diff != "" || !errors.Is(got.Err, tt.err) {
			t.Errorf("%s: err %v; seals differ (-want +got):\n%s", tt.label, got.Err, diff)
		}
		if diff := cmp.Diff(tt.reasons, got.Reasons); diff != "" {
			t.Errorf("%s: reasons differ (-want +got):\n%s", tt.label, diff)
		}
	}
}

func TestConformance(t *testing.T) {
	long := strings.Repeat("<p>filler of no interest</p>", 3000)
	extracttest.Run(t, epub.Format, []extracttest.Sample{{Name: "leaflet.epub", Data: book(t, "1.html", page("999 012 3456"+long), "2.html", page("999 012 3464")), Want: []string{"999 012 3456", "999 012 3464"}}})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(page("one")), []byte(encrypted("xmlenc#aes128-cbc", "1.html")))
	f.Fuzz(func(t *testing.T, chapter, encryption []byte) {
		extracttest.Fuzz(t, epub.Format, "x.epub", book(t, "META-INF/encryption.xml", string(encryption), "1.html", string(chapter)))
	})
}
