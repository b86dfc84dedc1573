package input

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"trustaudit/internal/extract"
)

func TestReader(t *testing.T) {
	data := append([]byte{1, 2, 3, 4, 5, 6, 7}, bytes.Repeat([]byte{9}, 3*window)...)
	r := New(bytes.NewReader(data))
	if got := r.U8(); got != 1 {
		t.Errorf("U8 = %d", got)
	}
	if got := r.U16(); got != 0x0302 {
		t.Errorf("U16 = %#x", got)
	}
	r.Order = binary.BigEndian
	if got := r.U32(); got != 0x04050607 {
		t.Errorf("U32 = %#x", got)
	}
	if got := r.Bytes(2 * window); len(got) != 2*window || bytes.Count(got, []byte{9}) != 2*window {
		t.Errorf("%d bytes", len(got))
	}
	r.Skip(window - 1)
	if r.End() || r.Offset() != int64(len(data))-1 {
		t.Errorf("at %d of %d", r.Offset(), len(data))
	}
	if got := r.U8(); got != 9 || !r.End() || r.Err() != nil {
		t.Errorf("U8 = %d, end %v, error %v", got, r.End(), r.Err())
	}
	if got := r.U32(); got != 0 || !errors.Is(r.Err(), extract.ErrCorrupt) || r.End() {
		t.Errorf("past the end: %d, %v", got, r.Err())
	}
}

func TestLies(t *testing.T) {
	for _, n := range []int{-1, Most + 1, Most, 8} {
		r := New(bytes.NewReader(make([]byte, 7)))
		if got := r.Bytes(n); got != nil || !errors.Is(r.Err(), extract.ErrCorrupt) {
			t.Errorf("Bytes(%d) = %d bytes, %v", n, len(got), r.Err())
		}
	}
}

func TestBroken(t *testing.T) {
	broken := errors.New("broken")
	r := New(io.MultiReader(bytes.NewReader([]byte{1}), iotest.ErrReader(broken)))
	r.U8()
	if r.End() || !errors.Is(r.Err(), broken) {
		t.Errorf("error %v, want %v", r.Err(), broken)
	}
}
