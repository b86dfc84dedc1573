// Package postcode finds full UK postcodes, and tells those of people from
// those of organisations by the words of the address before them.
package postcode

import (
	"math/bits"
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	listed uint32 = 1 << iota
	unlisted
	label
	addressee
	organisation
	column
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:    "postcode",
	Words:   "postcode",
	Signals: []string{"listed", "unlisted", "label", "addressee", "organisation", "column"},
	Shapes:  []string{"Ud", "UUd"},
	Parse:   parse,
	Weigh:   weigh,
	Cell:    cell,
	Cells:   identify.CellRanges{Digits: identify.Range{From: 1}, Letters: identify.Range{From: 3}, Length: identify.Range{From: 5, Below: 10}},
	Column:  identify.ColumnRule{Null: 0.05, Share: 0.5, Pass: listed, Fail: organisation, Signal: column},
	Names:   identify.NameRule{Alone: listed, Beside: unlisted},
}

// lists are the word lists of the kind.
type lists struct {
	labels        *identify.Labels
	outcodes      *codes
	organisations *identify.Words
	titles        *identify.Words
}

var load = sync.OnceValue(func() *lists {
	l := &lists{
		labels:        identify.ReadLabels("postcode"),
		outcodes:      new(codes),
		organisations: identify.ReadWords("organisations.txt"),
		titles:        identify.ReadTitles("person"),
	}
	for code := range identify.ReadWords("outcodes.txt").All() {
		l.outcodes.add(pack([]byte(code)))
	}
	return l
})

// codes is a set of packed codes, of which there are some three thousand: open
// addressing in a table of twice as many and more.
type codes [1 << 13]uint32

func (c *codes) slot(code uint32) uint32 {
	const golden = 0x9E3779B1
	for i := code * golden >> 19; ; i = (i + 1) % uint32(len(c)) {
		if c[i] == code || c[i] == 0 {
			return i
		}
	}
}

func (c *codes) add(code uint32) { c[c.slot(code)] = code }

func (c *codes) has(code uint32) bool { return c[c.slot(code)] == code }

// pack puts up to four letters and digits into a word, in upper case.
func pack(code []byte) (v uint32) {
	for _, ch := range code {
		if identify.IsLower(ch) {
			ch -= 0x20
		}
		v = v<<8 | uint32(ch)
	}
	return v
}

// addressReach is how far before a postcode its address is looked at.
const addressReach = 100

// parse reads a postcode in capitals; in names of files, in any case.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if m, ok, done := glance(c, at); done {
		return m, ok
	}
	return parseAny(c, at)
}

func parseAny(c *identify.Context, at int) (identify.Match, bool) {
	if at > 0 && identify.IsWord(c.Text[at-1]) {
		return identify.Match{}, false
	}
	m, ok := read(c, at, c.Name)
	if !ok || identify.IsWord(c.At(m.End)) {
		return identify.Match{}, false
	}
	return m, true
}

// weigh adds what the address before a postcode says.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	l := load()
	switch c.Label(at, l.labels) {
	case identify.Yes:
		m.Signals |= label
		return true
	case identify.No:
		return false
	}
	switch org, person := c.Near(at, addressReach, l.organisations, l.titles); {
	case org:
		m.Signals |= organisation
	case person:
		m.Signals |= addressee
	}
	return true
}

// cell takes a cell that is a postcode, in any case.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	m, ok = read(c, 0, true)
	if !ok || m.End != len(c.Text) {
		return m, true, false
	}
	switch c.Head {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= organisation
	}
	return m, true, true
}

// read reads a postcode from at on.
func read(c *identify.Context, at int, anyCase bool) (m identify.Match, ok bool) {
	i := at + 1
	if letter(c.At(i), anyCase) {
		i++
	}
	if !letter(c.At(at), anyCase) || !identify.IsDigit(c.At(i)) {
		return m, false
	}
	i++
	// The fourth place may be a digit that belongs to the inward half already:
	// M11AA is M1 1AA.
	for long := i + 1; long >= i; long-- {
		if long > i && !identify.IsDigit(c.At(i)) && !letter(c.At(i), anyCase) {
			continue
		}
		if end, ok := inward(c, long, anyCase); ok {
			return match(c.Text[at:long], c.Text[end-3:end], end)
		}
	}
	return m, false
}

// inward reads the space and the inward half.
func inward(c *identify.Context, i int, anyCase bool) (end int, ok bool) {
	for range 2 {
		if ch := c.At(i); ch == ' ' || c.Name && (ch == '_' || ch == '-') {
			i++
		}
	}
	if c.At(i) == 0xC2 && c.At(i+1) == 0xA0 {
		i += 2
	}
	return i + 3, identify.IsDigit(c.At(i)) && final(c.At(i+1), anyCase) && final(c.At(i+2), anyCase)
}

func letter(ch byte, anyCase bool) bool {
	return identify.IsUpper(ch) || anyCase && identify.IsLower(ch)
}

// final reports whether the inward half uses the letter.
func final(ch byte, anyCase bool) bool {
	const unused = 1<<('C'&0x1F) | 1<<('I'&0x1F) | 1<<('K'&0x1F) | 1<<('M'&0x1F) | 1<<('O'&0x1F) | 1<<('V'&0x1F)
	return letter(ch, anyCase) && unused>>(ch&0x1F)&1 == 0
}

func match(out, in []byte, end int) (identify.Match, bool) {
	return judged(pack(out), pack(in), end)
}

// judged is the match of two packed halves.
func judged(out, in uint32, end int) (identify.Match, bool) {
	signals := unlisted
	if load().outcodes.has(out) {
		signals = listed
	}
	if first := out >> ((bits.Len32(out) - 1) &^ 7); first == 'Z' && signals == unlisted { // ZZ99: no fixed abode, abroad
		return identify.Match{}, false
	}
	return identify.Match{End: end, Value: uint64(out)<<24 | uint64(in), Signals: signals}, true
}
