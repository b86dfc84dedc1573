package personname

import (
	"bytes"

	"trustaudit/internal/identify"
)

// Bounds of a cell that can be a name.
const (
	cellLength = 64
	cellSpaces = 5
	cellSigns  = 4 // apostrophes, hyphens, full stops, a comma
)

// cell takes a cell that is one to a few words, capitalised or not.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	l := load()
	if plain := l.withoutTitle(c.Text); len(plain) < len(c.Text) {
		without := *c
		without.Text = plain
		c = &without
	}
	if shape.Spaces > cellSpaces || !beginsWord(c.Text, 0) || !ofLetters(c.Text) {
		return m, false, false
	}
	m, ok = whole(c, l)
	if !ok {
		if l.isOf(c, organisation) {
			return m, true, false
		}
		m = identify.Match{End: len(c.Text), Value: valueOf(c.Text), Signals: anyWord}
	}
	switch c.Head {
	case identify.Yes:
		m.Signals |= heading
	case identify.Patients:
		if l.isOf(c, nobody) {
			return m, true, false
		}
		m.Signals |= heading | patients
	case identify.No:
		m.Signals |= staff
	}
	return m, true, m.Signals&(title|pair|single|initial) != 0 || m.Signals&heading != 0
}

// withoutTitle returns a cell without the title in brackets at its end: OKAFOR,
// Adaeze (Mrs).
func (l *lexicon) withoutTitle(text []byte) []byte {
	n := len(text) - 1
	if n < 0 || text[n] != ')' {
		return text
	}
	open := bytes.LastIndexByte(text, '(')
	if open < 1 || text[open-1] != ' ' {
		return text
	}
	if w := l.readWord(text[:n], open+1); w.traits&anyTitle == 0 || w.end < n-1 {
		return text
	}
	return bytes.TrimRight(text[:open], " ")
}

// ofLetters reports whether a cell is of letters but for a few signs that names
// have.
func ofLetters(text []byte) bool {
	signs := 0
	for _, ch := range text {
		switch {
		case identify.IsLetter(ch), ch == ' ', ch >= 0x80:
		case ch == '\'', ch == '-', ch == '.', ch == ',', ch == '^':
			signs++
		default:
			return false
		}
	}
	return signs <= cellSigns
}

// whole looks for a name that is the cell as a whole. In a cell the order and
// the case of the words may be any.
func whole(c *identify.Context, l *lexicon) (m identify.Match, ok bool) {
	loose := identify.Context{Text: c.Text, Now: c.Now, Name: c.Text[0] >= 'a'}
	first := l.readWord(c.Text, 0)
	if first.end == len(c.Text) {
		return l.alone(part{traits: first.traits, spelt: first.spelling, end: first.end})
	}
	if first.traits&anyTitle != 0 && titleEnds(&loose, first.end) {
		if m, ok = titled(&loose, l, 0, &first); ok && l.onlyGiven(&loose, m.End) {
			m.End = len(c.Text)
			return m, true
		}
	}
	r := l.readRun(&loose, &first)
	if r.n == 1 {
		return l.alone(r.parts[0])
	}
	if m, ok = r.pair(&loose, l, 0); !ok && r.n == 2 {
		m, ok = r.swapped()
	}
	return m, ok && (m.End == len(c.Text) || m.End == len(c.Text)-1 && c.Text[m.End] == '.')
}

// onlyGiven reports whether nothing but forenames and initials stand from i on, as
// behind a surname: Mrs Okafor Adaeze, Mr Smith J.
func (l *lexicon) onlyGiven(c *identify.Context, i int) bool {
	for i < len(c.Text) {
		if ch := c.Text[i]; ch == ' ' || ch == '.' || ch == ',' {
			i++
			continue
		}
		w := l.readWord(c.Text, i)
		if w.n == 0 || !w.single() && w.traits&given == 0 {
			return false
		}
		i = w.end
	}
	return true
}

// alone takes a cell of one name. One that is also an ordinary word or a place
// is a name only where a heading says so.
func (l *lexicon) alone(p part) (m identify.Match, ok bool) {
	m = identify.Match{End: p.end, Value: p.spelt.hash(), Signals: single | strength(p.traits)}
	if p.traits&ordinary != 0 {
		m.Signals = anyWord
	}
	return m, p.traits&anyName != 0 && p.spelt.n > 1
}

// swapped takes surname and forename, or an initial, without a comma between.
func (r *run) swapped() (m identify.Match, ok bool) {
	one, two := &r.parts[0], &r.parts[1]
	m = identify.Match{End: two.end, Value: pairValue(two.spelt, one.spelt)}
	switch {
	case one.traits&family != 0 && two.traits&given != 0:
		m.Signals = pair | strength(one.traits, two.traits)
	case one.traits&family != 0 && two.initial:
		m.Signals = initial | strength(one.traits)
	case one.initial && two.traits&family != 0:
		m.Signals = initial | strength(two.traits)
	}
	return m, m.Signals != 0
}

// isOf reports whether a word of the cell has one of the traits: is of an
// organisation's name, or stands for nobody's.
func (l *lexicon) isOf(c *identify.Context, t traits) bool {
	for i := 0; i < len(c.Text); i++ {
		if !beginsWord(c.Text, i) {
			continue
		}
		w := l.readWord(c.Text, i)
		if w.traits&t != 0 {
			return true
		}
		i = max(i, w.end-1)
	}
	return false
}

// valueOf is the value of words that no list knows (FNV-1a, in lower case).
func valueOf(text []byte) uint64 {
	const offset, prime uint64 = 14695981039346656037, 1099511628211
	h := offset
	for _, ch := range text {
		if identify.IsLetter(ch) {
			ch |= 0x20
		}
		h = (h ^ uint64(ch)) * prime
	}
	return h
}
