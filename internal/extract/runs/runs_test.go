package runs_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/runs"
	"trustaudit/internal/extracttest"
)

const said = "format not known: read as runs of text"

func wide(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(c)
		b.WriteByte(0)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	far := strings.Repeat("\x01\x02", 200)
	for _, tt := range []struct {
		name, data string
		want       []string
	}{
		{"one run", "\x00\x01Anne Example\x02", []string{"Anne Example\n"}},
		{"fields of a record", "\x01Anne Example\x00\x07\x009990123456\xff", []string{"Anne Example\n9990123456\n"}},
		{"records apart", "\x01Anne Example" + far + "9990123456\x02", []string{"Anne Example\n", "9990123456\n"}},
		{"UTF-16", "\xff\x01" + wide("9990 123456") + "\x03\x04", []string{"9990 123456\n"}},
		{"UTF-16, the other way round", "\x00\x07" + "\x00" + wide("9990 123456"), []string{"9990 123456\n"}},
		{"accents", "\x01Zo\xc3\xab Example\x00", []string{"Zo\xc3\xab Example\n"}},
		{"too short", "\x01Anne Ex\x00999012345\x00\x01Somebody\x01", []string{"999012345\nSomebody\n"}},
		{"in emptiness", strings.Repeat("\x00", 1<<20) + "Anne Example\x01" + strings.Repeat("\x00", 1<<20), []string{"Anne Example\n"}},
		{"signs", "\x01{{{}}}<<<>>>;;;\x00Somebody\x01", []string{"Somebody\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := extracttest.Read(t, runs.Format, "x", []byte(tt.data))
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			texts := got.Texts
			if len(texts) > 0 && texts[0] == "" {
				texts = texts[1:]
			}
			if diff := cmp.Diff(tt.want, texts); diff != "" {
				t.Errorf("texts differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{said}, got.Reasons); diff != "" {
				t.Errorf("reasons differ (-want +got):\n%s", diff)
			}
		})
	}
}

// Bytes without text are unsupported, not read.
func TestNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 1<<20)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	for name, data := range map[string][]byte{"random": random, "short": []byte("\x01\x02\xff")} {
		got := extracttest.Read(t, runs.Format, "x", data)
		if !errors.Is(got.Err, extract.ErrUnsupported) || len(got.Texts) > 0 {
			t.Errorf("%s: got %v and %d texts", name, got.Err, len(got.Texts))
		}
	}
}

// Zeros are read in full: there is nothing in them.
func TestZeros(t *testing.T) {
	if got := extracttest.Read(t, runs.Format, "x", make([]byte, 1<<20)); got.Err != nil || len(got.Reasons)+len(got.Texts) > 0 {
		t.Errorf("got %+v", got)
	}
}

// A number is found wherever the pieces that are read end.
func TestAcrossPieces(t *testing.T) {
	const number = "9990123456"
	for _, n := range []int{256<<10 - 3, 256<<10 - 10, 256 << 10, 64<<10 - 4} {
		data := append(bytes.Repeat([]byte("words of a page "), n/16), bytes.Repeat([]byte("-"), n%16)...)
		got := extracttest.Read(t, runs.Format, "x", append(append(data, '\x01'), "\x00"+number+"\x00"...))
		if !strings.Contains(got.All(), number) {
			t.Errorf("behind %d bytes the number was lost", n)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x01Anne Example\x00" + wide("9990 123456")))
	f.Fuzz(func(t *testing.T, data []byte) {
		got := extracttest.Read(t, runs.Format, "x", data)
		for _, text := range got.Texts {
			if strings.ContainsAny(text, "\x00\x01\x7f") {
				t.Errorf("%q is not text", text)
			}
		}
	})
}
