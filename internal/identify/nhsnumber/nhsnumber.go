// Package nhsnumber finds NHS numbers of England and Wales, CHI numbers of
// Scotland and Health and Care numbers of Northern Ireland: ten digits, the
// last of them a modulus 11 check digit.
package nhsnumber

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	checksum uint32 = 1 << iota
	failed
	inRange
	test
	outside
	label
	grouped
	other
	repeated
	progression
	epoch
	column
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:  "nhs-number",
	Words: "NHS number",
	Signals: []string{"checksum", "failed", "range", "test", "outside", "label", "grouped", "other",
		"repeated", "progression", "epoch", "column"},
	Shapes: []string{"dddddddddd", "ddd ddd dddd", "ddd ddd  dddd", "ddd  ddd dddd", "ddd  ddd  dddd", "ddd   ddd   dddd"},
	Parse:  parse,
	Weigh:  weigh,
	Cell:   cell,
	Column: identify.ColumnRule{Null: 1.0 / 11, Share: 0.85, Pass: checksum, Fail: outside | repeated | progression, Reject: true, Signal: column},
	Needs:  checksum,
	Strong: checksum,
	Bare:   label | grouped | other,
	Test:   test,
	Anchor: true,
	Names:  identify.NameRule{Alone: checksum, Unless: outside | repeated},
	Mask: func(v uint64) string {
		return fmt.Sprintf("%03d ••• ••••", v/1e7)
	},
}

// lists are the word lists of the kind.
type lists struct {
	labels   *identify.Labels
	examples map[uint64]bool
}

var load = sync.OnceValue(func() lists {
	l := lists{identify.ReadLabels("nhs-number"), map[uint64]bool{}}
	for word := range identify.ReadWords("examples.txt").All() {
		if v, err := strconv.ParseUint(word, 10, 64); err == nil {
			l.examples[v] = true
		}
	}
	return l
})

// Valid reports whether ten digits pass the modulus 11 check.
func Valid(v uint64) bool {
	if v > 9999999999 {
		return false
	}
	sum, weight, rest := uint64(0), uint64(2), v/10
	for ; weight <= 10; weight++ {
		sum += rest % 10 * weight
		rest /= 10
	}
	// A remainder of 1 asks for the check digit 10, which does not exist.
	return (11-sum%11)%11 == v%10
}

// Range is who issues a number.
type Range string

// The ranges.
const (
	Unissued Range = ""
	England  Range = "England, Wales and the Isle of Man"
	Scotland Range = "Scotland (CHI)"
	Northern Range = "Northern Ireland (H&C)"
	Test     Range = "test"
)

// RangeOf returns the range a number is in. A CHI number begins with a date of
// birth; one whose day or month does not exist is in no range.
func RangeOf(v uint64) Range {
	switch lead := v / 1e8; {
	case lead >= 40 && lead <= 49, lead >= 60 && lead <= 79:
		return England
	case lead >= 50 && lead <= 59, lead >= 90 && lead <= 99:
		return Test
	case lead >= 32 && lead <= 39:
		return Northern
	case lead >= 1 && lead <= 31 && chiDate(v/1e4):
		return Scotland
	}
	return Unissued
}

// chiDate reports whether DDMMYY can be a date.
func chiDate(ddmmyy uint64) bool {
	day, month := ddmmyy/1e4, ddmmyy/100%100
	const days31 = 1<<1 | 1<<3 | 1<<5 | 1<<7 | 1<<8 | 1<<10 | 1<<12
	switch {
	case month < 1 || month > 12 || day < 1 || day > 31:
		return false
	case month == 2:
		return day <= 29
	}
	return day <= 30 || days31>>month&1 == 1
}

// parse reads a number written in one piece or 3-3-4.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	n := 0
	for n <= 10 && identify.IsDigit(c.At(at+n)) {
		n++
	}
	var v uint64
	var end int
	switch n {
	case 10:
		v, end = digits(c.Text[at:at+10]), at+10
	case 3:
		v, end = groups(c, at)
	}
	if end == 0 || !standsAlone(c, at, end, n == 3) {
		return identify.Match{}, false
	}
	signals := ownSignals(v)
	if n == 3 {
		signals = signals&^epoch | grouped
	}
	return identify.Match{End: end, Value: v, Signals: signals}, true
}

// weigh adds what the words around a number call it.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	switch c.Label(at, load().labels) {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= other
	}
	if schemeFollows(c, m.End) || m.Signals&other == 0 && schemePrecedes(c, at) {
		m.Signals = m.Signals&^other | label
	}
	return true
}

// cell takes a cell that is a number, also one that a spreadsheet made of it.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if shape.Digits < 10 || shape.Digits > 11 || shape.Letters > 0 || len(c.Text) > 20 || !identify.IsDigit(c.Text[0]) {
		return m, false, false
	}
	m, ok = parse(c, 0)
	if !ok || m.End != len(c.Text) && string(c.Text[m.End:]) != ".0" {
		return m, false, false
	}
	switch c.Head {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= other
	}
	return m, true, m.Signals&checksum != 0
}

// ownSignals returns what the number says of itself.
func ownSignals(v uint64) uint32 {
	var s uint32
	if Valid(v) {
		s = checksum
	} else {
		s = failed
	}
	switch RangeOf(v) {
	case Unissued:
		s |= outside
	case Test:
		s |= inRange | test
	default:
		s |= inRange
		if load().examples[v] {
			s |= test
		}
	}
	if v%1111111111 == 0 {
		s = s&^outside | repeated | test
	}
	if v == 1234567890 || v == 9876543210 || v == 123456789 {
		s |= progression
	}
	if v >= 1.2e9 && v < 2.1e9 {
		s |= epoch
	}
	return s
}

// digits reads ASCII digits.
func digits(b []byte) (v uint64) {
	for _, d := range b {
		v = v*10 + uint64(d-'0')
	}
	return v
}

// groups reads 3-3-4 from at on; end is zero when it is not there. Both
// separators are the same, but a line may end instead of one of two spaces.
func groups(c *identify.Context, at int) (v uint64, end int) {
	width := gap(c, at+3)
	if width == 0 {
		return 0, 0
	}
	second := at + 3 + width
	width = gap(c, second+3)
	third := second + 3 + width
	if width == 0 || third+4 > len(c.Text) || !alike(c.Text[at+3:second], c.Text[second+3:third]) ||
		!allDigits(c.Text[second:second+3]) || !allDigits(c.Text[third:third+4]) {
		return 0, 0
	}
	return digits(c.Text[at:at+3])*1e7 + digits(c.Text[second:second+3])*1e4 + digits(c.Text[third:third+4]), third + 4
}

// gap is separator, or the length of the end of a line.
func gap(c *identify.Context, i int) int {
	switch {
	case c.Name || i >= len(c.Text):
	case c.Text[i] == '\n':
		return 1
	case c.Text[i] == '\r' && c.At(i+1) == '\n':
		return 2
	}
	return separator(c, i)
}

// alike reports whether two gaps part the groups of one number.
func alike(first, second []byte) bool {
	ends := func(b []byte) bool { return b[len(b)-1] == '\n' }
	if ends(first) != ends(second) {
		return first[0] == ' ' || second[0] == ' '
	}
	return !ends(first) && string(first) == string(second)
}

func allDigits(b []byte) bool {
	for _, d := range b {
		if !identify.IsDigit(d) {
			return false
		}
	}
	return true
}

// separator returns how many bytes at i part two groups of digits; zero when
// they part none.
func separator(c *identify.Context, i int) int {
	switch c.At(i) {
	case ' ', '-', '.':
		return 1
	case '_':
		if c.Name {
			return 1
		}
	case 0xC2: // no-break space
		if c.At(i+1) == 0xA0 {
			return 2
		}
	case 0xE2: // spaces of all widths, non-breaking hyphen, figure dash, en dash
		if last := c.At(i + 2); c.At(i+1) == 0x80 && (last >= 0x80 && last <= 0x8A || last >= 0x90 && last <= 0x93 || last == 0xAF) {
			return 3
		}
	case 0xE3: // ideographic space
		if c.At(i+1) == 0x80 && c.At(i+2) == 0x80 {
			return 3
		}
	}
	return 0
}

// standsAlone reports whether the number is no part of something longer.
func standsAlone(c *identify.Context, at, end int, inGroups bool) bool {
	if c.Name {
		return !identify.IsDigit(c.At(end)) && !partOfHash(c, at, end)
	}
	before, after := c.Before(at), c.At(end)
	switch {
	case identify.IsWord(before), identify.IsWord(after):
		return false
	case before == '+', before == '$', before == 0xA3, before == '#' && !inGroups && identify.IsWord(c.At(at-2)):
		return false
	case (before == '.' || before == '-' || before == ',' && inGroups) && identify.IsWord(c.At(at-2)):
		return false // the tail of a decimal, of a longer number, of an identifier
	case after == '.' && identify.IsDigit(c.At(end+1)):
		return c.At(end+1) == '0' && !identify.IsWord(c.At(end+2)) // an integer kept as a float
	case after == '-' && identify.IsDigit(c.At(end+1)):
		return false
	case inGroups && before == ' ':
		return !continuesNumber(c, at-2)
	}
	return true
}

// continuesNumber reports whether a telephone number's beginning ends at i: a
// run of digits that begins with a nought or after a plus.
func continuesNumber(c *identify.Context, i int) bool {
	n := 0
	for n < 6 && identify.IsDigit(c.At(i-n)) {
		n++
	}
	return n > 0 && (c.At(i-n+1) == '0' || c.At(i-n) == '+')
}

// partOfHash reports whether the digits stand inside a long hexadecimal word
// of a file's name.
func partOfHash(c *identify.Context, at, end int) bool {
	const shortest = 16
	hexadecimal := func(b byte) bool {
		return identify.IsDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f'
	}
	for at > 0 && end-at < shortest && hexadecimal(c.At(at-1)) {
		at--
	}
	for end < len(c.Text) && end-at < shortest && hexadecimal(c.At(end)) {
		end++
	}
	return end-at >= shortest
}

// schemePrecedes reports whether the object identifier of the NHS number stands
// a few characters before the number, as it does in CDA.
func schemePrecedes(c *identify.Context, at int) bool {
	const oid, reach = "2.16.840.1.113883.2.1.4.1", 48
	if before := c.Before(at); before != '"' && before != '\'' {
		return false
	}
	return bytes.Contains(c.Text[max(0, at-reach):at], []byte(oid))
}

// schemeFollows reports whether the number is the first component of an HL7
// composite whose scheme or type is the NHS number: 9434765919^^^NHS^NH.
func schemeFollows(c *identify.Context, end int) bool {
	if c.At(end) != '^' {
		return false
	}
	for i := end + 1; i < end+24; i++ {
		switch ch := c.At(i); {
		case ch == '^':
		case ch == 'N' && c.At(i+1) == 'H' && c.At(i-1) == '^':
			return true
		case !identify.IsWord(ch):
			return false
		}
	}
	return false
}
