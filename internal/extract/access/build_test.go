package access_test

import (
	"crypto/rc4"
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf16"
)

// A writer of databases, as far as the tests need one: what is written by Access
// was compared with what mdb-export reads, once.

// build is a database in the making.
type build struct {
	jet3  bool
	key   uint32
	pages [][]byte
}

func (d *build) size() int {
	if d.jet3 {
		return 2048
	}
	return 4096
}

var le = binary.LittleEndian

// newBuild begins a database with its first page.
func newBuild(version byte, key uint32, change func(head []byte)) *build {
	d := &build{jet3: version == 0, key: key}
	head := make([]byte, d.size())
	copy(head, "\x00\x01\x00\x00Standard Jet DB\x00")
	if version >= 2 {
		copy(head[4:], "Standard ACE DB\x00")
	}
	head[0x14] = version
	le.PutUint32(head[0x3e:], key)
	created := 36526.5
	le.PutUint64(head[0x72:], math.Float64bits(created))
	if !d.jet3 {
		for i := range 40 { // the mask of an empty password
			head[0x42+i] = []byte{0xae, 0x8e, 0, 0}[i%4]
		}
	}
	if change != nil {
		change(head)
	}
	c, _ := rc4.NewCipher([]byte{0xc7, 0xda, 0x39, 0x6b})
	c.XORKeyStream(head[0x18:0x98], head[0x18:0x98])
	d.pages = [][]byte{head, make([]byte, d.size())}
	return d
}

// field is a column of a table to write.
type field struct {
	name  string
	kind  byte
	size  int // of a fixed one; 0 is a variable one
	scale byte
}

// define adds the page that defines a table, and returns its number.
func (d *build) define(fields ...field) uint32 {
	p := make([]byte, d.size())
	p[0], p[1] = 2, 1
	variables, at, fixedAt, variable := 43, 63, 0, 0
	if d.jet3 {
		variables, at = 23, 43
	}
	for _, f := range fields {
		if f.size == 0 {
			p[variables]++
		}
	}
	p[variables+2] = byte(len(fields))
	names := []byte{}
	for i, f := range fields {
		c := make([]byte, 25)
		c[0] = f.kind
		flags, size, offset, number, index, scale := 15, 23, 21, 5, 7, 12
		if d.jet3 {
			c = c[:18]
			flags, size, offset, number, index, scale = 13, 16, 14, 1, 3, 10
		}
		c[number] = byte(i)
		if f.size > 0 {
			c[flags] = 1
			le.PutUint16(c[offset:], uint16(fixedAt))
			le.PutUint16(c[size:], uint16(f.size))
			fixedAt += f.size
		} else {
			le.PutUint16(c[index:], uint16(variable))
			variable++
		}
		if f.scale > 0 {
			c[scale] = f.scale
		}
		copy(p[at:], c)
		at += len(c)
		if d.jet3 {
			names = append(append(names, byte(len(f.name))), f.name...)
		} else {
			names = append(le.AppendUint16(names, uint16(2*len(f.name))), wide(f.name)...)
		}
	}
	copy(p[at:], names)
	d.pages = append(d.pages, p)
	return uint32(len(d.pages) - 1)
}

func wide(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = le.AppendUint16(b, u)
	}
	return b
}

// row writes a row: its fixed values, its variable ones, and the bits of what is
// there.
func (d *build) row(count int, mask []byte, fixed []byte, variable ...[]byte) []byte {
	b := []byte{byte(count)}
	if !d.jet3 {
		b = append(b, 0)
	}
	b = append(b, fixed...)
	var ends []int
	for _, v := range variable {
		ends = append(ends, len(b))
		b = append(b, v...)
	}
	ends = append(ends, len(b))
	if len(variable) > 0 && d.jet3 {
		for i := len(ends) - 1; i >= 0; i-- {
			b = append(b, byte(ends[i]))
		}
		b = append(append(b, jumps(ends, len(b)+len(mask)+1)...), byte(len(variable)))
	} else if len(variable) > 0 {
		for i := len(ends) - 1; i >= 0; i-- {
			b = le.AppendUint16(b, uint16(ends[i]))
		}
		b = le.AppendUint16(b, uint16(len(variable)))
	}
	return append(b, mask...)
}

// jumps lists the columns from which offsets are 256 more, the last first: as
// many as the row is long, the last of which may stand for nothing.
func jumps(ends []int, length int) (b []byte) {
	for n := 1; n <= (length+len(b)-1)/256; n++ {
		at := slices.IndexFunc(ends, func(end int) bool { return end/256 >= n })
		b = append([]byte{byte(at)}, b...)
	}
	return b
}

// stored is a row on its page, with its flags.
type stored struct {
	b     []byte
	flags uint16
}

// data adds a page of rows of the table whose page is owner.
func (d *build) data(owner uint32, rows ...stored) uint32 {
	p := make([]byte, d.size())
	p[0], p[1] = 1, 1
	le.PutUint32(p[4:], owner)
	at := 12
	if d.jet3 {
		at = 8
	}
	le.PutUint16(p[at:], uint16(len(rows)))
	end := len(p)
	for i, r := range rows {
		end -= len(r.b)
		copy(p[end:], r.b)
		le.PutUint16(p[at+2+2*i:], uint16(end)|r.flags)
	}
	d.pages = append(d.pages, p)
	return uint32(len(d.pages) - 1)
}

// long adds a page of long values.
func (d *build) long(rows ...stored) uint32 {
	return d.data(le.Uint32([]byte("LVAL")), rows...)
}

// file returns the database, encoded with its key.
func (d *build) file() (b []byte) {
	for n, p := range d.pages {
		if n > 0 && d.key != 0 {
			key := le.AppendUint32(nil, d.key^uint32(n))
			c, _ := rc4.NewCipher(key)
			c.XORKeyStream(p, p)
		}
		b = append(b, p...)
	}
	return b
}

// catalogue defines the table of tables, which is the first.
func (d *build) catalogue() {
	d.define(field{"Id", 4, 4, 0}, field{"Type", 3, 2, 0}, field{"Name", 10, 0, 0})
}

// list writes the names of tables into the catalogue.
func (d *build) list(tables map[string]uint32) {
	var rows []stored
	for name, page := range tables {
		fixed := le.AppendUint16(le.AppendUint32(nil, page), 1)
		rows = append(rows, stored{d.row(3, []byte{7}, fixed, d.text(name)), 0})
	}
	d.data(2, rows...)
}

func (d *build) text(s string) []byte {
	if d.jet3 {
		return []byte(s)
	}
	return wide(s)
}
