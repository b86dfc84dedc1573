package personname

import "trustaudit/internal/identify"

// maxParts is how many words and initials of a name are read.
const maxParts = 5

// part is one word of a name. A double-barrelled one, or one with particles
// before it, is one part.
type part struct {
	traits  traits
	spelt   spelling // of its last word
	end     int
	caps    bool
	initial bool
	begins  byte // what parts it from the one before: see separator
}

// run is a run of words that may be a name.
type run struct {
	parts [maxParts]part
	n     int
}

// readRun reads the run that begins with the word first.
func (l *lexicon) readRun(c *identify.Context, first *word) (r run) {
	r.parts[0] = part{traits: first.traits &^ anyTitle, spelt: first.spelling, end: first.end, caps: first.caps,
		initial: first.single()}
	r.n = 1
	l.hyphenated(c, &r.parts[0])
	for r.n < maxParts {
		before := &r.parts[r.n-1]
		at, sep := separator(c, before.end, before.initial)
		if sep == 0 || sep != ' ' && r.n > 1 {
			break
		}
		p, ok := l.readPart(c, at)
		if !ok {
			break
		}
		if p.traits&(afterwards|anyTitle) != 0 || p.traits&organisation != 0 && (p.traits&family == 0 || r.n > 1) {
			break
		}
		p.begins = sep
		r.parts[r.n] = p
		r.n++
	}
	return r
}

// readPart reads a part that begins at at, with the particles before it.
func (l *lexicon) readPart(c *identify.Context, at int) (p part, ok bool) {
	const particles = 3
	for range particles {
		w := l.readWord(c.Text, at)
		if w.traits&particle == 0 || c.At(w.end) != ' ' && c.At(w.end) != '-' || !beginsWord(c.Text, w.end+1) {
			break
		}
		at = w.end + 1
	}
	if !beginsCapital(c.Text, at) && !(c.Name && beginsWord(c.Text, at)) {
		return p, false
	}
	w := l.readWord(c.Text, at)
	if w.n == 0 || identify.IsDigit(c.At(w.end)) {
		return p, false
	}
	p = part{traits: w.traits, spelt: w.spelling, end: w.end, caps: w.caps, initial: w.single()}
	l.hyphenated(c, &p)
	return p, true
}

// hyphenated joins the second barrel to a part.
func (l *lexicon) hyphenated(c *identify.Context, p *part) {
	if c.Name || c.At(p.end) != '-' || !beginsCapital(c.Text, p.end+1) {
		return
	}
	w := l.readWord(c.Text, p.end+1)
	if w.n < 2 {
		return
	}
	both := p.traits & w.traits & ordinary
	p.traits = (p.traits|w.traits)&^ordinary | both
	p.spelt, p.end, p.caps, p.initial = w.spelling, w.end, p.caps && w.caps, false
}

// separator steps over what parts two words of a name, and returns what it is:
// a space, a comma, a caret, an underscore as in the names of files that a text
// lists, or a quotation mark for the values of a list: 'Smith', 'John'. It is zero
// when it parts more than that.
func separator(c *identify.Context, end int, initial bool) (next int, sep byte) {
	switch ch := c.At(end); {
	case ch == ' ':
		return skipSpace(c, end+1), ' '
	case ch == 0xC2 && c.At(end+1) == 0xA0:
		return end + 2, ' '
	case ch == ',':
		return skipSpace(c, end+1), ','
	case ch == '^':
		return end + 1, '^'
	case ch == '.' && (initial || c.Name):
		return skipSpace(c, end+1), ' '
	case c.Name && (ch == '_' || ch == '-'):
		return skipSpace(c, end+1), ' '
	case ch == '_' && identify.IsUpper(c.At(end+1)):
		return end + 1, '_'
	case (ch == '\'' || ch == '"') && c.At(end+1) == ',':
		if next = skipSpace(c, end+2); c.At(next) == ch {
			return next + 1, '"'
		}
	}
	return end, 0
}

// skipSpace steps over a space, and over an underscore in a name.
func skipSpace(c *identify.Context, i int) int {
	if c.At(i) == ' ' || c.Name && c.At(i) == '_' {
		i++
	}
	return i
}

// pair takes the run for forename and surname, in either order.
func (r *run) pair(c *identify.Context, l *lexicon, at int) (m identify.Match, ok bool) {
	if r.n < 2 {
		return m, false
	}
	f, s, last, signals := r.order(c, at)
	if signals == 0 {
		return m, false
	}
	m = identify.Match{End: r.parts[last].end, Value: pairValue(r.parts[f].spelt, r.parts[s].spelt), Signals: signals}
	switch {
	case signals&initial != 0:
		m.Signals |= strength(r.parts[s].traits)
	case signals&pair != 0:
		m.Signals |= strength(r.parts[f].traits, r.parts[s].traits)
		if _, known := l.eponyms[m.Value]; known {
			m.Signals = m.Signals&^sure | plain
		}
	}
	small := c.Name && !beginsCapital(c.Text, at)
	return m, !(small && m.Signals&plain != 0) && !l.ofOrganisation(c, m.End)
}

// order finds the forename, the surname and the last part of the name, and says
// what they are evidence of.
func (r *run) order(c *identify.Context, at int) (f, s, last int, signals uint32) {
	one, two := &r.parts[0], &r.parts[1]
	listed := two.begins == '"' || two.begins == '_'
	switch {
	case listed && one.traits&family != 0 && two.traits&given != 0:
		return 1, 0, 1, pair
	case listed && one.traits&given != 0 && two.traits&family != 0:
		return 0, 1, 1, pair
	case listed:
		return 0, 0, 0, 0
	case two.begins != ' ':
		return r.reversed(c, at)
	case one.initial:
		return r.behindInitials()
	case one.traits&given != 0:
		if f, s, last, signals = r.forwards(); signals&pair != 0 || signals != 0 && !c.Name {
			return f, s, last, signals
		}
	}
	if one.traits&family == 0 || two.traits&given == 0 {
		return 0, 0, 0, 0
	}
	if c.Name || one.caps && !two.caps && one.spelt.n > 2 { // SMITH John
		return 1, 0, r.further(1), pair
	}
	if one.caps && two.caps && one.traits&given == 0 && one.spelt.n > 2 && (one.traits|two.traits)&ordinary == 0 { // SMITH JOHN
		return 1, 0, r.further(1), forename
	}
	return 0, 0, 0, 0
}

// surnameFirst takes what begins with a surname in prose and has no comma: Smith J
// and Smith John, or OKEKE Maeve and OKEKE MAEVE where no list knows the surname.
func (r *run) surnameFirst() (m identify.Match, ok bool) {
	const shortest = 4
	if r.n < 2 || r.parts[1].begins != ' ' {
		return m, false
	}
	one, two := &r.parts[0], &r.parts[1]
	listed := one.traits&(given|family|ordinary) == family || one.caps && one.traits&(family|ordinary) == family && two.initial
	unlisted := one.traits&(given|family|ordinary) == 0 && one.caps && one.spelt.n >= shortest
	m = identify.Match{End: two.end, Value: pairValue(two.spelt, one.spelt)}
	switch {
	case listed && two.initial:
		m.Signals = initial | strength(one.traits)
	case listed && two.traits&(given|ordinary) == given:
		m.Signals = pair
	case unlisted && two.traits&(given|ordinary) == given:
		m.Signals = forename
	}
	return m, m.Signals != 0
}

// reversed takes a run with a comma or a caret: Smith, John.
func (r *run) reversed(c *identify.Context, at int) (f, s, last int, signals uint32) {
	one, two := &r.parts[0], &r.parts[1]
	listed := one.traits&family != 0
	inSegment := two.begins == '^' && c.Segment(at, "PID") // HL7 says so, whatever the name
	switch {
	case two.initial && listed && one.spelt.n > 1 && two.begins == ',':
		return 1, 0, r.further(1), initial
	case two.traits&given != 0 && listed:
		return 1, 0, r.further(1), pair
	case two.begins == '^' && one.traits&given != 0 && two.traits&family != 0:
		return 0, 1, 1, pair
	case two.traits&given != 0 && two.traits&ordinary == 0 && one.caps && one.spelt.n > 2, inSegment:
		return 1, 0, r.further(1), forename
	}
	return 0, 0, 0, 0
}

// forwards takes a run that begins with a forename: John Peter Smith.
func (r *run) forwards() (f, s, last int, signals uint32) {
	for i := 1; i < r.n; i++ {
		p := &r.parts[i]
		switch {
		case p.initial:
		case s > 0 && (p.traits&anyName == 0 || p.traits&ordinary != 0):
			return 0, s, s, pair
		case p.traits&family != 0:
			s = i
		case p.traits&given == 0 && r.unlisted(p):
			return 0, i, i, forename
		case p.traits&given == 0:
			return 0, 0, 0, 0
		}
	}
	if s == 0 {
		return 0, 0, 0, 0
	}
	return 0, s, s, pair
}

// behindInitials takes a run that begins with an initial: J. R. Smith.
func (r *run) behindInitials() (f, s, last int, signals uint32) {
	for i := 1; i < r.n; i++ {
		switch p := &r.parts[i]; {
		case p.initial:
		case p.traits&(family|ordinary) == family:
			return 0, i, i, initial
		default:
			return 0, 0, 0, 0
		}
	}
	return 0, 0, 0, 0
}

// unlisted reports whether a word that no list holds can be the surname of one
// whose forename is nothing but that.
func (r *run) unlisted(p *part) bool {
	one := &r.parts[0]
	return one.traits&ordinary == 0 && p.spelt.n > 2 && p.caps == one.caps
}

// further returns the last of the forenames and initials that follow part i.
func (r *run) further(i int) int {
	for i+1 < r.n && r.parts[i+1].begins == ' ' && (r.parts[i+1].initial || r.parts[i+1].traits&(given|ordinary) == given) {
		i++
	}
	return i
}

// strength says how much more than names the words of a name are.
func strength(words ...traits) (signals uint32) {
	signals = sure | plain
	known := traits(0)
	for _, t := range words {
		known |= t
		if t&ordinary != 0 {
			signals &^= sure
		} else {
			signals &^= plain
		}
	}
	if known&frequent == 0 {
		signals &^= sure
	}
	return signals
}

// ofOrganisation reports whether a pair of names that ends at end begins the
// name of a hospital or company: Robert Jones and Agnes Hunt Orthopaedic
// Hospital.
func (l *lexicon) ofOrganisation(c *identify.Context, end int) bool {
	const reach = 6 // words
	for range reach {
		if c.At(end) == ' ' && c.At(end+1) == '&' {
			end += 2
		}
		if c.At(end) != ' ' || !identify.IsLetter(c.At(end+1)) {
			return false
		}
		w := l.readWord(c.Text, end+1)
		capital := identify.IsUpper(c.At(end + 1))
		switch spelt := string(w.letters[:w.n]); {
		case spelt == "nhs": // it stands before a number as well
			return false
		case w.traits&organisation != 0 && capital:
			return !(c.At(w.end) == ' ' && identify.IsDigit(c.At(w.end+1))) // Ward 7 is where the patient is
		case !capital && spelt != "and" && spelt != "of":
			return false
		}
		end = w.end
	}
	return false
}

// pairValue is the value of a name with forename and surname.
func pairValue(f, s spelling) uint64 { return f.hash() ^ s.hash()*3 }
