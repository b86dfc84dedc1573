package charset

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"trustaudit/internal/extract"
)

func TestControls(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		b := make([]byte, rng.IntN(40))
		for i := range b {
			b[i] = "ab \n\v\x00\x1f\x7f\x80\xff\x01~"[rng.IntN(12)]
		}
		want := 0
		for _, c := range b {
			want += int(control[c])
		}
		if got := controls(b); got != want {
			t.Fatalf("controls(%q) = %d, want %d", b, got, want)
		}
	}
}

func TestGuess(t *testing.T) {
	for _, tt := range []struct {
		head string
		enc  Encoding
		mark int
	}{
		{"plain", UTF8, 0},
		{"\xef\xbb\xbfplain", UTF8, 3},
		{"\xff\xfea\x00", UTF16LE, 2},
		{"\xfe\xff\x00a", UTF16BE, 2},
		{"a\x00b\x00", UTF16LE, 0},
		{"\x00a\x00b", UTF16BE, 0},
		{"a\x00\x00\x00", UTF8, 0},
		{"\xff\xfe\x00\x00a\x00\x00\x00", UTF32LE, 4},
		{"\x00\x00\xfe\xff\x00\x00\x00a", UTF32BE, 4},
		{"a\x00\x00\x00b\x00\x00\x00", UTF32LE, 0},
		{"\x00\x00\x00a\x00\x00\x00b", UTF32BE, 0},
		{wide("Пациент Иван Петров, 999 012 3456\n", UTF16LE), UTF16LE, 0},
		{wide("Пациент Иван Петров, 999 012 3456\n", UTF16BE), UTF16BE, 0},
		{wide("患者王小明，出生日期一九五八年，住院号 12\n", UTF16LE), UTF16LE, 0},
		{strings.Repeat("9990123456\x00abcdefghijk\x00lmno\x00", 9), UTF8, 0}, // strings that end in NUL
		{strings.Repeat("999 012 3456 A\x00", 9) + "b", UTF8, 0},
		{string(mainframe("NHS NUMBER 999 012 3456")), EBCDIC, 0},
		{string(mainframe("          9990123456")), EBCDIC, 0},
		{"\xcf\xe0\xf6\xe8\xe5\xed\xf2 \xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2", UTF8, 0}, // windows-1251
		{"na\xefve caf\xe9", UTF8, 0},
		{"", UTF8, 0},
	} {
		if enc, mark := Guess([]byte(tt.head)); enc != tt.enc || mark != tt.mark {
			t.Errorf("Guess(%q) = %d, %d, want %d, %d", tt.head, enc, mark, tt.enc, tt.mark)
		}
	}
}

func wide(s string, enc Encoding) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if enc == UTF16LE {
			b = binary.LittleEndian.AppendUint16(b, u)
		} else {
			b = binary.BigEndian.AppendUint16(b, u)
		}
	}
	return string(b)
}

func mainframe(s string) []byte {
	b, err := charmap.CodePage037.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

func TestIsText(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	sparse := bytes.Clone(noise) // numbers of 16 bits, mostly small
	for i := 1; i < len(sparse); i += 2 {
		sparse[i] = 0
	}
	for _, tt := range []struct {
		label string
		head  []byte
		want  bool
	}{
		{"empty", nil, true},
		{"noise", noise, false},
		{"small numbers", sparse, false},
		{"zeros", make([]byte, 512), false},
		{"fields filled with NUL", []byte("SMITH\x00\x00\x00\x00JOHN\x00\x00\x00\x00\x009990123456\r\n"), true},
		{"end filled with NUL", append([]byte("Dear Mrs Example"), make([]byte, 200)...), true},
		{"a NUL in a short text", []byte("[\"\\\x00\"]"), true},
		{"a DEL in a short text", []byte("[\"a\x7fa\"]"), true},
		{"nothing but NULs", []byte("\x00\x00"), false},
		{"a NUL among a few bytes", []byte("\xb4\x00\xe1\xf0\x03"), false},
		{"control characters in a letter", []byte("a letter\x01, 999\x02 000 0050\x03, of\x04 some length"), false},
		{"a program", []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00"), false},
		{"EBCDIC", mainframe("NHS number: 999 012 3456, Smith"), true},
		{"UTF-16", []byte(wide("a letter of some length\n", UTF16BE)), true},
		{"windows-1251", []byte("\xcf\xe0\xf6\xe8\xe5\xed\xf2 \xc8\xe2\xe0\xed"), true},
	} {
		if got := IsText(tt.head); got != tt.want {
			t.Errorf("%s: IsText = %v", tt.label, got)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ label, in, want string }{
		{"windows-1252", "999\xa0012\xa03456 Zo\xeb \x80", "999\u00a0012\u00a03456 Zoë €"},
		{"UTF-8 with strays", "Zoë caf\xe9 \xf0\x9f\x98\x80 \xe2\x82", "Zoë café 😀 â‚"},
		{"half of UTF-16's pairs", "\xff\xfea\x00\x3d\xd8b\x00\x00\xde", "a\ufffdb\ufffd"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00\x00\xf6\x01\x00\xff\xff\xff\xff", "a😀\ufffd"},
		{"EBCDIC", string(mainframe("Smith 9990123456")) + "\x15" + string(mainframe("£5")), "Smith 9990123456\n£5"},
	} {
		in := []byte(tt.in)
		got := drain(t, Open(extract.Document{Head: in, Size: int64(len(in)), Data: bytes.NewReader(in)}))
		if string(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.label, got, tt.want)
		}
	}
}

func TestPacked(t *testing.T) {
	record := append(mainframe("SMITH     JOHN      9990123456"), 0x12, 0x34, 0x5c, 0x00, 0x01)
	if !Packed(bytes.Repeat(record, 9)) {
		t.Error("packed numbers not noticed")
	}
	if Packed(mainframe("SMITH     JOHN      9990123456")) || Packed([]byte("Smith")) {
		t.Error("text taken for packed")
	}
}

// However much of a document was at hand, the text is the same.
func TestHeads(t *testing.T) {
	in := []byte("\xef\xbb\xbfZoë caf\xe9 😀 " + strings.Repeat("plain and Zoë ", 40_000))
	want := string(decode8(nil, in[3:]))
	for _, head := range []int{4, 5, 6, 7, 14, 15, 16, 17, 18, 4096, 300_000, len(in)} {
		got := drain(t, Open(extract.Document{Head: in[:head:head], Size: int64(len(in)), Data: bytes.NewReader(in)}))
		if string(got) != want {
			t.Errorf("head of %d: another text", head)
		}
	}
}

// Where only a sample is looked at, all the text comes, and what shows in the
// sample is decoded.
func TestGlance(t *testing.T) {
	in := bytes.Repeat([]byte("0123456789abcde\n"), (surely+4*chunk)/16)
	late := surely + 2*chunk
	copy(in[late:], "caf\xe9")
	s := Open(extract.Document{Head: in[:64], Size: int64(len(in)), Data: bytes.NewReader(in)})
	s.Glance()
	got := drain(t, s)
	if want := decode8(nil, in); !bytes.Equal(got, want) && !bytes.Equal(got, in) {
		t.Errorf("%d bytes came of %d", len(got), len(in))
	}
}

// However a stream is read, the text is the same.
func FuzzStream(f *testing.F) {
	f.Add([]byte("caf\xe9 \xf0\x9f\x98\x80 \xc3"), uint8(3))
	f.Add([]byte("\xff\xfea\x00\x3d\xd8\x00\xde"), uint8(2))
	f.Add([]byte("a\x00\x00\x00b\x00\x00\x00"), uint8(5))
	f.Add(mainframe("SMITH 9990123456"), uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, step uint8) {
		want := drain(t, Open(extract.Document{Head: in, Size: int64(len(in)), Data: bytes.NewReader(in)}))
		s, err := FromReader(&slow{in, int(step%7) + 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, s); !bytes.Equal(got, want) {
			t.Errorf("%q read slowly is %q, at once %q", in, got, want)
		}
	})
}

type slow struct {
	b    []byte
	step int
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.step)], s.b)
	s.b = s.b[n:]
	return n, nil
}

func drain(t *testing.T, s *Stream) []byte {
	var out []byte
	for {
		out = append(out, s.Bytes()...)
		s.Advance(len(s.Bytes()))
		if s.EOF() {
			return out
		}
		if _, err := s.More(); err != nil {
			t.Fatal(err)
		}
	}
}
