package personname

import "trustaudit/internal/identify"

// titleEnds reports whether what stands behind a word can part a title from a
// name.
func titleEnds(c *identify.Context, end int) bool {
	switch c.At(end) {
	case ' ', '.':
		return true
	case 0xC2:
		return c.At(end+1) == 0xA0
	case '_', '-':
		return c.Name
	}
	return false
}

// titled reads the name behind a title.
func titled(c *identify.Context, l *lexicon, at int, t *word) (m identify.Match, ok bool) {
	first := l.skipTitles(c, t)
	if first == t.end || !beginsCapital(c.Text, first) && !c.Name && !beginsParticle(c.Text, first) {
		return m, false
	}
	s, ok := l.surname(c, first)
	if !ok {
		return m, false
	}
	professionalTitle := t.traits&(staffTitle|personTitle) == staffTitle
	switch {
	case t.traits&(doubtful|infant) != 0, !identify.IsUpper(c.Text[at]) && string(t.letters[:t.n]) != "mrs",
		professionalTitle && !beginsCapital(c.Text, first):
		ok = s.listed
	case t.n == 2 && t.caps && !professionalTitle: // MR and MS are abbreviations of other things
		ok = s.listed || s.caps && s.known
	}
	if !ok {
		return m, false
	}
	m = identify.Match{End: s.end, Value: s.value, Signals: title}
	if professionalTitle {
		m.Signals = professional
	}
	return m, true
}

// skipTitles steps over what stands between a title and its name: a full stop,
// spaces, "of" or "boy" behind Baby.
func (l *lexicon) skipTitles(c *identify.Context, t *word) int {
	i := skipSeparators(c, t.end)
	if t.traits&infant == 0 {
		return i
	}
	const words = 2
	for range words {
		w := l.readWord(c.Text, i)
		if w.traits&behindInfant == 0 || skipSeparators(c, w.end) == w.end {
			break
		}
		i = skipSeparators(c, w.end)
	}
	return i
}

// behindTitle is the name behind a title.
type behindTitle struct {
	value  uint64
	end    int
	known  bool // a list holds one of its words
	listed bool // and one that is no ordinary word
	caps   bool
}

// surname reads initials and names from i on.
func (l *lexicon) surname(c *identify.Context, i int) (s behindTitle, ok bool) {
	const words = 4
	s.caps = true
	for range words {
		p, found := l.readPart(c, i)
		if !found {
			break
		}
		if !p.initial {
			known := p.traits&anyName != 0
			if s.end > 0 && (!known || p.traits&(anyTitle|afterwards) != 0) || !known && p.traits&(afterwards|anyTitle|organisation) != 0 {
				break
			}
			s.end, s.caps = p.end, s.caps && p.caps
			s.known = s.known || known
			s.listed = s.listed || known && p.traits&ordinary == 0
		}
		s.value = s.value*3 + p.spelt.hash()
		next := skipSeparators(c, p.end)
		if next == p.end || c.At(p.end) == '.' && !p.initial && !c.Name {
			break
		}
		i = next
	}
	return s, s.end > 0
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
