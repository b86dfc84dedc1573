// Package personname finds names of people: a title and a surname, a forename
// and a surname that the lists hold, and what the field of a form says is one.
package personname

import (
	"bytes"

	"trustaudit/internal/identify"
)

// The signals, as bits of a match.
const (
	title uint32 = 1 << iota
	professional
	pair
	forename
	initial
	single
	anyWord
	sure
	plain
	label
	heading
	staff
	joined
	column
	patients
	invited
	aged    // an age stands behind it
	speaker // what he or she says stands behind it
	cared   // what the words beside it tell is told of patients
	called  // it is called a patient's beside it
	figure  // a number that may be an age stands behind it
	housed  // the number of a house and a street do
)

// Kind is the identifier.
var Kind = identify.Kind{
	Name:  "name",
	Words: "name",
	Signals: []string{"title", "professional", "pair", "forename", "initial", "word", "any", "sure", "plain", "label",
		"heading", "staff", "joined", "column", "patient", "invited", "aged", "speaker", "cared", "called", "figure", "housed"},
	Shapes:  []string{"U"},
	Parse:   parse,
	Weigh:   weigh,
	Cell:    cell,
	Cells:   identify.CellRanges{Digits: identify.Range{Below: 1}, Letters: identify.Range{From: 2}, Length: identify.Range{Below: cellLength + 1}},
	Column:  identify.ColumnRule{Null: 0.3, Share: 0.6, Pass: sure | pair | title, Fail: staff, Signal: column},
	Anchor:  true,
	Follows: true,
	Leads:   label | invited | aged | cared | called | figure | housed,
	Beside:  housed,
	Named:   label,
	Names:   identify.NameRule{Alone: title | professional | pair},
	Joins:   single | anyWord,
	Joined:  joined,
}

// parse looks for a name that begins at a capital. Most words that begin with
// one are told to be none by the two bytes behind them.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if mayGoOn(c, at) || mayBeField(c, at) && inField(c, at) {
		return named(c, at)
	}
	return identify.Match{}, false
}

// parting are the bytes that can stand between two words of a name.
var parting = func() (t [256]bool) {
	for _, ch := range " ,.-'^_\"" {
		t[ch] = true
	}
	for i := 0x80; i < len(t); i++ {
		t[i] = true
	}
	return t
}()

// mayGoOn is goesOn behind the word that begins at at. It decides about most
// words without a branch that cannot be foretold: it is asked at every capital.
func mayGoOn(c *identify.Context, at int) bool {
	const near = 10 // bytes behind the word that are looked at
	text := c.Text
	end := letterEnd(text, at)
	if end+near > len(text) {
		return goesOn(c, end)
	}
	ch, next := text[end], text[end+1]
	if !parting[ch] {
		return false
	}
	if ch == ' ' && !c.Name && !identify.IsUpper(next) && next < 0x80 && !hasCapital(text[end+2:]) {
		return false
	}
	return goesOn(c, end)
}

// goesOn reports whether what stands behind a word can be the rest of a name.
func goesOn(c *identify.Context, end int) bool {
	ch, next := c.At(end), c.At(end+1)
	switch ch {
	case ' ':
		return identify.IsUpper(next) || next >= 0x80 || c.Name || beginsParticle(c.Text, end+1)
	case ',':
		return next == ' ' && (identify.IsUpper(c.At(end+2)) || c.At(end+2) >= 0x80) || identify.IsUpper(next) || c.Name
	case '\'', '"':
		if next == ',' {
			return c.At(end+2) == ch || c.At(end+3) == ch
		}
		return ch == '\'' && (identify.IsUpper(next) || next >= 0x80)
	case '-', '^':
		return identify.IsUpper(next) || next >= 0x80 || c.Name
	case '.':
		return next == ' ' || identify.IsUpper(next) || c.Name
	case '_':
		return c.Name || identify.IsUpper(next)
	}
	return ch >= 0x80
}

// beginsParticle reports whether van, de, al or the like stands at i, and a
// capital behind one to three of them.
func beginsParticle(text []byte, i int) bool {
	const particles = 3
	for range particles {
		if i = behindParticle(text, i); i < 0 {
			return false
		}
		if beginsCapital(text, i) {
			return true
		}
	}
	return false
}

// behindParticle returns where the word behind a short one in small letters
// begins; -1 when that cannot be a particle.
func behindParticle(text []byte, i int) int {
	const longest = 4
	if i >= len(text) {
		return -1
	}
	switch text[i] {
	case 'v', 'd', 'a', 'e', 'l', 't', 'b', 'i', 's', 'y', 'o', 'g': // "of" and "girl" behind Baby
	default:
		return -1
	}
	for n := 1; n <= longest && i+n < len(text); n++ {
		switch ch := text[i+n]; {
		case ch == ' ' || ch == '-':
			return i + n + 1
		case !identify.IsLower(ch):
			return -1
		}
	}
	return -1
}

// named reads the name that begins at at.
func named(c *identify.Context, at int) (m identify.Match, ok bool) {
	if insideWord(c.Text, at) {
		return m, false
	}
	l := load()
	first := l.readWord(c.Text, at)
	field := inField(c, at)
	if first.n == 0 || !field && !begins(c, &first) {
		return m, false
	}
	if first.traits&anyTitle != 0 && titleEnds(c, first.end) {
		if m, ok = titled(c, l, at, &first); ok || first.traits&anyName == 0 {
			return m, ok
		}
	}
	r := l.readRun(c, &first)
	if m, ok = r.pair(c, l, at); !ok && !c.Name {
		m, ok = r.surnameFirst()
	}
	if field && m.Signals&pair == 0 {
		if f, found := fielded(c, l, at, &r); found {
			return f, true
		}
	}
	return m, ok
}

// begins reports whether a word can begin a name.
func begins(c *identify.Context, w *word) bool {
	switch {
	case w.single(): // J. Smith; without the full stop it is as often an article
		return c.At(w.end) == '.' || bracketBehind(c, w.end)
	case w.traits&(given|anyTitle) != 0:
		return true
	case w.traits&family != 0:
		return c.At(w.end) != ' ' || w.caps || c.Name || w.traits&ordinary == 0 && (beforeInitial(c, w.end) || beforeGiven(c, w.end))
	}
	return w.caps && (c.At(w.end) == ',' || beforeForename(c, w)) || c.At(w.end) == '^'
}

// beforeInitial reports whether a single capital stands behind a word, and nothing
// that goes on with it: Okeke M, and a number.
func beforeInitial(c *identify.Context, end int) bool {
	if !identify.IsUpper(c.At(end+1)) || identify.IsWord(c.At(end+2)) {
		return false
	}
	i := end + 2
	for i-end < 6 && (c.At(i) == ' ' || c.At(i) == ',' || c.At(i) == '.' || c.At(i) == '/') {
		i++
	}
	return identify.IsDigit(c.At(i))
}

// beforeGiven reports whether a forename stands behind a surname.
func beforeGiven(c *identify.Context, end int) bool {
	if !identify.IsUpper(c.At(end+1)) || !identify.IsLower(c.At(end+2)) {
		return false
	}
	next := load().readWord(c.Text, end+1)
	return next.traits&(given|ordinary) == given
}

// beforeForename reports whether a word in capitals that no list knows stands before
// a forename: as a surname does on labels and in lists.
func beforeForename(c *identify.Context, w *word) bool {
	const shortest = 4
	if w.n < shortest || w.traits&ordinary != 0 || c.At(w.end) != ' ' || !identify.IsUpper(c.At(w.end+1)) {
		return false
	}
	next := load().readWord(c.Text, w.end+1)
	return next.n >= shortest && next.traits&given != 0 && next.traits&ordinary == 0
}

// bracketBehind reports whether a figure in brackets, or where one lies, stands behind
// the one word that follows, as a date of birth stands behind a name: M Okeke
// (12/03/1958), M Okeke (bed 4).
func bracketBehind(c *identify.Context, end int) bool {
	const longest = 24
	if c.At(end) != ' ' || !identify.IsUpper(c.At(end+1)) {
		return false
	}
	i := end + 1
	for i-end < longest && (identify.IsLetter(c.At(i)) || c.At(i) == '-' || c.At(i) == '\'') {
		i++
	}
	for c.At(i) == ' ' || c.At(i) == '*' {
		i++
	}
	if c.At(i) != '(' {
		return false
	}
	var word [identify.MaxWord]byte
	_, n := c.Word(i+1, &word)
	return identify.IsDigit(c.At(i+1)) || load().told[string(word[:n])]&(place|ward) != 0
}

// weigh adds what stands around the name.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	if m.Signals&anyWord != 0 { // the field has said it
		return true
	}
	l := load()
	switch c.Label(at, l.labels) {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= staff
	}
	if c.Before(at) == '|' && c.Segment(at, "PID") {
		m.Signals |= label
	}
	if l.staffBehind(c, m.End) || inComment(c, at) {
		m.Signals |= staff
	}
	if m.Signals&(staff|professional) == 0 {
		m.Signals |= l.beside(c, at, m)
	}
	if c.At(m.End) == ':' && stampBefore(c, at) {
		m.Signals |= speaker
	}
	return true
}

// beside says what stands beside the name of one who is none of the staff.
func (l *lexicon) beside(c *identify.Context, at int, m *identify.Match) (signals uint32) {
	switch ageBehind(c, m.End) {
	case yearsAndSex:
		signals |= aged
	case yearsAlone:
		signals |= figure
	}
	if m.Signals&(title|pair|forename|initial) == 0 {
		return signals
	}
	if houseBehind(c, m.End) {
		signals |= housed
	}
	if l.invitation(c.Text[m.End:]) {
		signals |= invited
	}
	if l.tellsCare(c, m.End) || l.caredFor(c, at) {
		signals |= cared
	}
	if l.calledPatient(c, at) {
		signals |= called
	}
	return signals
}

// years is what stands behind a name of an age.
type years uint8

const (
	noYears     years = iota
	yearsAlone        // a number that may be one: Smith John 82 - fell
	yearsAndSex       // one that is called so, or stands as it does in notes
)

// ageBehind looks for an age behind a name: Smith John 82F, John Smith (82), Mrs
// Smith, 82, of.
func ageBehind(c *identify.Context, end int) years {
	const digits, parting, oldest = 3, 3, "110"
	if ageBelow(c, end) {
		return yearsAndSex
	}
	i := end
	for i-end < parting && (c.At(i) == ' ' || c.At(i) == ',' || c.At(i) == '(') {
		i++
	}
	first := i
	for i-first <= digits && identify.IsDigit(c.At(i)) {
		i++
	}
	if i == first || i == end || i-first > digits || c.Text[first] == '0' || i-first == digits && string(c.Text[first:i]) > oldest {
		return noYears
	}
	switch c.At(i) {
	case ')':
		if c.Before(first) == '(' && i-first == 2 {
			return yearsAndSex
		}
	case ',':
		if c.At(end) == ',' && i-first == 2 {
			return yearsAndSex
		}
	}
	return yearsBefore(c, i, i-first)
}

// ageBelow reports whether the line below a name begins with its age: "Age/sex: 76M".
func ageBelow(c *identify.Context, end int) bool {
	if c.At(end) == '\r' {
		end++
	}
	if end+4 >= len(c.Text) || c.Text[end] != '\n' {
		return false
	}
	word := c.Text[end+1 : end+4]
	return word[0]|0x20 == 'a' && word[1]|0x20 == 'g' && word[2]|0x20 == 'e' && !identify.IsLetter(c.At(end+4))
}

// yearsBefore tells by what stands behind a number of so many digits whether it is
// an age.
func yearsBefore(c *identify.Context, i, digits int) years {
	next := i
	if c.At(i) == ' ' || c.At(i) == '-' {
		next++
	}
	var word [identify.MaxWord]byte
	_, n := c.Word(next, &word)
	switch string(word[:n]) {
	case "f", "m", "y", "yr", "yrs", "yo", "female", "male", "year", "years":
		return yearsAndSex
	case "min", "mins", "minutes", "hr", "hrs", "hours", "day", "days", "weeks", "months", "mg", "ml", "g", "kg", "cm", "mm", "km", "am", "pm",
		"miles", "pages", "copies", "points", "votes", "goals", "runs", "units", "items", "files", "shifts", "sessions", "st", "nd", "rd", "th", "of":
		return noYears
	}
	switch ch := c.At(i); {
	case digits == 1, ch != ' ' && ch != ',' && ch != '\n' && ch != '\r' && ch != '\t' && ch != ';':
		return noYears
	case ch == ' ' && (identify.IsUpper(c.At(next)) || identify.IsDigit(c.At(next))):
		return noYears // the number of a house
	}
	return yearsAlone
}

// inComment reports whether a name is the first word of a comment in a program: its
// author's.
func inComment(c *identify.Context, at int) bool {
	if at < 3 || c.Text[at-1] != ' ' {
		return false
	}
	sign := string(c.Text[at-3 : at-1])
	return (sign == "--" || sign == "//" || sign == "/*") && c.Before(at-3) == '\n'
}

// stampBefore reports whether a time stands before a name on its line, as in what
// was said in a meeting: [10:04] Ada Marshall: and 12/03/2024, 10:04 - Ada Marshall:
func stampBefore(c *identify.Context, at int) bool {
	i := at
	for i > 0 && (c.Text[i-1] == ' ' || c.Text[i-1] == '-') {
		i--
	}
	if c.Before(i) == ']' {
		i--
	}
	return i < at && identify.IsDigit(c.Before(i)) && identify.IsDigit(c.At(i-2)) && c.At(i-3) == ':'
}

// invitation reports whether the text behind a name tells somebody of care of his
// or her own: Mr Smith, this is a reminder of your cardiology appointment.
func (l *lexicon) invitation(behind []byte) bool {
	const reach, told, least = 48, 80, 2
	line := behind[:min(len(behind), reach+told)]
	if n := bytes.IndexByte(line, '\n'); n >= 0 && !greeted(line[:n]) {
		line = line[:n]
	}
	i := yours(line)
	if i < 0 || i > reach {
		return false
	}
	line = line[i+len(" your "):]
	for _, colleagues := range [...]string{"patient", "referral", "letter"} {
		if bytes.HasPrefix(line, []byte(colleagues)) {
			return false
		}
	}
	care := l.topics.Care(line[:min(len(line), told)])
	return care >= least || care > 0 && l.ofPatientsOwn(line)
}

// ofPatientsOwn reports whether a text begins with a word of care that says of itself
// whose it is: scan, biopsy. Appointments may be with anybody.
func (l *lexicon) ofPatientsOwn(text []byte) bool {
	end := letterEnd(text, 0)
	return l.topics.Care(text[:end]) > 0 && !bytes.HasPrefix(text, []byte("appointment"))
}

// greeted reports whether a line ends with a greeting's comma, behind the name.
func greeted(rest []byte) bool {
	rest = bytes.TrimSpace(rest)
	return len(rest) == 1 && rest[0] == ','
}

// yours returns where the word that says whose something is stands in a text, behind
// a space or the end of a line; below zero when it does not.
func yours(text []byte) int {
	for i := range text {
		if ch := text[i]; (ch == ' ' || ch == '\n') && len(text)-i > len(" your ") && text[i+1]|0x20 == 'y' && string(text[i+2:i+6]) == "our " {
			return i
		}
	}
	return -1
}

// staffBehind reports whether what stands behind a name makes it one of staff:
// a post, a degree, the address of a correspondent.
func (l *lexicon) staffBehind(c *identify.Context, end int) bool {
	const postWords = 3 // Infection Control Nurse
	for range 3 {
		switch c.At(end) {
		case ',', ' ', '(', '\n', '\r', '-':
			end++
		}
	}
	if c.At(end) == '<' {
		return true
	}
	for range postWords {
		w := l.readWord(c.Text, end)
		if w.n == 0 || w.traits&post != 0 {
			return w.traits&post != 0
		}
		if c.At(w.end) != ' ' || !beginsCapital(c.Text, end) {
			return false
		}
		end = w.end + 1
	}
	return false
}
