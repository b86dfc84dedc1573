// Package row puts the cells of a table's row together in one buffer, for
// formats that must decode each of them.
package row

import (
	"encoding/hex"
	"unicode/utf8"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
)

// keep is how much of the buffer is kept for the next row.
const keep = 1 << 20

// Row is the row at hand. A cell is appended to B, and ended by End.
type Row struct {
	B     []byte
	ends  []int
	cells [][]byte
}

// End ends the cell at hand.
func (r *Row) End() { r.ends = append(r.ends, len(r.B)) }

// Add adds a cell.
func (r *Row) Add(cell []byte) {
	r.B = append(r.B, cell...)
	r.End()
}

// Cell is what the cell at hand has so far.
func (r *Row) Cell() []byte {
	if n := len(r.ends); n > 0 {
		return r.B[r.ends[n-1]:]
	}
	return r.B
}

// Len is how many cells have ended.
func (r *Row) Len() int { return len(r.ends) }

// Empty reports whether no cell has anything in it.
func (r *Row) Empty() bool { return len(r.B) == 0 }

// Drop forgets the row.
func (r *Row) Drop() {
	if cap(r.B) > keep {
		r.B = nil
	}
	r.B, r.ends = r.B[:0], r.ends[:0]
}

// Cells are those that have ended. They hold until Drop.
func (r *Row) Cells() [][]byte {
	r.cells = r.cells[:0]
	start := 0
	for _, end := range r.ends {
		r.cells = append(r.cells, r.B[start:end:end])
		start = end
	}
	return r.cells
}

// Give hands the row to the sink, and begins another.
func (r *Row) Give(sink extract.Sink) error {
	err := sink.Row(r.Cells())
	r.Drop()
	return err
}

// maxKey is how long a binary value may be to be shown in hexadecimal: keys,
// digests and UUIDs are; pictures are not.
const maxKey = 64

// Bytes appends a value that may be text, or not, to the cell at hand; false
// when it is binary, and too long to be of use in hexadecimal.
func (r *Row) Bytes(v []byte) bool {
	switch {
	case printable(v):
		r.B, _ = charset.UTF8.Decode(r.B, v, true)
	case len(v) <= maxKey:
		r.B = hex.AppendEncode(r.B, v)
	default:
		return false
	}
	return true
}

// printable: text in UTF-8 or, if it has letters and no control characters, in
// an older code.
func printable(v []byte) bool {
	high := 0
	for _, c := range v {
		switch {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f:
			return false
		case c >= 0x80:
			high++
		}
	}
	return high*4 <= len(v) || utf8.Valid(v)
}
