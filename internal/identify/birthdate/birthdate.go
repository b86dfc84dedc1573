// Package birthdate finds dates of birth: full dates on which a living person
// can be born, told from other dates by what they are called or stand beside.
package birthdate

import (
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	plausible uint32 = 1 << iota
	label
	near
	other
	column
	old  // thirty years ago or more
	aged // three years ago or more

	stamp   // between parse and weigh: a time of day follows
	compact // and: without separators
)

// shapes are dates in figures, in any order and with any separator, and those
// whose month is a word.
var shapes = []string{
	"dddd dd dd", "dddd d dd", "dddd dd d", "dddd d d",
	"dd dd dd", "d dd dd", "dd d dd", "d d dd",
	"dddddddd ", "dddddddddddd ", "ddddddddddddd",
	"d U", "dd U", "d  U", "dd  U", "d   U", "dd   U", "dU", "ddU", "d    U", "dd    U",
}

// Kind is the identifier.
var Kind = identify.Kind{
	Name:    "date-of-birth",
	Words:   "date of birth",
	Signals: []string{"plausible", "label", "near", "other", "column", "old", "aged"},
	Shapes:  shapes,
	Parse:   parse,
	Weigh:   weigh,
	Cell:    cell,
	Column:  identify.ColumnRule{Null: 0.1, Share: 0.4, Pass: old, Fail: other, Signal: column},
	Strong:  label,
	Near:    near,
	Apart:   label | other,
	Names:   identify.NameRule{Alone: aged, Beside: plausible},
}

var labels = sync.OnceValue(func() *identify.Labels { return identify.ReadLabels("date-of-birth") })

// date is a day as it was written.
type date struct {
	day, month, year int
	end              int
	compact          bool // without separators
}

// parse reads a date on which somebody who lives can be born.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	d, ok := read(c, at)
	timed, atMidnight := timeFollows(c, d.end)
	if !ok || identify.IsWord(c.At(d.end)) && !timed && !c.Name {
		return identify.Match{}, false
	}
	before := c.Before(at)
	if !c.Name && (identify.IsWord(before) || (before == '/' || before == '-' || before == '.') && identify.IsDigit(c.At(at-2))) {
		return identify.Match{}, false
	}
	signals, ok := ownSignals(c, &d)
	if !ok {
		return identify.Match{}, false
	}
	if timed && !atMidnight {
		signals |= stamp
	}
	if d.compact {
		signals |= compact
	}
	return identify.Match{End: d.end, Value: d.value(), Signals: signals}, true
}

// weigh adds what the words around a date call it. A time stamp counts only
// when it is called a date of birth, and so does a date without separators.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	switch c.Label(at, labels()) {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= other
	}
	if m.Signals&compact != 0 && (c.Before(at) == '|' && c.Segment(at, "PID") || c.Before(at) == ':' && edifact(c, at)) {
		m.Signals |= label // HL7, with or without a time
	}
	lone := m.Signals&stamp != 0 || m.Signals&compact != 0 && !c.Name
	m.Signals &^= stamp | compact
	return m.Signals&label != 0 || !lone
}

// cell takes a cell that is a date, with or without midnight after it.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if shape.Digits < 5 || shape.Digits > 20 || len(c.Text) > 32 || !identify.IsDigit(c.Text[0]) {
		return m, false, false
	}
	d, ok := read(c, 0)
	if !ok || d.compact && c.Head != identify.Yes {
		return m, false, false
	}
	if rest := c.Text[d.end:]; len(rest) > 0 && !midnight(rest) {
		return m, false, false
	}
	signals, ok := ownSignals(c, &d)
	if !ok {
		return m, true, false
	}
	switch c.Head {
	case identify.Yes:
		signals |= label
	case identify.No:
		signals |= other
	}
	return identify.Match{End: len(c.Text), Value: d.value(), Signals: signals}, true, true
}

// edifact reports whether the date stands in the EDIFACT segment of a date of
// birth.
func edifact(c *identify.Context, at int) bool {
	const segment = "DTM+329:"
	return at >= len(segment) && string(c.Text[at-len(segment):at]) == segment
}

func (d date) value() uint64 { return uint64(d.year*10000 + d.month*100 + d.day) }

// ownSignals says whether somebody who lives can be born on the date. Dates that
// stand for a missing one are nobody's.
func ownSignals(c *identify.Context, d *date) (uint32, bool) {
	now := c.Now.Year()*10000 + int(c.Now.Month())*100 + c.Now.Day()
	v := int(d.value())
	oldest := now - 120*10000
	if v > now || v < oldest || v == 19000101 || v == 19010101 {
		return 0, false
	}
	s := plausible
	if v <= now-30*10000 {
		s |= old
	}
	if v <= now-3*10000 {
		s |= aged
	}
	return s, true
}

// timeFollows reports whether a time of day stands behind a date, and whether it
// is the midnight that a database puts there.
func timeFollows(c *identify.Context, end int) (timed, atMidnight bool) {
	if sep := c.At(end); sep != 'T' && sep != ' ' {
		return false, false
	}
	timed = identify.IsDigit(c.At(end+1)) && identify.IsDigit(c.At(end+2)) && c.At(end+3) == ':'
	return timed, timed && len(c.Text) >= end+6 && string(c.Text[end+1:end+6]) == "00:00"
}

// midnight reports whether b is the empty time that a database puts behind a
// date.
func midnight(b []byte) bool {
	if b[0] != ' ' && b[0] != 'T' {
		return false
	}
	for _, ch := range b[1:] {
		if ch != '0' && ch != ':' && ch != '.' && ch != 'Z' && ch != '+' {
			return false
		}
	}
	return true
}
