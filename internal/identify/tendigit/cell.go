package tendigit

import (
	"bytes"
	"encoding/binary"

	"trustaudit/internal/identify"
)

// Bounds of a cell that is a number. The fewest digits are of one that was
// rounded: 4.86E9.
const (
	fewestDigits, mostDigits = 4, 16
	longestCell              = 40
	full                     = 10 // digits of a whole number
)

// mayBe tells at a glance what is none of the scheme's: what has too few digits
// for how it is written, or is in the range of another.
func (s Scheme) mayBe(cell []byte, shape identify.CellShape) bool {
	const short = 9 // the nought that it began with was lost
	switch {
	case shape.Letters == 0 && shape.Digits == full && len(cell) == full:
		r := &ranges[(cell[0]-'0')*10+cell[1]-'0']
		return r.scheme == s || r.scheme == CHI || !r.issued // a CHI number only if it is a date
	case shape.Letters == 0: // more than ten, and a nought behind a point, have noughts before them
		return shape.Digits >= short && (shape.Digits <= full+1 || cell[0] == '0')
	case shape.Letters == 1: // 4.857773456E9
		return true
	}
	return shape.Digits >= full
}

// cell takes a cell that is a number, also one that a spreadsheet made of it.
// A column is judged by its values in the scheme's range and those that nobody
// issues.
func (s Scheme) cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if !s.mayBe(c.Text, shape) {
		return m, false, false
	}
	n, written, sign, ok := s.readCell(c, shape)
	if !ok {
		return m, false, false
	}
	signals, ok := s.ownSignals(n.value, n.valid)
	if written&rounded != 0 {
		call(&m, sign)
		m.End, m.Signals = len(c.Text), m.Signals|rounded
		return m, false, ok && signals&inRange != 0 && sign == identify.Yes
	}
	if scheme, issued := schemeOf(n.value); issued && scheme != s || placeholder(n.value) {
		return m, false, false
	}
	if !ok { // nobody issues it
		return identify.Match{Value: n.value}, true, false
	}
	m = identify.Match{End: len(c.Text), Value: n.value, Signals: signals | written}
	call(&m, sign)
	if m.Signals&label != 0 && s == CHI {
		m.Signals &^= epoch | stamp
	}
	if load().examples.has(n.value) {
		m.Signals |= test
	}
	return m, true, n.valid && (!s.unissued(signals) || sign == identify.Yes)
}

// readCell reads a cell: how it is written, and what it is called by the
// column's heading or by a word before it. A number of less than ten digits has
// lost the noughts it began with.
func (s Scheme) readCell(c *identify.Context, shape identify.CellShape) (n number, signals uint32, sign identify.Sign, ok bool) {
	if !identify.IsDigit(c.Text[0]) {
		n, sign, ok = labelled(c, shape)
		return n, s.formSignals(&n) &^ stuck, sign, ok
	}
	if shape.Digits == full && len(c.Text) == full {
		eight, two := binary.LittleEndian.Uint64(c.Text), uint64(binary.LittleEndian.Uint16(c.Text[8:]))
		return number{value: valueOf(eight, two), end: full, valid: passes(eight, two)}, 0, c.Head, true
	}
	body := c.Text
	if shape.Letters == 0 {
		body = bytes.TrimSuffix(body, []byte(".0"))
	}
	if shape.Letters == 1 {
		n, signals, ok = scientific(body)
	} else {
		n, signals, ok = whole(body)
	}
	if !ok {
		n, ok = read(c, 0)
		ok = ok && n.end == len(body)
		signals = s.formSignals(&n) &^ stuck
	}
	if signals&short != 0 && s != CHI {
		return n, 0, sign, false
	}
	return n, signals, c.Head, ok
}

// labelled reads a number behind a word that says what it is: NHS4857773456.
func labelled(c *identify.Context, shape identify.CellShape) (n number, sign identify.Sign, ok bool) {
	if shape.Letters < 2 {
		return n, identify.None, false
	}
	at := bytes.IndexFunc(c.Text, func(r rune) bool { return r >= '0' && r <= '9' })
	n, ok = read(c, at)
	if !ok || n.end != len(c.Text) || c.Label(at, load().labels) != identify.Yes {
		return n, identify.None, false
	}
	return n, identify.Yes, true
}

// whole reads nine digits, or ten with noughts before them, also with commas
// between the thousands.
func whole(body []byte) (n number, signals uint32, ok bool) {
	var v uint64
	length := 0
	for i, ch := range body {
		if ch == ',' && (len(body)-i)%4 == 0 {
			continue
		}
		if !identify.IsDigit(ch) {
			return n, 0, false
		}
		v = v*10 + uint64(ch-'0')
		length++
	}
	switch {
	case length == 9:
		signals = short
	case length >= 12: // a telephone number has one nought
		signals = padded
	}
	return number{value: v, end: len(body), valid: Valid(v)}, signals, length >= 9 && length != 11 && v <= 9999999999 && v >= 10000000
}

// scientific reads 4.857773456E9. With less than eight digits it has been
// rounded, and is any of many numbers.
func scientific(body []byte) (n number, signals uint32, ok bool) {
	const exact = 8
	e := bytes.IndexAny(body, "eE")
	if e < 3 || body[1] != '.' {
		return n, 0, false
	}
	power := bytes.TrimLeft(body[e+1:], "+0")
	if len(power) != 1 || power[0] != '9' && power[0] != '8' {
		return n, 0, false
	}
	v, places := uint64(body[0]-'0'), int(power[0]-'0')
	for i := range places {
		v *= 10
		if 2+i < e {
			if !identify.IsDigit(body[2+i]) {
				return n, 0, false
			}
			v += uint64(body[2+i] - '0')
		}
	}
	if e-1 < exact {
		return number{value: v}, rounded, true
	}
	if places == 8 {
		signals = short
	}
	return number{value: v, end: len(body), valid: Valid(v)}, signals, e-2 <= places
}
