// Package address finds the lines of postal addresses: the number of a house, a
// street and what kind of street it is. A house with a name alone is found only
// in a column of addresses.
package address

import (
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	street uint32 = 1 << iota
	line
	label
	addressee
	organisation
	column
)

// Kind is the identifier. A match begins at the number: a number before a
// capital is much rarer than either.
var Kind = identify.Kind{
	Name:    "address",
	Words:   "address",
	Signals: []string{"street", "line", "label", "addressee", "organisation", "column"},
	Shapes: []string{"d U", "dd U", "ddd U", "d  U", "dd  U",
		"dU U", "ddU U", "dddU U"},
	Parse:   parse,
	Follows: true,
	Weigh:   weigh,
	Cell:    cell,
	Cells:   identify.CellRanges{Letters: identify.Range{From: 5}, Length: identify.Range{From: 8}},
	Column:  identify.ColumnRule{Null: 0.2, Share: 0.5, Pass: street, Fail: organisation, Signal: column},
	Names:   identify.NameRule{Beside: street, Unless: organisation},
}

// lists are the word lists of the kind.
type lists struct {
	labels                         *identify.Labels
	streets, organisations, titles *identify.Words
	surnames, forenames            *identify.Words // of streets that are called like people
}

var load = sync.OnceValue(func() *lists {
	return &lists{
		labels:        identify.ReadLabels("address"),
		streets:       identify.ReadWords("streets.txt"),
		organisations: identify.ReadWords("organisations.txt"),
		titles:        identify.ReadTitles("person"),
		surnames:      identify.ReadWords("streetsurnames.txt"),
		forenames:     identify.ReadWords("commonforenames.txt"),
	}
})

// parse reads a number and a street: 37 The Crescent, 12a St John's Road,
// 4, MILL LANE.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if !stands(c, at) {
		return identify.Match{}, false
	}
	i := house(c, at)
	if i == 0 || !begins(c, i) {
		return identify.Match{}, false
	}
	end, ok := streetAt(c, i)
	if !ok {
		return identify.Match{}, false
	}
	return identify.Match{End: end, Value: hash(c.Text[at:end]), Signals: street}, true
}

// house returns where what follows the number of a house begins, zero when there
// is no such number.
func house(c *identify.Context, at int) int {
	const longest = 3
	i := at
	for i-at <= longest && identify.IsDigit(c.At(i)) {
		i++
	}
	if i == at || i-at > longest || c.Text[at] == '0' {
		return 0
	}
	if identify.IsLetter(c.At(i)) { // 12a
		i++
	}
	if c.At(i) == ',' {
		i++
	}
	if ch := c.At(i); ch != ' ' && !(c.Name && (ch == '_' || ch == '-')) {
		return 0
	}
	return i + 1
}

// stands reports whether what is before a number lets a house's begin there.
func stands(c *identify.Context, at int) bool {
	switch before := c.Before(at); before {
	case ' ', '\n', '\r', '\t', '"', '\'', '(', '|', '^', '>', '=', ';', ':', '/', ',', '+':
		return !(before == ':' || before == '/' || before == ',') || !identify.IsDigit(c.At(at-2))
	case '_', '-':
		return c.Name
	}
	return false
}

// streetWords is how many words a street's name may have before its kind.
const streetWords = 4

// streetAt reads capitalised words from i on up to the kind of a street, which
// is none of them only in company: The Crescent. The last kind counts: Hill Road.
func streetAt(c *identify.Context, start int) (end int, ok bool) {
	i := start
	for n := 0; n <= streetWords; n++ {
		if !begins(c, i) {
			break
		}
		first := i
		for ch := c.At(i); identify.IsLetter(ch) || ch >= 0x80 || ch == '\'' || ch == '-' && !c.Name; ch = c.At(i) {
			if i++; i-first > identify.MaxWord {
				return end, ok
			}
		}
		if n > 0 && isKind(c, first, i) && !(n == 1 && isPerson(c, start, first)) {
			end, ok = i, true
		}
		if c.At(i) == '.' && i-first <= 2 { // St. John's
			i++
		}
		if !spaces(c, c.At(i)) {
			break
		}
		i++
	}
	return end, ok
}

// begins reports whether a word of a street's name can begin at i.
func begins(c *identify.Context, i int) bool {
	ch := c.At(i)
	return identify.IsUpper(ch) || c.Name && identify.IsLower(ch)
}

func spaces(c *identify.Context, ch byte) bool {
	return ch == ' ' || c.Name && (ch == '_' || ch == '-')
}

// isKind reports whether the word is a kind of street.
func isKind(c *identify.Context, from, to int) bool {
	var buf [identify.MaxWord]byte
	end, n := c.Word(from, &buf)
	return end == to && load().streets.Has(buf[:n])
}

// isPerson reports whether two words are a person's name: 1 Susan Hill.
func isPerson(c *identify.Context, first, second int) bool {
	var buf [identify.MaxWord]byte
	l := load()
	_, n := c.Word(second, &buf)
	if !l.surnames.Has(buf[:n]) {
		return false
	}
	_, n = c.Word(first, &buf)
	return l.forenames.Has(buf[:n])
}

// reach is how far around an address it is looked for whose it is.
const reach = 100

// weigh adds what the words around an address say.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	l := load()
	sign := c.Label(at, l.labels)
	if sign == identify.Yes {
		m.Signals |= label
	}
	switch org, person := c.Near(at, reach, l.organisations, l.titles); {
	case org, sign == identify.No, firm(c, l, m.End):
		m.Signals |= organisation
	case person:
		m.Signals |= addressee
	}
	return true
}

// firm reports whether the words behind a street make it a part of an
// organisation's name: 12 Mill Lane Surgery.
func firm(c *identify.Context, l *lists, end int) bool {
	var buf [identify.MaxWord]byte
	for range 2 {
		if c.At(end) != ' ' || !identify.IsUpper(c.At(end+1)) {
			return false
		}
		stop, n := c.Word(end+1, &buf)
		if l.organisations.Has(buf[:n]) {
			return true
		}
		end = stop
	}
	return false
}

// cell takes a cell that is a house and a street, with what is around them, or,
// in a column of addresses, any that has words. One that holds a postcode or
// more than an address is read as prose.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if shape.Spaces == 0 || c.Head == identify.No {
		return m, false, false
	}
	at := numbered(c)
	if at >= 0 {
		m, ok = parse(c, at)
	}
	switch {
	case !plain(c.Text[m.End:]):
		return identify.Match{}, false, false
	case ok:
		m.Value = hash(c.Text[:m.End])
	case c.Head != identify.Yes:
		return m, shape.Digits > 0, false
	default:
		m = identify.Match{Value: hash(c.Text), Signals: line}
	}
	if m.End = len(c.Text); isOrganisation(c) {
		return identify.Match{}, true, false
	}
	if c.Head == identify.Yes {
		m.Signals |= label
	}
	return m, true, true
}

// plain reports whether nothing but names of places can be in the text.
func plain(text []byte) bool {
	for _, ch := range text {
		switch {
		case identify.IsDigit(ch), ch == ':', ch == ';', ch == '(', ch == '@', ch == '=':
			return false
		}
	}
	return true
}

// numbered returns where the first number of a street can begin: at the start,
// or behind the flat or the house's name; -1 when there is none.
func numbered(c *identify.Context) int {
	if identify.IsDigit(c.Text[0]) {
		return 0
	}
	const longest = 40
	for i := 1; i < min(len(c.Text), longest); i++ {
		if identify.IsDigit(c.Text[i]) && !identify.IsWord(c.Text[i-1]) && house(c, i) > 0 && begins(c, house(c, i)) {
			return i
		}
	}
	return -1
}

// isOrganisation reports whether a word of the cell is one of an organisation's
// name.
func isOrganisation(c *identify.Context) bool {
	var buf [identify.MaxWord]byte
	for i := 0; i < len(c.Text); i++ {
		end, n := c.Word(i, &buf)
		if n > 0 && load().organisations.Has(buf[:n]) {
			return true
		}
		i = max(i, end)
	}
	return false
}

// hash is the 64-bit FNV-1a hash of the letters and digits, in lower case.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, ch := range b {
		if identify.IsUpper(ch) {
			ch |= 0x20
		}
		if identify.IsWord(ch) {
			h = (h ^ uint64(ch)) * 1099511628211
		}
	}
	return h
}
