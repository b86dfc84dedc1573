// Package oldnhsnumber finds NHS numbers of the forms that were issued before
// 1996: four or five letters of a registration district, an entry and perhaps
// the place in a household. They have no check digit: only what calls them old
// NHS numbers tells them from other codes.
package oldnhsnumber

import (
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	form uint32 = 1 << iota
	label
	column
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:    "old-nhs-number",
	Words:   "old-style NHS number",
	Signals: []string{"form", "label", "column"},
	Shapes:  []string{"UUUUd", "UUUU d", "UUUUUd", "UUUUU d"},
	Parse:   parse,
	Cell:    cell,
	Cells:   identify.CellRanges{Digits: identify.Range{From: 1}},
	// A column without its heading is never taken: room, product and user names
	// are of the form throughout as well.
	Column: identify.ColumnRule{Null: 0.3, Share: 0.9, Pass: label, Reject: true, Signal: column},
	Strong: label,
	Names:  identify.NameRule{Alone: label},
}

// lists are the words that stand before a number: those that name an NHS number,
// and those that call it old.
type lists struct{ number, old *identify.Labels }

var load = sync.OnceValue(func() lists {
	return lists{identify.ReadLabels("old-nhs-number"), identify.ReadLabels("old-nhs-number-old")}
})

// parse reads a number in capitals, in names of files in any case, that is called
// both an NHS number and old.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if identify.IsWord(c.Before(at)) {
		return identify.Match{}, false
	}
	m, ok := read(c, at, c.Name)
	if !ok || identify.IsWord(c.At(m.End)) {
		return identify.Match{}, false
	}
	if l := load(); c.Label(at, l.old) != identify.Yes || c.Label(at, l.number) != identify.Yes {
		return identify.Match{}, false
	}
	m.Signals |= label
	return m, true
}

// cell takes a cell that is a number, in any case.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if c.Head == identify.No || shape.Letters < 4 || shape.Letters > 5 || shape.Digits > 7 || len(c.Text) > 16 {
		return m, c.Head == identify.Yes, false
	}
	m, ok = read(c, 0, true)
	if !ok || m.End != len(c.Text) {
		return identify.Match{}, true, false
	}
	if c.Head == identify.Yes {
		m.Signals |= label
	}
	return m, true, true
}

// read reads the letters, the entry of up to four digits and the place of up to
// three: ABCD 123, LHAAA12/3.
func read(c *identify.Context, at int, anyCase bool) (m identify.Match, ok bool) {
	i, v := at, uint64(0)
	for i < at+6 && (identify.IsUpper(c.At(i)) || anyCase && identify.IsLower(c.At(i))) {
		v = v<<5 | uint64(c.Text[i]&0x1F)
		i++
	}
	if i-at != 4 && i-at != 5 {
		return m, false
	}
	entry, n := number(c, skip(c, i), &v)
	if n == 0 || n > 4 {
		return m, false
	}
	m = identify.Match{End: entry, Value: v, Signals: form}
	if place := skip(c, entry); place > entry {
		if end, n := number(c, place, &v); n > 0 && n <= 3 {
			m.End, m.Value = end, v
		}
	}
	return m, true
}

// number reads digits from i on into v, behind what it holds.
func number(c *identify.Context, i int, v *uint64) (end, n int) {
	const most = 5
	*v <<= 4
	for n < most && identify.IsDigit(c.At(i+n)) {
		*v = *v*10 + uint64(c.Text[i+n]-'0')
		n++
	}
	return i + n, n
}

// skip steps over one separator.
func skip(c *identify.Context, i int) int {
	switch c.At(i) {
	case ' ', '/', '-':
		return i + 1
	case '_':
		if c.Name {
			return i + 1
		}
	}
	return i
}
