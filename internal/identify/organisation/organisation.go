// Package organisation finds codes of organisations and of general
// practitioners, where they are called so. They are of nobody: they say that a
// record is one of health care.
package organisation

import (
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	practice uint32 = 1 << iota
	practitioner
	trust
	site
	commissioner
	other
)

// Kind is the identifier. In prose it looks for the codes of practices and
// practitioners alone: the others are too short to look for.
var Kind = identify.Kind{
	Name:    "organisation",
	Words:   "organisation code",
	Signals: []string{"practice", "practitioner", "trust", "site", "commissioner", "other"},
	Shapes:  []string{"Uddddd ", "Uddddddd "},
	Parse:   parse,
	Cell:    cell,
	Cells:   identify.CellRanges{Called: true},
	Column:  identify.ColumnRule{Null: 0.3, Share: 0.8, Reject: true},
}

var labels = sync.OnceValue(func() *identify.Labels { return identify.ReadLabels("organisation") })

// parse reads the code of a practice, L83012, or of a practitioner, G1234567,
// that is called one.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	const longest = 8
	if identify.IsWord(c.Before(at)) || !identify.IsUpper(c.Text[at]) {
		return identify.Match{}, false
	}
	end := at + 1
	for end-at <= longest && identify.IsDigit(c.At(end)) {
		end++
	}
	signals := codeOf(c.Text[at:end])
	if signals&(practice|practitioner) == 0 || identify.IsWord(c.At(end)) || c.Label(at, labels()) != identify.Yes {
		return identify.Match{}, false
	}
	return identify.Match{End: end, Value: value(c.Text[at:end]), Signals: signals}, true
}

// cell takes a cell of a column that is called a code of an organisation.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if c.Head != identify.Yes {
		return m, false, false
	}
	signals := codeOf(c.Text)
	if signals == 0 || shape.Other+shape.Spaces > 0 {
		return m, true, false
	}
	return identify.Match{End: len(c.Text), Value: value(c.Text), Signals: signals}, true, true
}

// codeOf says by its form what a code is of, nothing when it is none.
func codeOf(code []byte) uint32 {
	digits := 0
	for _, ch := range code {
		switch {
		case identify.IsDigit(ch):
			digits++
		case !identify.IsLetter(ch):
			return 0
		}
	}
	if len(code) < 3 || digits == len(code) {
		return 0
	}
	switch first := code[0] &^ 0x20; {
	case len(code) == 6 && digits == 5 && identify.IsLetter(first):
		return practice
	case len(code) == 8 && digits == 7 && (first == 'G' || first == 'C'): // C: a consultant's
		return practitioner
	case len(code) == 3 && (first == 'R' || first == 'T'):
		return trust
	case len(code) == 5 && (first == 'R' || first == 'T'):
		return site
	case len(code) == 3 && (first == 'Q' || first == 'Y' || digits == 2 && identify.IsLetter(code[2])):
		return commissioner
	case len(code) == 5 && digits > 0:
		return other // a pharmacy, a home, a dentist
	}
	return 0
}

// value packs a code, in any case.
func value(code []byte) (v uint64) {
	for _, ch := range code {
		if identify.IsLower(ch) {
			ch -= 0x20
		}
		v = v<<8 | uint64(ch)
	}
	return v
}
