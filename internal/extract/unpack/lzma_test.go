package unpack_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/ulikunitz/xz/lzma"

	"trustaudit/internal/extract/unpack"
)

// materials pack in different ways: badly, well, with matches near and far.
func materials() [][]byte {
	r := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var text bytes.Buffer
	for text.Len() < 400_000 {
		at := r.IntN(len(noise) - 100)
		text.Write(noise[at : at+r.IntN(100)])
		text.WriteString("and so on and so on ")
	}
	return [][]byte{nil, []byte("a"), bytes.Repeat([]byte("ab"), 200_000), noise, text.Bytes()}
}

// TestLZMA holds the decompressor to what another packer writes.
func TestLZMA(t *testing.T) {
	for i, want := range materials() {
		for _, p := range []lzma.Properties{{LC: 3, LP: 0, PB: 2}, {LC: 0, LP: 2, PB: 0}, {LC: 8, LP: 4, PB: 4}} {
			for _, mark := range []bool{true, false} {
				var b bytes.Buffer
				c := lzma.WriterConfig{Properties: &p, DictCap: 1 << 16, EOSMarker: mark, SizeInHeader: !mark, Size: int64(len(want))}
				w, err := c.NewWriter(&b)
				if err != nil {
					t.Fatal(err)
				}
				w.Write(want)
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				size := uint64(unpack.UnknownSize)
				if !mark {
					size = uint64(len(want))
				}
				in := unpack.NewInput(io.MultiReader(bytes.NewReader(b.Bytes()[13:]), bytes.NewReader([]byte("behind"))))
				r, err := unpack.LZMA(in, b.Bytes()[0], 1<<16, size)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("material %d, %+v, mark %v: %d bytes, want %d; err %v", i, p, mark, len(got), len(want), err)
				}
				if mark && string(in.Peek(6)) != "behind" {
					t.Errorf("material %d, %+v: reads too far: %q is left", i, p, in.Peek(6))
				}
			}
		}
	}
}

func TestLZMA2(t *testing.T) {
	for i, want := range materials() {
		var b bytes.Buffer
		w, err := lzma.Writer2Config{DictCap: 1 << 16}.NewWriter2(&b)
		if err != nil {
			t.Fatal(err)
		}
		for rest := want; len(rest) > 0; {
			n := min(len(rest), 70_000)
			w.Write(rest[:n])
			w.Flush()
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b.WriteString("behind")
		in := unpack.NewInput(&b)
		r, err := unpack.LZMA2(in, 1<<16)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("material %d: %d bytes, want %d; err %v", i, len(got), len(want), err)
		}
		if string(in.Peek(6)) != "behind" {
			t.Errorf("material %d: reads too far: %q is left", i, in.Peek(6))
		}
	}
}

// What is cut off is given up to where it was cut, and then told.
func TestLZMACut(t *testing.T) {
	want := materials()[4]
	var b bytes.Buffer
	w, err := lzma.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(want)
	w.Close()
	cut := b.Bytes()[13 : b.Len()/2]
	r, err := unpack.LZMA(bytes.NewReader(cut), b.Bytes()[0], 8<<20, unpack.UnknownSize)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) < len(want)/4 || !bytes.HasPrefix(want, got) {
		t.Errorf("%d bytes of %d, err %v", len(got), len(want), err)
	}
}

// FuzzLZMA compares two decompressors: both refuse, or both give the same.
func FuzzLZMA(f *testing.F) {
	for _, m := range materials()[1:4] {
		var b bytes.Buffer
		w, err := lzma.NewWriter(&b)
		if err != nil {
			f.Fatal(err)
		}
		w.Write(m[:min(len(m), 2000)])
		w.Close()
		f.Add(b.Bytes()[13:])
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		r, err := unpack.LZMA(bytes.NewReader(packed), 0x5d, 1<<16, unpack.UnknownSize)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.LimitReader(r, 1<<20))
		head := []byte("\x5d\x00\x00\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff")
		peer, peerErr := lzma.NewReader(bytes.NewReader(append(head, packed...)))
		if peerErr != nil {
			return
		}
		want, peerErr := io.ReadAll(io.LimitReader(peer, 1<<20))
		if err == nil && peerErr == nil && !bytes.Equal(got, want) {
			t.Errorf("%d bytes, the other gives %d", len(got), len(want))
		}
	})
}
