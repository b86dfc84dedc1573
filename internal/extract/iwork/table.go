package iwork

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/extract/grid"
	"trustaudit/internal/extract/number"
)

// Kinds of messages.
const (
	kindStorage    = 2001 // text of any place
	kindStorage2   = 2005
	kindComment    = 3056
	kindTableModel = 6001
	kindTile       = 6002 // rows of a table
	kindDataList   = 6005 // texts of its cells
)

// list has the texts that cells refer to by number.
type list map[uint64]string

const maxHeld = 24 << 20

// survey notes what the cells of tables refer to.
func (d *document) survey(name string) error {
	wanted := func(kind uint64) bool { return kind == kindTableModel || kind == kindDataList }
	return d.messages(name, wanted, func(m message) error {
		if m.kind == kindTableModel {
			d.table(m.body)
			return nil
		}
		return d.list(m)
	})
}

// table notes which list of texts the tiles of a table take theirs from.
func (d *document) table(body []byte) {
	each(body, func(f field) {
		if f.number != 4 { // its store
			return
		}
		var texts uint64
		var tiles []uint64
		each(f.data, func(f field) {
			switch f.number {
			case 3:
				each(f.data, func(f field) {
					each(f.data, func(f field) {
						if f.number == 2 {
							tiles = append(tiles, reference(f.data))
						}
					})
				})
			case 4:
				texts = reference(f.data)
			}
		})
		for _, tile := range tiles {
			d.listOf[tile] = texts
		}
	})
}

func reference(b []byte) (id uint64) {
	each(b, func(f field) {
		if f.number == 1 {
			id = f.value
		}
	})
	return id
}

// list holds the texts of a list; those that are too many go to the sink.
func (d *document) list(m message) (err error) {
	texts := list{}
	each(m.body, func(f field) {
		if f.number != 3 || err != nil {
			return
		}
		var key uint64
		var text []byte
		each(f.data, func(f field) {
			switch f.number {
			case 1:
				key = f.value
			case 3:
				text = f.data
			}
		})
		switch {
		case len(text) == 0:
		case d.held < maxHeld:
			texts[key] = string(text)
			d.held += len(text) + 64
		default:
			d.left++
			err = d.sink.Text(append(text, '\n'))
		}
	})
	d.lists[m.id] = texts
	return err
}

// archive gives the texts and the tables of an archive.
func (d *document) archive(name string) error {
	wanted := func(kind uint64) bool {
		return kind == kindStorage || kind == kindStorage2 || kind == kindComment || kind == kindTile
	}
	said := false
	err := d.messages(name, wanted, func(m message) (err error) {
		if m.kind == kindTile {
			return d.tile(m)
		}
		text := uint64(3)
		if m.kind == kindComment {
			text = 1
		}
		each(m.body, func(f field) {
			if f.number == text && len(f.data) > 0 && err == nil {
				said = true
				err = d.sink.Text([]byte(strings.ReplaceAll(string(f.data), "\u2028", "\n") + "\n"))
			}
		})
		return err
	})
	if err == nil && said && strings.Contains(name, "Slide") {
		err = d.sink.Break()
	}
	return err
}

// tile gives rows of a table.
func (d *document) tile(m message) (err error) {
	g := grid.New(d.sink, "")
	texts := d.lists[d.listOf[m.id]]
	each(m.body, func(f field) {
		if f.number != 5 || err != nil {
			return
		}
		var cells, offsets []byte
		wide := 1
		each(f.data, func(f field) {
			switch f.number {
			case 3: // as the first versions wrote them, if there is nothing newer
				if cells == nil {
					cells = f.data
				}
			case 4:
				if offsets == nil {
					offsets = f.data
				}
			case 6:
				cells = f.data
			case 7:
				offsets = f.data
			case 8:
				if f.value != 0 {
					wide = 4
				}
			}
		})
		for column := 0; 2*column+1 < len(offsets) && column < grid.MaxColumn && err == nil; column++ {
			at := int(int16(binary.LittleEndian.Uint16(offsets[2*column:])))
			if at < 0 || at*wide >= len(cells) {
				continue
			}
			err = g.Cell(column, d.cell(cells[at*wide:], texts))
		}
		if err == nil {
			err = g.EndRow()
		}
	})
	if err != nil {
		return err
	}
	return g.End()
}

// Kinds of cells.
const (
	cellNumber = 2
	cellText   = 3
	cellDate   = 5
)

// cell reads a cell: what it holds follows in the order of its flags, which
// version 5 changed.
func (d *document) cell(b []byte, texts list) []byte {
	const header = 12
	if len(b) < header {
		return nil
	}
	c := values{flags: binary.LittleEndian.Uint32(b[8:]), rest: b[header:]}
	kind := b[1]
	switch {
	case b[0] == 5:
		return c.new(kind, texts)
	case b[0] == 3 || b[0] == 4:
		c.flags = binary.LittleEndian.Uint32(b[4:])
		return c.old(kind, texts)
	case kind == cellNumber || kind == cellText || kind == cellDate:
		d.left++
	}
	return nil
}

// values are those of a cell that are still to be read.
type values struct {
	flags uint32
	rest  []byte
}

// next cuts off a value, if there is one for the flag.
func (c *values) next(flag uint32, size int) []byte {
	if c.flags&flag == 0 || len(c.rest) < size {
		return nil
	}
	v := c.rest[:size]
	c.rest = c.rest[size:]
	return v
}

func (c *values) new(kind byte, texts list) (value []byte) {
	const decimal, double, seconds, key = 1, 2, 4, 8
	if v := c.next(decimal, 16); v != nil {
		value = decimal128(v)
	}
	if v := c.next(double, 8); v != nil {
		value = plain(v)
	}
	if v := c.next(seconds, 8); v != nil {
		value = date(v)
	}
	if v := c.next(key, 4); v != nil && kind == cellText {
		value = []byte(texts[uint64(binary.LittleEndian.Uint32(v))])
	}
	return value
}

// old reads a cell of the versions before 5: references to its looks come
// first.
func (c *values) old(kind byte, texts list) (value []byte) {
	const looks, key, double, seconds = 0x0d8e, 0x10, 0x20, 0x40
	c.rest = c.rest[min(len(c.rest), 4*bits.OnesCount32(c.flags&looks)):]
	if v := c.next(key, 4); v != nil && kind == cellText {
		value = []byte(texts[uint64(binary.LittleEndian.Uint32(v))])
	}
	if v := c.next(double, 8); v != nil {
		value = plain(v)
	}
	if v := c.next(seconds, 8); v != nil {
		value = date(v)
	}
	return value
}

func plain(v []byte) []byte {
	return number.Plain(strconv.AppendFloat(nil, math.Float64frombits(binary.LittleEndian.Uint64(v)), 'g', -1, 64))
}

// date counts seconds from 2001.
func date(v []byte) []byte {
	const of2001, millennium = 978307200, 1000 * 366 * 86400
	seconds := math.Float64frombits(binary.LittleEndian.Uint64(v))
	if !(math.Abs(seconds) < millennium) {
		return nil
	}
	return time.Unix(of2001+int64(seconds), 0).UTC().AppendFormat(nil, time.DateOnly)
}

// decimal128 reads a number of so many digits and a power of ten.
func decimal128(b []byte) []byte {
	const bias = 0x1820
	power := (int(b[15]&0x7f)<<7 | int(b[14]>>1)) - bias
	digits := make([]byte, 15)
	for i := range digits {
		digits[len(digits)-1-i] = b[i]
	}
	digits[0] &= 1
	n := new(big.Int).SetBytes(digits)
	if power < -40 || power > 40 {
		return nil
	}
	text := n.String()
	switch {
	case n.Sign() == 0:
	case power > 0:
		text += strings.Repeat("0", power)
	case power < 0:
		text = strings.Repeat("0", max(0, 1-power-len(text))) + text
		whole, part := text[:len(text)+power], strings.TrimRight(text[len(text)+power:], "0")
		text = strings.TrimSuffix(whole+"."+part, ".")
	}
	if b[15]&0x80 != 0 {
		text = "-" + text
	}
	return []byte(text)
}
