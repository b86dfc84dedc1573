package xls

import (
	"encoding/binary"
	"math"
	"strconv"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/grid"
)

// cell is where a value stands, and in which style.
type cell struct{ row, column, style int }

// cell reads where a record's value stands; what follows is the value. Charts
// of Microsoft Graph still have the records of Excel 2.
func (b *book) cell() (c cell, rest []byte, ok bool) {
	body := b.in.body
	size := 6
	if b.version == 2 || b.in.id <= oldLabel {
		size = 7
	}
	if len(body) < size {
		return cell{}, nil, false
	}
	c = cell{row: int(binary.LittleEndian.Uint16(body)), column: int(binary.LittleEndian.Uint16(body[2:]))}
	if c.style = int(binary.LittleEndian.Uint16(body[4:])); size == 7 {
		c.style = int(body[4] & 0x3f)
	}
	return c, body[size:], true
}

// value reads a record that holds a value of a cell, or several.
func (b *book) value() error {
	switch b.in.id {
	case recLabelSST, recRK, recMulRK, recNumber, oldNumber, recFormula, oldFormula3, oldFormula4, recLabel, oldLabel, recRString, recString, oldString, recBoolErr, oldInteger:
	default:
		return nil
	}
	if b.in.id == recString || b.in.id == oldString {
		return b.result()
	}
	c, rest, ok := b.cell()
	if !ok {
		return extract.ErrCorrupt
	}
	switch b.in.id {
	case recLabel, oldLabel, recRString:
		return b.label(c, rest)
	case recMulRK:
		return b.several(c)
	case recLabelSST:
		if len(rest) >= 4 {
			text, _ := b.strings.At(int(binary.LittleEndian.Uint32(rest)))
			return b.put(c, text)
		}
	case recRK:
		if len(rest) >= 4 {
			return b.number(c, compact(binary.LittleEndian.Uint32(rest)))
		}
	case recNumber, oldNumber:
		if len(rest) >= 8 {
			return b.number(c, math.Float64frombits(binary.LittleEndian.Uint64(rest)))
		}
	case oldInteger:
		if len(rest) >= 2 {
			return b.number(c, float64(binary.LittleEndian.Uint16(rest)))
		}
	case recBoolErr:
		if len(rest) >= 2 && rest[1] == 0 {
			return b.number(c, float64(rest[0]))
		}
		return nil
	default:
		return b.calculated(c, rest)
	}
	return extract.ErrCorrupt
}

// several reads a row of numbers side by side.
func (b *book) several(c cell) error {
	body := b.in.body[4:]
	for ; len(body) >= 8; body = body[6:] { // the last column follows
		c.style = int(binary.LittleEndian.Uint16(body))
		if err := b.number(c, compact(binary.LittleEndian.Uint32(body[2:]))); err != nil {
			return err
		}
		c.column++
	}
	return nil
}

// label reads a text that stands in its cell's record.
func (b *book) label(c cell, rest []byte) error {
	width := 2
	if b.version == 2 || b.in.id == oldLabel {
		width = 1
	}
	if b.version < 8 || width == 1 || len(rest) < 3 {
		b.scratch = b.short(b.scratch[:0], rest, width)
		return b.put(c, b.scratch)
	}
	in := cursor{&b.in, rest[3:]}
	text, err := in.text(b.scratch[:0], int(binary.LittleEndian.Uint16(rest)), rest[2]&1 != 0)
	if b.scratch = text; err != nil {
		return err
	}
	return b.put(c, text)
}

// calculated reads the value that a formula had. A text follows in a record of
// its own.
func (b *book) calculated(c cell, rest []byte) error {
	if len(rest) < 8 {
		return extract.ErrCorrupt
	}
	if rest[6] != 0xff || rest[7] != 0xff {
		return b.number(c, math.Float64frombits(binary.LittleEndian.Uint64(rest)))
	}
	switch rest[0] {
	case 0:
		b.formula, b.waiting = c, true
	case 1:
		return b.number(c, float64(rest[2]))
	}
	return nil
}

// result reads the text of the formula before it.
func (b *book) result() error {
	if !b.waiting {
		return nil
	}
	b.waiting = false
	return b.label(b.formula, b.in.body)
}

// compact reads a number that was squeezed into 30 bits.
func compact(rk uint32) float64 {
	v := float64(int32(rk) >> 2)
	if rk&2 == 0 {
		v = math.Float64frombits(uint64(rk&^3) << 32)
	}
	if rk&1 != 0 {
		v /= 100
	}
	return v
}

func (b *book) number(c cell, v float64) error {
	b.scratch = appendNumber(b.scratch[:0], v)
	return b.put(c, b.styles.Shown(c.style, b.scratch))
}

func appendNumber(dst []byte, v float64) []byte {
	const least, exact = 1e-9, 1e15
	switch size := math.Abs(v); {
	case v == math.Trunc(v) && size < exact:
		return strconv.AppendInt(dst, int64(v), 10)
	case size > least && size < exact:
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

// put adds a value to its row.
func (b *book) put(c cell, value []byte) error {
	if b.sheet == nil {
		b.sheet = grid.New(b.sink, b.name)
		b.row = c.row
	}
	if b.row != c.row {
		b.row = c.row
		if err := b.sheet.EndRow(); err != nil {
			return err
		}
	}
	return b.sheet.Cell(c.column, value)
}
