package text_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/text"
	"trustaudit/internal/extracttest"
)

func encode(s string, big, mark bool) string {
	var b strings.Builder
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			b.WriteString(string([]byte{byte(u >> 8), byte(u)}))
		} else {
			b.WriteString(string([]byte{byte(u), byte(u >> 8)}))
		}
	}
	return b.String()
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		label, head string
		want        extract.Confidence
	}{
		{"letter", "Dear Mrs Example,\n", extract.Fallback},
		{"windows-1252", "Caf\xe9 Zo\xeb \x80 100", extract.Fallback},
		{"UTF-16 LE", encode("a letter", false, true), extract.Fallback},
		{"UTF-16 BE without mark", encode("a letter", true, false), extract.Fallback},
		{"MLLP", "\x0bMSH|^~\\&|\r\x1c\r", extract.Fallback},
		{"a program", "\x7fELF\x02\x01\x01\x00\x00\x00\x00", extract.No},
		{"noise", "\x8f\x01\x9c\x02\xa0\x03\x04\xff\x05", extract.No},
		{"empty", "", extract.Fallback},
	} {
		t.Run(tt.label, func(t *testing.T) {
			if got := text.Format.Detect([]byte(tt.head), "x"); got != tt.want {
				t.Errorf("Detect = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestRead(t *testing.T) {
	long := strings.Repeat("Zoë € 😀 line\n", 200_000)
	for _, tt := range []struct {
		label, in string
		want      []string
	}{
		{"ASCII", "one\ntwo", []string{"one\ntwo"}},
		{"pages", "one\ftwo\f", []string{"one", "two"}},
		{"byte order mark", "\xef\xbb\xbfone", []string{"one"}},
		{"windows-1252", "caf\xe9 \x80", []string{"café €"}},
		{"UTF-8 with a stray byte", "Zoë caf\xe9", []string{"Zoë café"}},
		{"UTF-16 LE", encode("Zoë 😀", false, true), []string{"Zoë 😀"}},
		{"UTF-16 BE without mark", encode("a letter of some length", true, false), []string{"a letter of some length"}},
		{"half a surrogate", encode("a letter", false, true) + "\x3d\xd8", []string{"a letter\uFFFD"}},
		{"odd byte", encode("a letter", false, true) + "x", []string{"a letter\uFFFD"}},
		{"long UTF-8", long, []string{long}},
		{"long UTF-16", encode(long, false, true), []string{long}},
		{"cut character at the end", "caf\xc3", []string{"cafÃ"}},
	} {
		t.Run(tt.label, func(t *testing.T) {
			got := extracttest.Read(t, text.Format, "x.txt", []byte(tt.in))
			if diff := cmp.Diff(tt.want, got.Texts); diff != "" {
				t.Errorf("texts differ (-want +got):\n%.2000s", diff)
			}
		})
	}
}

func TestConformance(t *testing.T) {
	long := strings.Repeat("filler of no interest, ", 100_000)
	extracttest.Run(t, text.Format, []extracttest.Sample{
		{Name: "letter.txt", Data: []byte("Dear Mrs Example,\nNHS number 999 012 3456\n"), Want: []string{"999 012 3456"}},
		{Name: "wide.txt", Data: []byte(encode("NHS number 999 012 3456\n", false, true)), Want: []string{"999 012 3456"}},
		{Name: "long.txt", Data: []byte("9990123456 " + long + "Caf\xe9 9990123464"), Want: []string{"9990123456", "Café 9990123464"}},
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("caf\xe9\f"))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, text.Format, "x.txt", in) })
}
