// Package nino finds National Insurance numbers. They belong to employees as
// well as to patients, so that one says who somebody is, and little of whether
// that is a patient.
package nino

import (
	"sync"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	complete uint32 = 1 << iota
	bare
	temporary
	label
	employment
	test
	column
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:    "nino",
	Words:   "National Insurance number",
	Signals: []string{"complete", "bare", "temporary", "label", "employment", "test", "column"},
	Shapes: []string{"UUdddddd", "UU dddddd", "UU  dddddd",
		"UU dd dd dd", "UUdd dd dd", "UU  dd  dd  dd"},
	Parse:  parse,
	Weigh:  weigh,
	Cell:   cell,
	Cells:  identify.CellRanges{Digits: identify.Range{From: 6, Below: 7}, Letters: identify.Range{From: 2, Below: 4}, Length: identify.Range{Below: 17}},
	Column: identify.ColumnRule{Null: 0.15, Share: 0.85, Pass: complete | temporary, Reject: true, Signal: column},
	Names:  identify.NameRule{Alone: complete | temporary, Beside: bare},
}

// lists are the word lists of the kind.
type lists struct {
	labels               *identify.Labels
	employment, patients *identify.Words
}

var load = sync.OnceValue(func() lists {
	return lists{identify.ReadLabels("nino"), identify.ReadWords("employment.txt"), identify.ReadTitles("subject")}
})

// parse reads a number in capitals; in names of files, in any case. One without
// its last letter is as likely a part's or an order's number, and wants to be
// called what it is.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if identify.IsWord(c.Before(at)) {
		return identify.Match{}, false
	}
	m, ok := read(c, at, c.Name)
	if !ok || identify.IsWord(c.At(m.End)) {
		return identify.Match{}, false
	}
	switch sign := c.Label(at, load().labels); {
	case sign == identify.Yes:
		m.Signals |= label
	case sign == identify.No, m.Signals&bare != 0 && !c.Name:
		return identify.Match{}, false
	}
	return m, true
}

// employmentReach is how far before a number it is looked for whether it is an
// employee's.
const employmentReach = 160

// weigh adds whether the words before a number are of employment.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	l := load()
	if works, _ := c.Near(at, employmentReach, l.employment, l.patients); works {
		m.Signals |= employment
	}
	return true
}

// cell takes a cell that is a number, in any case.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	if c.Head == identify.No {
		return m, false, false
	}
	m, ok = read(c, 0, true)
	switch {
	case !ok, m.End != len(c.Text):
		return identify.Match{}, shape.Letters == 3, false
	case c.Head == identify.Yes:
		m.Signals |= label
	case m.Signals&bare != 0:
		return m, false, false
	}
	return m, true, true
}

// read reads two letters, six digits and a last letter, with or without spaces
// between their pairs.
func read(c *identify.Context, at int, anyCase bool) (m identify.Match, ok bool) {
	first, second := capital(c.At(at), anyCase), capital(c.At(at+1), anyCase)
	isTemporary := first == 'T' && second == 'N'
	if !isTemporary && !prefix(first, second) {
		return m, false
	}
	v, i := uint64(first)<<8|uint64(second), at+2
	for range 3 {
		gap := separator(c, i)
		if !identify.IsDigit(c.At(i+gap)) || !identify.IsDigit(c.At(i+gap+1)) {
			return m, false
		}
		i += gap + 2
		v = v*100 + uint64(c.Text[i-2]-'0')*10 + uint64(c.Text[i-1]-'0')
	}
	m = identify.Match{End: i, Value: v, Signals: bare}
	gap := separator(c, i)
	switch last := capital(c.At(i+gap), anyCase); {
	case identify.IsLetter(c.At(i + gap + 1)):
	case isTemporary && (last == 'M' || last == 'F'):
		m.End, m.Signals = i+gap+1, temporary
	case !isTemporary && last >= 'A' && last <= 'D':
		m.End, m.Signals = i+gap+1, complete
	}
	if isTemporary && (m.Signals != temporary || !date(v%1e6)) {
		return m, false
	}
	if v%1e6 == 123456 {
		m.Signals |= test
	}
	return m, true
}

// capital returns a letter as a capital, zero for anything else.
func capital(ch byte, anyCase bool) byte {
	if identify.IsUpper(ch) || anyCase && identify.IsLower(ch) {
		return ch &^ 0x20
	}
	return 0
}

// The letters that a number's prefix does not use, in its first and second
// place, as bits from A on.
const (
	notFirst  = 1<<('D'-'A') | 1<<('F'-'A') | 1<<('I'-'A') | 1<<('Q'-'A') | 1<<('U'-'A') | 1<<('V'-'A')
	notSecond = notFirst | 1<<('O'-'A')
)

// prefix reports whether numbers are issued with the two letters.
func prefix(first, second byte) bool {
	if first == 0 || second == 0 || notFirst>>(first-'A')&1 == 1 || notSecond>>(second-'A')&1 == 1 {
		return false
	}
	switch string([]byte{first, second}) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

// date reports whether DDMMYY, of which a temporary number is made, can be one.
func date(ddmmyy uint64) bool {
	day, month := ddmmyy/1e4, ddmmyy/100%100
	return day >= 1 && day <= 31 && month >= 1 && month <= 12
}

// separator returns how many bytes at i part two pairs.
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
	}
	return 0
}
