package grid

import (
	"math"
	"strconv"
	"time"

	"trustaudit/internal/extract/number"
)

// Styles says how a workbook shows the numbers in its cells.
type Styles struct {
	From1904 bool // days are counted from 1904
	shapes   []shape
}

// shape is how a style shows a number: as a date, with so many digits at
// least, or as it is.
type shape int8

const (
	plain shape = 0
	date  shape = -1
)

const maxStyles = 100_000

// Add adds the style that comes next: its format by number, and by its code
// when the workbook defines it.
func (s *Styles) Add(id int, code string) {
	if len(s.shapes) == maxStyles {
		return
	}
	shown := plain
	switch {
	case code != "":
		shown = shapeOf(code)
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		shown = date
	}
	s.shapes = append(s.shapes, shown)
}

// shapeOf reads the code of a format. One with a day or a year in it, outside of
// quotes, colours and conditions, is of a date; one of zeros only shows so many
// digits: "000 000 0000".
func shapeOf(code string) shape {
	quoted, bracket, zeros, others := false, false, 0, 0
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'd' || c == 'y' || c == 'D' || c == 'Y':
			return date
		case c == '0':
			zeros++
		case c != ' ' && c != '-':
			others++
		}
	}
	if others > 0 || zeros < 2 || zeros > 32 {
		return plain
	}
	return shape(zeros)
}

// Shown is a number as its cell shows it: a date, or its digits. The result may
// be value itself.
func (s *Styles) Shown(style int, value []byte) []byte {
	how := plain
	if style >= 0 && style < len(s.shapes) {
		how = s.shapes[style]
	}
	if how == date {
		days, err := strconv.ParseFloat(string(value), 64)
		if text, ok := s.date(days); ok && err == nil {
			return text
		}
	}
	digits := number.Plain(value)
	if how <= 0 || len(digits) == 0 || len(digits) >= int(how) {
		return digits
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return digits
		}
	}
	padded := make([]byte, int(how))
	for i := range padded {
		padded[i] = '0'
	}
	copy(padded[int(how)-len(digits):], digits)
	return padded
}

// date turns days since the workbook's beginning of time into a date.
func (s *Styles) date(days float64) ([]byte, bool) {
	const year10000 = 2958466
	if !(days >= 1 && days < year10000) {
		return nil, false
	}
	first := days1900
	if s.From1904 {
		first = days1904
	} else if days < 61 {
		first++ // Excel has a 29 February 1900
	}
	whole := math.Floor(days)
	seconds := int64((days-whole)*86400 + 0.5)
	at := time.Unix((int64(whole)+int64(first))*86400+seconds, 0).UTC()
	year, month, day := at.Date()
	b := make([]byte, 0, len(time.DateTime))
	b = append(b, byte('0'+year/1000), byte('0'+year/100%10))
	b = append(pair(b, year%100), '-')
	b = append(pair(b, int(month)), '-')
	b = pair(b, day)
	if days == whole {
		return b, true
	}
	return at.AppendFormat(b, " 15:04:05"), true
}

// The days at which a workbook begins to count, in those of Unix.
const (
	days1900 = -25569
	days1904 = -24107
)

// pair appends a number of two digits.
func pair(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
