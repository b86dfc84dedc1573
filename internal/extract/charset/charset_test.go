package charset

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

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
		{"", UTF8, 0},
	} {
		if enc, mark := Guess([]byte(tt.head)); enc != tt.enc || mark != tt.mark {
			t.Errorf("Guess(%q) = %d, %d, want %d, %d", tt.head, enc, mark, tt.enc, tt.mark)
		}
	}
}

// However a stream is read, the text is the same.
func FuzzStream(f *testing.F) {
	f.Add([]byte("caf\xe9 \xf0\x9f\x98\x80 \xc3"), uint8(3))
	f.Add([]byte("\xff\xfea\x00\x3d\xd8\x00\xde"), uint8(2))
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
