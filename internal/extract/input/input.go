// Package input reads binary files from their beginning to their end: numbers of
// either byte order, and stretches of bytes. The first failure stays, so that a
// format looks for it once a record; a file that ends within what was asked for
// is corrupt.
package input

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"trustaudit/internal/extract"
)

const (
	window = 256 << 10
	step   = 64 << 10 // sizes may be lies: memory grows with what is there
)

// Most is the most bytes that can be asked for at once.
const Most = 16 << 20

// Reader reads a file. Its byte order may be set at any time.
type Reader struct {
	Order binary.ByteOrder
	r     *bufio.Reader
	buf   []byte
	at    int64
	err   error
}

// New returns a reader of little-endian numbers.
func New(r io.Reader) *Reader {
	return &Reader{Order: binary.LittleEndian, r: bufio.NewReaderSize(r, window)}
}

// Err is the first failure.
func (r *Reader) Err() error { return r.err }

// Offset is how many bytes were taken.
func (r *Reader) Offset() int64 { return r.at }

// Corrupt makes the file corrupt from here on, and returns the error.
func (r *Reader) Corrupt(what string) error {
	if r.err == nil {
		r.err = fmt.Errorf("read %s: %w", what, extract.ErrCorrupt)
	}
	return r.err
}

func (r *Reader) fail(err error) {
	switch {
	case r.err != nil:
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.err = fmt.Errorf("read on at the end: %w", extract.ErrCorrupt)
	default:
		r.err = fmt.Errorf("read file: %w", err)
	}
}

// End reports whether nothing is left; a failure is no end.
func (r *Reader) End() bool {
	if r.err != nil {
		return false
	}
	_, err := r.r.Peek(1)
	if err != nil && !errors.Is(err, io.EOF) {
		r.fail(err)
	}
	return errors.Is(err, io.EOF)
}

// Peek shows the next bytes without taking them: fewer at the end, n being 64 KiB
// at most.
func (r *Reader) Peek(n int) []byte {
	if r.err != nil {
		return nil
	}
	b, err := r.r.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.fail(err)
	}
	return b
}

// Bytes takes n bytes, which hold until the next call; nil after a failure.
func (r *Reader) Bytes(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > Most {
		r.Corrupt("length")
		return nil
	}
	if n <= window {
		b, err := r.r.Peek(n)
		if err != nil {
			r.fail(err)
			return nil
		}
		r.r.Discard(n)
		r.at += int64(n)
		return b
	}
	r.buf = r.buf[:0]
	for len(r.buf) < n {
		from := len(r.buf)
		r.buf = append(r.buf, make([]byte, min(max(step, from), n-from))...)
		if _, err := io.ReadFull(r.r, r.buf[from:]); err != nil {
			r.fail(err)
			return nil
		}
	}
	r.at += int64(n)
	return r.buf
}

// Skip takes n bytes and forgets them.
func (r *Reader) Skip(n int64) {
	if r.err != nil {
		return
	}
	if n < 0 {
		r.Corrupt("length")
		return
	}
	skipped, err := io.CopyN(io.Discard, r.r, n)
	r.at += skipped
	if err != nil {
		r.fail(err)
	}
}

// Read implements io.Reader, for what decompresses.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	r.at += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.fail(err)
		return n, r.err
	}
	return n, err
}

// ReadByte implements io.ByteReader.
func (r *Reader) ReadByte() (byte, error) {
	if r.err != nil {
		return 0, r.err
	}
	c, err := r.r.ReadByte()
	switch {
	case err == nil:
		r.at++
	case !errors.Is(err, io.EOF):
		r.fail(err)
		return 0, r.err
	}
	return c, err
}

// U8 takes a byte. All numbers are 0 after a failure.
func (r *Reader) U8() int {
	if b := r.Bytes(1); b != nil {
		return int(b[0])
	}
	return 0
}

// U16 takes a number of two bytes.
func (r *Reader) U16() int {
	if b := r.Bytes(2); b != nil {
		return int(r.Order.Uint16(b))
	}
	return 0
}

// U32 takes a number of four bytes.
func (r *Reader) U32() uint32 {
	if b := r.Bytes(4); b != nil {
		return r.Order.Uint32(b)
	}
	return 0
}

// I32 takes a number of four bytes with a sign.
func (r *Reader) I32() int { return int(int32(r.U32())) }

// U64 takes a number of eight bytes.
func (r *Reader) U64() uint64 {
	if b := r.Bytes(8); b != nil {
		return r.Order.Uint64(b)
	}
	return 0
}

// F64 takes a floating-point number.
func (r *Reader) F64() float64 { return math.Float64frombits(r.U64()) }
