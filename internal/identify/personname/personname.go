// Package personname finds names of people: a title and a surname, or a
// forename and a surname that the lists hold.
package personname

import (
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	title uint32 = 1 << iota
	professional
	pair
	forename
	word
	anyWord
	label
	heading
	staff
	column
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:  "name",
	Words: "name",
	Signals: []string{"title", "professional", "pair", "forename", "word", "any", "label", "heading",
		"staff", "column"},
	Shapes: []string{"U"},
	Parse:  parse,
	Cell:   cell,
	Column: identify.ColumnRule{Null: 0.4, Share: 0.8, Pass: pair | word | title, Fail: staff, Signal: column},
	Anchor: true,
	Named:  label,
	Names:  identify.NameRule{Alone: title | professional | pair},
}

// lists are the word lists of the kind.
type lists struct {
	labels               *identify.Labels
	fields, patients     *identify.Labels
	titles, staff        *identify.Words
	forenames, surnames  *identify.Words
	doubtful, afterwards *identify.Words
	organisations        *identify.Words
	roles, subjects      *identify.Words
}

var load = sync.OnceValue(func() *lists {
	return &lists{
		labels:     identify.ReadLabels("name"),
		fields:     identify.ReadLabels("name-field"),
		patients:   identify.ReadLabels("name-patient"),
		titles:     identify.ReadTitles("person", "professional"),
		staff:      identify.ReadTitles("professional"),
		forenames:  identify.ReadWords("forenames.txt"),
		surnames:   identify.ReadWords("surnames.txt"),
		doubtful:   identify.ReadTitles("doubtful"),
		afterwards: identify.ReadTitles("afterwards"),

		organisations: identify.ReadWords("organisations.txt"),
		roles:         identify.ReadTitles("role"),
		subjects:      identify.ReadTitles("subject"),
	}
})

type buffer = [identify.MaxWord]byte

// parse looks for a title with a surname, then for a pair of listed names.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if at > 0 && identify.IsWord(c.Text[at-1]) {
		return identify.Match{}, false
	}
	var buf buffer
	end, n := c.Word(at, &buf)
	if n < 2 {
		return identify.Match{}, false
	}
	l := load()
	if titleEnds(c, end) {
		if l.titles.Has(buf[:n]) {
			return titled(c, l, at, end, buf[:n], l.staff.Has(buf[:n]))
		}
	}
	second, two := nextName(c, end)
	if inField(c, at) {
		if !two {
			second = 0
		}
		return valueAt(c, l, at, second)
	}
	if !two {
		return identify.Match{}, false
	}
	return pairAt(c, l, at, end, second, buf[:n])
}

// inField reports whether what stands before a word can part it from the name
// of a field: "family: Kennedy", "surname=Kennedy", SU:KENNEDY.
func inField(c *identify.Context, at int) bool {
	switch before := c.Before(at); before {
	case ' ', '"', '\'':
		part := c.At(at - 2)
		return part == ':' || part == '='
	case ':', '=':
		return !c.Name
	}
	return false
}

// valueAt looks for a name where the value of a field begins; second is where its
// second word does, zero when it has none.
func valueAt(c *identify.Context, l *lists, at, second int) (m identify.Match, ok bool) {
	var buf buffer
	end, n := c.Word(at, &buf)
	if second > 0 {
		m, ok = pairAt(c, l, at, end, second, buf[:n])
	}
	if m.Signals&pair == 0 {
		if f, found := fielded(c, l, at, second); found {
			return f, true
		}
	}
	return m, ok
}

// fieldReach is how far before a field of a name it is looked for whose it is.
const fieldReach = 160

// fielded takes what stands behind the name of a field that holds a name: no
// list need know it. A patient's name has two words, the second of which begins
// at second.
func fielded(c *identify.Context, l *lists, at, second int) (identify.Match, bool) {
	var buf buffer
	end, n := c.Word(at, &buf)
	m := identify.Match{End: end, Value: hash(offset, buf[:n])}
	switch {
	case n >= 2 && (c.Label(at, l.fields) == identify.Yes || edifactSurname(c, at)):
		m.Signals = anyWord | heading
		if works, _ := c.Near(at, fieldReach, l.roles, l.subjects); works {
			m.Signals |= staff
		}
	case second > 0 && c.Label(at, l.patients) == identify.Yes:
		if m.End, n = c.Word(second, &buf); n < 2 || l.afterwards.Has(buf[:n]) {
			return identify.Match{}, false
		}
		m.Value, m.Signals = hash(m.Value, buf[:n]), anyWord|heading|label
	default:
		return identify.Match{}, false
	}
	return m, true
}

// edifactSurname reports whether the word stands in the surname's component of
// an EDIFACT segment.
func edifactSurname(c *identify.Context, at int) bool {
	const component = "+SU:"
	return at >= len(component) && string(c.Text[at-len(component):at]) == component
}

// titleEnds reports whether what stands behind a word can part a title from a
// name.
func titleEnds(c *identify.Context, end int) bool {
	switch c.At(end) {
	case ' ', '.':
		return true
	case '_', '-':
		return c.Name
	}
	return false
}

// titled reads the name behind a title.
func titled(c *identify.Context, l *lists, at, end int, spelt []byte, staffTitle bool) (identify.Match, bool) {
	first := skipSeparators(c, end)
	if first == end {
		return identify.Match{}, false
	}
	// Mr, Ms and Dr are also abbreviations of other things, in capitals or not;
	// Mrs is none.
	doubtful := l.doubtful.Has(spelt) || len(spelt) == 2 && identify.IsUpper(c.Text[at+1]) ||
		!identify.IsUpper(c.Text[at]) && string(spelt) != "mrs" || staffTitle && !identify.IsUpper(c.At(first))
	value, last, listed := surname(c, l, first)
	if last == 0 || doubtful && !listed {
		return identify.Match{}, false
	}
	m := identify.Match{End: last, Value: value, Signals: title}
	if staffTitle {
		m.Signals = professional
	}
	return context(c, l, at, m), true
}

// nameWords is how many words and initials a name may have behind its title.
const nameWords = 4

// surname reads initials and names from i on; end is zero when there is no
// surname. listed says that a list holds the last name.
func surname(c *identify.Context, l *lists, i int) (value uint64, end int, listed bool) {
	value = offset
	for range nameWords {
		if !identify.IsUpper(c.At(i)) && !(c.Name && identify.IsLower(c.At(i))) {
			break
		}
		var buf buffer
		stop, n := c.Word(i, &buf)
		if n == 0 {
			break
		}
		if n == 1 && (c.At(stop) == '\'' || c.At(stop) == '-') && identify.IsUpper(c.At(stop+1)) { // O'Brien
			i = stop + 1
			continue
		}
		if n >= 2 {
			known := l.surnames.Has(buf[:n]) || l.forenames.Has(buf[:n])
			if !known && (end > 0 || l.afterwards.Has(buf[:n])) {
				break
			}
			end, listed = stop, known
		}
		value = hash(value, buf[:n])
		if next := skipSeparators(c, stop); next > stop && c.At(stop) != '\n' {
			i = next
			continue
		}
		break
	}
	return value, end, listed
}

// skipSeparators steps over a full stop and spaces within a line.
func skipSeparators(c *identify.Context, i int) int {
	for range 3 {
		switch c.At(i) {
		case ' ', '.':
			i++
		case '_', '-':
			if c.Name {
				i++
			}
		case 0xC2:
			if c.At(i+1) == 0xA0 {
				i += 2
			}
		}
	}
	return i
}

// nextName returns where the word behind the one that ends at end begins, if it
// is capitalised and belongs to the same name.
func nextName(c *identify.Context, end int) (int, bool) {
	switch c.At(end) {
	case ' ', '^':
		end++
	case ',':
		if end++; c.At(end) == ' ' {
			end++
		}
	case '_', '-', '.':
		if c.Name {
			end++
		}
	}
	// A middle initial.
	if identify.IsUpper(c.At(end)) && (c.At(end+1) == ' ' || c.At(end+1) == '.') {
		end += 2
		if c.At(end) == ' ' {
			end++
		}
	}
	return end, identify.IsUpper(c.At(end)) && identify.IsLetter(c.At(end+1))
}

// pairAt takes two words for forename and surname, in either order.
func pairAt(c *identify.Context, l *lists, at, end, second int, first []byte) (identify.Match, bool) {
	var buf buffer
	stop, n := c.Word(second, &buf)
	if n < 2 || identify.IsDigit(c.At(stop)) || l.afterwards.Has(buf[:n]) {
		return identify.Match{}, false
	}
	reversed := c.At(end) == ',' || c.At(end) == '^' || c.Name
	m := identify.Match{End: stop, Value: hash(hash(offset, first), buf[:n])}
	switch isFore := l.forenames.Has(first); {
	case c.At(end) == ',' && isFore && !l.surnames.Has(first):
		return identify.Match{}, false
	case isFore && l.surnames.Has(buf[:n]):
		m.Signals = pair
	case reversed && l.forenames.Has(buf[:n]) && l.surnames.Has(first):
		m.Signals = pair
	case isFore && c.At(end) != ',' && !c.Name:
		m.Signals = forename
	case c.At(end) == '^' && c.Segment(at, "PID"): // HL7 says so, whatever the name
		m.Signals = forename
	default:
		return identify.Match{}, false
	}
	if ofOrganisation(c, l, stop) {
		return identify.Match{}, false
	}
	return context(c, l, at, m), true
}

// ofOrganisation reports whether a pair of names that ends at end begins the
// name of a hospital or company: Robert Jones and Agnes Hunt Orthopaedic
// Hospital.
func ofOrganisation(c *identify.Context, l *lists, end int) bool {
	const reach = 6 // words
	var buf buffer
	for range reach {
		if c.At(end) == ' ' && c.At(end+1) == '&' {
			end += 2
		}
		if c.At(end) != ' ' || !identify.IsLetter(c.At(end+1)) {
			return false
		}
		stop, n := c.Word(end+1, &buf)
		switch spelt := string(buf[:n]); {
		case spelt == "nhs": // it stands before a number as well
			return false
		case l.organisations.Has(buf[:n]) && identify.IsUpper(c.At(end+1)):
			return true
		case !identify.IsUpper(c.At(end+1)) && spelt != "and" && spelt != "of":
			return false
		}
		end = stop
	}
	return false
}

// context adds what stands around the name.
func context(c *identify.Context, l *lists, at int, m identify.Match) identify.Match {
	switch c.Label(at, l.labels) {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= staff
	}
	if c.Before(at) == '|' && c.Segment(at, "PID") {
		m.Signals |= label
	}
	end := m.End
	for range 2 {
		if ch := c.At(end); ch == ',' || ch == ' ' || ch == '(' || ch == '\n' {
			end++
		}
	}
	var buf buffer
	if _, n := c.Word(end, &buf); n > 0 && l.afterwards.Has(buf[:n]) {
		m.Signals |= staff
	}
	return m
}

// cell takes a cell that is one to four capitalised words.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if shape.Digits > 0 || shape.Letters < 2 || len(c.Text) > 48 || shape.Spaces > 4 || shape.Other > 3 ||
		!identify.IsLetter(c.Text[0]) {
		return m, false, false
	}
	l := load()
	if shape.Spaces > 0 && isOrganisation(c, l) {
		return m, true, false
	}
	if shape.Spaces > 0 || shape.Other > 0 {
		m, ok = parse(c, 0)
		ok = ok && m.End == len(c.Text)
	}
	if !ok {
		m = single(c, l, shape)
	}
	switch c.Head {
	case identify.Yes:
		m.Signals |= heading
	case identify.No:
		m.Signals |= staff
	}
	return m, true, m.Signals&(title|pair|forename|word) != 0 || c.Head == identify.Yes
}

// isOrganisation reports whether a word of the cell is one of an
// organisation's name.
func isOrganisation(c *identify.Context, l *lists) bool {
	var buf buffer
	for i := 0; i < len(c.Text); i++ {
		end, n := c.Word(i, &buf)
		if l.organisations.Has(buf[:n]) {
			return true
		}
		i = end
	}
	return false
}

// single takes the cell as a name as a whole.
func single(c *identify.Context, l *lists, shape identify.CellShape) identify.Match {
	var buf buffer
	m := identify.Match{End: len(c.Text), Value: hash(offset, c.Text), Signals: anyWord}
	if _, n := c.Word(0, &buf); n == len(c.Text) && n >= 2 && shape.Upper >= 1 &&
		(l.surnames.Has(buf[:n]) || l.forenames.Has(buf[:n])) {
		m.Signals = word
	}
	return m
}

// offset and prime are those of the 64-bit FNV-1a hash.
const (
	offset uint64 = 14695981039346656037
	prime  uint64 = 1099511628211
)

// hash takes the letters of a name, in lower case.
func hash(h uint64, b []byte) uint64 {
	for _, ch := range b {
		if identify.IsLetter(ch) {
			ch |= 0x20
		}
		h = (h ^ uint64(ch)) * prime
	}
	return (h ^ ' ') * prime
}
