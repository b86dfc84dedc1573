package doc

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/text/encoding"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
)

// The marks of versions of Word that a document begins with.
const (
	markWord2  = 0xa5db
	markWord6  = 0xa5dc // and 95
	markWord97 = 0xa5ec // and all later ones
)

// fib is the block of information at the beginning of a document.
type fib struct {
	b        []byte
	mark     uint16
	version  uint16
	flags    uint16
	key      uint32
	textAt   int64 // of the text, in a document without pieces
	textEnd  int64
	stories  [8]int64 // their lengths in characters
	page     encoding.Encoding
	complex  bool
	sealed   bool
	scramble bool
}

// The stories in the order in which they stand.
const (
	body = iota
	footnotes
	headers
	macros
	annotations
	endnotes
	boxes
	headerBoxes
)

const (
	fibSize      = 0x382 // as far as anything is read
	leastFibSize = 0x60
)

func parseFIB(b []byte) (*fib, error) {
	if len(b) < leastFibSize {
		return nil, fmt.Errorf("read beginning of document: %w", extract.ErrCorrupt)
	}
	f := &fib{b: b, mark: binary.LittleEndian.Uint16(b), version: binary.LittleEndian.Uint16(b[2:]), flags: binary.LittleEndian.Uint16(b[10:])}
	f.complex, f.sealed, f.scramble = f.flags&4 != 0, f.flags&0x100 != 0, f.flags&0x8000 != 0
	f.key = f.long(0x0e)
	f.textAt, f.textEnd = int64(f.long(0x18)), int64(f.long(0x1c))
	f.page = codepage.Of(pageOf(binary.LittleEndian.Uint16(b[6:])))
	at := 0x34
	switch {
	case f.mark == markWord97:
		at = 0x4c
		f.page = codepage.Of(1252) // other characters have sixteen bits
	case f.mark != markWord6 && f.mark != markWord2:
		return nil, fmt.Errorf("read beginning of document: %w", extract.ErrUnsupported)
	case f.flags&0x1000 != 0 && f.mark == markWord6 || b[0x14] == 1:
		f.page = codepage.Of(10000)
	}
	for i := range f.stories {
		f.stories[i] = int64(f.long(at + 4*i))
	}
	return f, nil
}

// long is a number of the block; zero when the block ends before it.
func (f *fib) long(at int) uint32 {
	if at+4 > len(f.b) {
		return 0
	}
	return binary.LittleEndian.Uint32(f.b[at:])
}

// place is where a structure lies in the table stream, and its size.
func (f *fib) place(at int) (off, size int64) { return int64(f.long(at)), int64(f.long(at + 4)) }

// Where the places of structures stand, in Word 97 and before it.
func (f *fib) pieces() (off, size int64) {
	if f.mark == markWord97 {
		return f.place(0x1a2)
	}
	return f.place(0x160)
}

func (f *fib) sections() (off, size int64) {
	if f.mark == markWord97 {
		return f.place(0xca)
	}
	return f.place(0x88)
}

func (f *fib) paragraphs() (off, size int64) {
	if f.mark == markWord97 {
		return f.place(0x102)
	}
	return f.place(0xc0)
}

// table is the name of the stream in which structures lie.
func (f *fib) table() string {
	switch {
	case f.mark != markWord97:
		return "WordDocument"
	case f.flags&0x200 != 0:
		return "1Table"
	}
	return "0Table"
}

// pageOf is the code page of a language, by Windows' number of it.
func pageOf(language uint16) int {
	switch language & 0x3ff {
	case 0x05, 0x0e, 0x15, 0x18, 0x1a, 0x1b, 0x1c, 0x24: // of central Europe
		if language == 0x0c1a {
			return 1251
		}
		return 1250
	case 0x02, 0x19, 0x22, 0x23, 0x2f:
		return 1251
	case 0x08:
		return 1253
	case 0x1f:
		return 1254
	case 0x0d:
		return 1255
	case 0x01, 0x20, 0x29:
		return 1256
	case 0x25, 0x26, 0x27:
		return 1257
	case 0x2a:
		return 1258
	case 0x1e:
		return 874
	case 0x11:
		return 932
	case 0x12:
		return 949
	case 0x04:
		if language == 0x0804 || language == 0x1004 {
			return 936
		}
		return 950
	}
	return 1252
}
