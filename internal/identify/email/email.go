// Package email finds e-mail addresses. One with a private provider is
// somebody's own; those of the NHS and of firms are staff's, and most of the
// addresses that a trust holds.
package email

import (
	"strings"
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	private uint32 = 1 << iota
	other
	staff
	role
	label
	test
	column
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:    "email",
	Words:   "e-mail address",
	Signals: []string{"private", "other", "staff", "role", "label", "test", "column"},
	Shapes:  []string{"@"},
	Parse:   parse,
	Cell:    cell,
	Cells:   identify.CellRanges{Letters: identify.Range{From: 4}, Other: identify.Range{From: 2}, Length: identify.Range{From: 6}},
	Column:  identify.ColumnRule{Null: 0.3, Share: 0.8, Pass: private | other, Fail: staff | role, Signal: column},
	Names:   identify.NameRule{Alone: private, Beside: other, Unless: role},
}

// lists are the word lists of the kind.
type lists struct{ providers, roles *identify.Words }

var load = sync.OnceValue(func() lists {
	return lists{identify.ReadWords("mailproviders.txt"), identify.ReadWords("mailroles.txt")}
})

// Bounds of an address.
const (
	longestLocal  = 64
	longestDomain = 100
)

// parse reads the address around the @ at at. The match begins there: what is
// before it has been looked at by the other kinds.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if c.Text[at] != '@' {
		return identify.Match{}, false
	}
	start, end := local(c, at), domain(c, at+1)
	if start == at || end == 0 {
		return identify.Match{}, false
	}
	m := identify.Match{End: end, Value: hash(c.Text[start:end]), Signals: holder(c.Text[at+1 : end])}
	if load().roles.Has(lower(new(word), firstWord(c.Text[start:at]))) {
		m.Signals = m.Signals&^private | role
	}
	return m, true
}

// local returns where the part before the @ begins.
func local(c *identify.Context, at int) int {
	i := at
	for i > 0 && at-i < longestLocal && localByte(c.Text[i-1]) {
		i--
	}
	for i < at && !identify.IsWord(c.Text[i]) && c.Text[i] < 0x80 { // a quotation mark, a full stop
		i++
	}
	if before := c.Before(at); before == '.' || i > 0 && at-i == longestLocal && localByte(c.Text[i-1]) {
		return at
	}
	return i
}

func localByte(ch byte) bool {
	switch ch {
	case '.', '_', '-', '+', '\'', '%':
		return true
	}
	return identify.IsWord(ch)
}

// domain returns where the domain from i on ends, zero when there is none.
func domain(c *identify.Context, i int) (end int) {
	first, start := i, i // of the domain, of the label
	for i-first < longestDomain {
		switch ch := c.At(i); {
		case identify.IsWord(ch), ch == '-' && i > start:
			i++
			continue
		case i == start:
		case start > first && i-start >= 2 && letters(c.Text[start:i]):
			end = i
		default:
			end = 0
		}
		if c.At(i) != '.' || i == start || !identify.IsWord(c.At(i+1)) {
			return end
		}
		i++
		start = i
	}
	return 0
}

func letters(b []byte) bool {
	for _, ch := range b {
		if !identify.IsLetter(ch) {
			return false
		}
	}
	return true
}

// holder says whose the addresses of a domain are.
func holder(domain []byte) uint32 {
	var buf word
	if load().providers.Has(lower(&buf, domain)) {
		return private
	}
	for _, of := range [...]struct {
		domains []string
		signals uint32
	}{
		{[]string{"example.com", "example.net", "example.org", ".example", ".test", ".invalid"}, other | test},
		{[]string{"nhs.net", "nhs.uk", "nhs.scot", "hscni.net", "gov.uk", "gov.scot", "gov.wales", "ac.uk", "police.uk", "mod.uk"}, staff},
	} {
		for _, d := range of.domains {
			if within(domain, d) {
				return of.signals
			}
		}
	}
	return other
}

// within reports whether a domain is the given one or below it.
func within(domain []byte, above string) bool {
	n := len(domain) - len(above)
	if n < 0 || !strings.EqualFold(string(domain[n:]), above) {
		return false
	}
	return n == 0 || above[0] == '.' || domain[n-1] == '.'
}

type word = [identify.MaxWord]byte

// lower writes a word in lower case into buf; a longer one becomes empty.
func lower(buf *word, b []byte) []byte {
	if len(b) > len(buf) {
		return nil
	}
	for i, ch := range b {
		if identify.IsUpper(ch) {
			ch |= 0x20
		}
		buf[i] = ch
	}
	return buf[:len(b)]
}

// firstWord returns the letters with which the part before the @ begins.
func firstWord(local []byte) []byte {
	n := 0
	for n < len(local) && identify.IsLetter(local[n]) {
		n++
	}
	return local[:n]
}

// cell takes a cell that is an address.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if shape.Spaces > 0 {
		return m, false, false
	}
	at := 0
	for at < len(c.Text) && at <= longestLocal && c.Text[at] != '@' {
		at++
	}
	if c.At(at) != '@' {
		return m, false, false
	}
	m, ok = parse(c, at)
	if !ok || m.End != len(c.Text) || local(c, at) != 0 {
		return identify.Match{}, true, false
	}
	switch c.Head {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= staff
	}
	return m, true, true
}

// hash is the 64-bit FNV-1a hash of the address in lower case.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, ch := range b {
		if identify.IsUpper(ch) {
			ch |= 0x20
		}
		h = (h ^ uint64(ch)) * 1099511628211
	}
	return h
}
