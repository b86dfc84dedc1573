// Package page reads single pages of SQLite databases, without a schema: the rows
// that stand in a page, and what is left there of rows that were deleted.
package page

import (
	"encoding/binary"
	"math"
	"strconv"

	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/row"
)

const (
	leaf       = 0x0d // the kind of page that holds rows
	leafHeader = 8
	// FileHeader is what precedes the first page's own header.
	FileHeader = 100
)

// Page is a page of a database.
type Page struct {
	b      []byte
	at     int // of its header
	usable int
}

// New makes a page of bytes: the first of a database or another. Not ok when it
// is no page of rows.
func New(b []byte, first bool, reserved int) (p Page, ok bool) {
	p = Page{b: b, usable: len(b) - reserved}
	if first {
		p.at = FileHeader
	}
	return p, p.usable > p.at+leafHeader && p.usable >= 400 && b[p.at] == leaf
}

func (p Page) u16(at int) int { return int(binary.BigEndian.Uint16(p.b[at:])) }

// Rows is how many rows there are.
func (p Page) Rows() int {
	return min(p.u16(p.at+3), (p.usable-p.at-leafHeader)/2)
}

// Row puts a row's values into w; not ok when it makes no sense. Of a long one
// only what is on this page is read: whole says so.
func (p Page) Row(i int, w *row.Row) (whole, ok bool) {
	from := p.u16(p.at + leafHeader + 2*i)
	if from >= p.usable {
		return false, false
	}
	size, n := varint(p.b[from:p.usable])
	_, m := varint(p.b[min(from+n, p.usable):p.usable])
	from += n + m
	if n == 0 || m == 0 || size > math.MaxInt32 {
		return false, false
	}
	local := p.local(int(size))
	if from+local > p.usable {
		return false, false
	}
	return local == int(size), record(p.b[from:from+local], w)
}

// local is how many bytes of a row are on its page.
func (p Page) local(size int) int {
	if size <= p.usable-35 {
		return size
	}
	least := (p.usable-12)*32/255 - 23
	if n := least + (size-least)%(p.usable-4); n <= p.usable-35 {
		return n
	}
	return least
}

// Left calls see with each stretch that no row takes: between the list of rows
// and the rows, and where rows were deleted, as far as they are listed.
func (p Page) Left(see func([]byte)) {
	from, to := p.at+leafHeader+2*p.Rows(), p.u16(p.at+5)
	if to == 0 && p.usable == 65536 {
		to = p.usable
	}
	if from < to && to <= p.usable {
		see(p.b[from:to])
	}
	const header = 4
	for at, last := p.u16(p.at+1), 0; at > last && at+header <= p.usable; at, last = p.u16(at), at {
		if size := p.u16(at + 2); size > header && at+size <= p.usable {
			see(p.b[at+header : at+size])
		}
	}
}

// varint reads a number of up to nine bytes; n is 0 when it does not end.
func varint(b []byte) (v uint64, n int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// maxColumns is what SQLite itself allows.
const maxColumns = 32767

// record reads a row: the kinds of its values, and the values.
func record(b []byte, w *row.Row) bool {
	size, n := varint(b)
	if n == 0 || size < uint64(n) || size > uint64(len(b)) {
		return false
	}
	kinds, values := b[n:size], b[size:]
	for len(kinds) > 0 {
		kind, n := varint(kinds)
		if n == 0 || kind == 10 || kind == 11 || w.Len() > maxColumns {
			return false
		}
		kinds = kinds[n:]
		v := values[:min(length(kind), uint64(len(values)))]
		values = values[len(v):]
		value(kind, v, w)
		w.End()
	}
	return true
}

// length is how long a value of a kind is.
func length(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind == 5:
		return 6
	case kind == 6, kind == 7:
		return 8
	case kind <= 4:
		return kind
	}
	return 0
}

// value writes a value: a number, a text, or bytes that may be one.
func value(kind uint64, v []byte, w *row.Row) {
	switch {
	case kind == 8 || kind == 9:
		w.B = strconv.AppendUint(w.B, kind-8, 10)
	case kind == 0 || uint64(len(v)) < length(kind) && kind < 12:
	case kind == 7:
		w.B = strconv.AppendFloat(w.B, math.Float64frombits(binary.BigEndian.Uint64(v)), 'f', -1, 64)
	case kind < 7:
		n := int64(int8(v[0]))
		for _, c := range v[1:] {
			n = n<<8 | int64(c)
		}
		w.B = strconv.AppendInt(w.B, n, 10)
	case kind%2 == 0:
		w.Bytes(v) // what is not text has nothing to say
	default:
		w.B, _ = encoding(v).Decode(w.B, v, true)
	}
}

// encoding tells how a text is written: a database may have any of three.
func encoding(v []byte) charset.Encoding {
	if len(v) < 2 || len(v)%2 != 0 {
		return charset.UTF8
	}
	zeros := [2]int{}
	for i, c := range v {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[1] > zeros[0]:
		return charset.UTF16LE
	case zeros[0] > zeros[1]:
		return charset.UTF16BE
	}
	return charset.UTF8
}
