// Package birthdate finds dates of birth: full dates on which a living person
// can be born, told from other dates by what they are called or stand beside.
package birthdate

import (
	"bytes"
	"strings"
	"sync"

	"trustaudit/internal/identify"
	"trustaudit/internal/identify/tendigit"
)

// The signals, as bits of a match.
const (
	plausible uint32 = 1 << iota
	label
	near
	other
	column
	old    // thirty years ago or more
	aged   // three years ago or more
	chi    // a CHI number begins with it
	word   // its month is a word: no column's in prose
	past   // old, and called nothing
	behind // old, and right behind a name
	beside // aged, and behind two words that may be a name
	named  // called a date of birth, right behind two such words

	stamp   // between parse and weigh: a time of day follows
	compact // and: without separators
)

// shapes are dates in figures, in any order, and those whose month is a word:
// 12 March, 12 MAR, 12th Mar, 12-Mar, 12Mar.
var shapes = []string{
	"dddd/dd/dd", "dddd/d/dd", "dddd/dd/d", "dddd/d/d",
	"dd/dd/dd", "d/dd/dd", "dd/d/dd", "d/d/dd",
	"dddddddd ", "dddddddddddd ", "ddddddddddddd",
	"d Ul", "dd Ul", "d  Ul", "dd  Ul", "dll Ul", "ddll Ul", "dUl", "ddUl", "d/ll", "dd/ll",
	"d UU", "dd UU", "dll UU", "ddll UU", "dUU", "ddUU",
}

// Kind is the identifier.
var Kind = identify.Kind{
	Name:       "date-of-birth",
	Words:      "date of birth",
	Signals:    []string{"plausible", "label", "near", "other", "column", "old", "aged", "chi", "word", "past", "behind", "beside", "named"},
	Shapes:     shapes,
	Whole:      true,
	Parse:      parse,
	Weigh:      weigh,
	Cell:       cell,
	Cells:      identify.CellRanges{Digits: identify.Range{From: 4, Below: 21}, Length: identify.Range{Below: 37}},
	Column:     identify.ColumnRule{Null: 0.1, Share: 0.4, Pass: old, Fail: other, Signal: column, Unless: label},
	Strong:     label | behind,
	Bare:       label | other | word,
	Near:       near,
	Beside:     beside,
	Apart:      label | other,
	Everybodys: true,
	Names:      identify.NameRule{Alone: aged, Beside: plausible},
	Agree:      agree,
}

var labels = sync.OnceValue(func() *identify.Labels { return identify.ReadLabels("date-of-birth") })

// date is a day as it was written.
type date struct {
	day, month, year int
	end              int
	compact          bool // without separators
	worded           bool // the month is a word
}

// parse reads a date on which somebody who lives can be born.
func parse(c *identify.Context, at int) (identify.Match, bool) {
	if m, ok, done := glance(c, at); done {
		return m, ok
	}
	return parseAny(c, at)
}

func parseAny(c *identify.Context, at int) (identify.Match, bool) {
	if !c.Name && dismissed(c, at) {
		return identify.Match{}, false
	}
	d, ok := read(c, at)
	if !ok {
		return identify.Match{}, false
	}
	timed, atMidnight := timeFollows(c, d.end)
	if identify.IsWord(c.At(d.end)) && !timed && !c.Name {
		return identify.Match{}, false
	}
	signals, ok := ownSignals(c, d.value())
	if !ok || isVersion(c, at, d.end) {
		return identify.Match{}, false
	}
	if timed && !atMidnight {
		signals |= stamp
	}
	if d.compact {
		signals |= compact
	}
	if d.worded {
		signals |= word
	}
	return identify.Match{End: d.end, Value: d.value(), Signals: signals}, true
}

// isVersion reports whether a dotted date of few figures is a program's version: a
// hyphen and the program's name stand before it, as in libc-2.11.94.
func isVersion(c *identify.Context, at, end int) bool {
	const longest = len("12.11.94")
	return end-at <= longest && c.Before(at) == '-' && identify.IsLetter(c.At(at-2)) && c.At(end-3) == '.' && !c.Name
}

// dismissed tells at a glance what cannot be a date of birth: the tail of
// something longer, a time of day, the stamp that a line of a log begins with.
func dismissed(c *identify.Context, at int) bool {
	before := c.Before(at)
	if identify.IsWord(before) || (before == '/' || before == '-' || before == '.') && identify.IsDigit(c.At(at-2)) {
		return true
	}
	const line = len("2026-11-21 10:15")
	if at+line > len(c.Text) {
		return false
	}
	b := c.Text[at : at+line]
	first := (before == '\n' || before == '[') && string(b[11:]) != "00:00"
	switch c.Digits(at) & eight {
	case dayFirst:
		return b[2] == ':' || b[2] != b[5] || first && hour(b[10:])
	case yearFirstDigits:
		return first && hour(b[10:])
	case eight:
		return !century20(b[0:2]) && !century20(b[4:6]) || first && identify.IsDigit(b[8])
	}
	return first && b[2] == '/' && b[6] == '/' && hour(b[11:]) // 21/Nov/2026:10:15
}

// hour reports whether b begins as a time of day does behind a date.
func hour(b []byte) bool {
	_ = b[4]
	return (b[0] == ' ' || b[0] == 'T' || b[0] == ':') && b[1] >= '0' && b[1] <= '2' &&
		identify.IsDigit(b[2]) && b[3] == ':' && identify.IsDigit(b[4])
}

// century20 reports whether a year of this century or the last begins with two
// digits.
func century20(b []byte) bool { return b[0] == '1' && b[1] == '9' || b[0] == '2' && b[1] == '0' }

// Which of eight bytes are digits, a bit each: all, those of dd/mm/yy and those of
// yyyy-mm-.
const (
	eight           = 1<<8 - 1
	dayFirst        = 3 | 3<<3 | 3<<6
	yearFirstDigits = 15 | 3<<5
)

// weigh adds what the words around a date call it. A time stamp counts only
// when it is called a date of birth, and so does a date without separators.
func weigh(c *identify.Context, at int, m *identify.Match) bool {
	switch c.Label(at, labels()) {
	case identify.Yes:
		m.Signals |= label
		switch {
		case biography(c, m.End), compared(c, at):
			m.Signals ^= label | other
		case labelBehindName(c, at):
			m.Signals |= named
		}
	case identify.No:
		m.Signals |= other
	default:
		if afterAge(c, at) || bornBefore(c, at) {
			m.Signals |= label
		}
	}
	if m.Signals&compact != 0 && (c.Before(at) == '|' && c.Segment(at, "PID") || c.Before(at) == ':' && edifact(c, at)) {
		m.Signals |= label // HL7, with or without a time
	}
	if m.Signals&(old|label|other) == old {
		m.Signals |= past
		if behindName(c, at) {
			m.Signals |= behind
		}
	}
	if m.Signals&(aged|label|other) == aged && behindTitled(c, at) {
		m.Signals |= behind
	}
	inName := m.Signals&compact != 0 && c.Before(at) == '_' // of a file
	if m.Signals&(aged|label|other|behind|stamp) == aged && (inName || m.Signals&compact == 0) && c.BehindName(at) {
		m.Signals |= beside
	}
	lone := m.Signals&stamp != 0 || m.Signals&(compact|beside) == compact && !c.Name
	m.Signals &^= stamp | compact
	return m.Signals&(label|behind) != 0 || !lone
}

// compared reports whether a query compares with a date: DOB < '1949-04-01'. It is
// nobody's.
func compared(c *identify.Context, at int) bool {
	i := at
	for i > 0 && (c.Text[i-1] == '\'' || c.Text[i-1] == '"' || c.Text[i-1] == ' ' || c.Text[i-1] == '=') {
		i--
	}
	sign := c.Before(i)
	return i < at && (sign == '<' || sign == '>' && c.At(i-2) == ' ')
}

// biography reports whether the bracket that holds a date ends as an encyclopaedia's
// does: (born 3 March 1948 in Leeds) is a surgeon.
func biography(c *identify.Context, end int) bool {
	const reach, words = 40, 12
	rest := c.Text[end:min(len(c.Text), end+reach)]
	i := bytes.IndexByte(rest, ')')
	if i < 0 || bytes.IndexByte(rest[:i], '(') >= 0 {
		return false
	}
	rest = c.Text[end+i+1 : min(len(c.Text), end+i+1+words)]
	for _, says := range [...]string{" is a ", " is an ", " was an "} {
		if bytes.HasPrefix(rest, []byte(says)) {
			return true
		}
	}
	return false
}

// labelBehindName reports whether what calls a date one of birth stands right behind
// two words that may be a name: Maeve Okeke (dob 12/03/1958).
func labelBehindName(c *identify.Context, at int) bool {
	const widest, words = 24, 4 // date of birth, and one before
	first := at
	for range words {
		end := first
		for end > 0 && at-end < widest && !identify.IsWord(c.Text[end-1]) {
			end--
		}
		start := end
		for start > 0 && at-start < widest && (identify.IsLetter(c.Text[start-1]) || c.Text[start-1] == '.') {
			start--
		}
		if !saysBirth(c.Text[start:end]) {
			return first < at && c.BehindName(first) && !ofTest(c, first-widest, first)
		}
		first = start
	}
	return false
}

// saysBirth reports whether a word, in any case and with full stops or without, is
// one of those that call a date one of birth.
func saysBirth(text []byte) bool {
	var word [len("birth")]byte
	n := 0
	for _, ch := range text {
		if ch == '.' {
			continue
		}
		if n == len(word) {
			return false
		}
		word[n] = ch | 0x20
		n++
	}
	switch string(word[:n]) {
	case "dob", "born", "birth", "of", "date":
		return true
	}
	return false
}

// ofTest reports whether the name before a date, which begins behind from, is none:
// TEST, Patient.
func ofTest(c *identify.Context, from, to int) bool {
	for _, word := range [...]string{"test", "patient"} {
		for i := max(0, from); i+len(word) <= to; i++ {
			if sameLetters(c, i, word) {
				return true
			}
		}
	}
	return false
}

// bornBefore reports whether "b." or a small b by itself stands before a date.
func bornBefore(c *identify.Context, at int) bool {
	i := at
	if c.Before(i) == ' ' {
		i--
	}
	if c.Before(i) == '.' {
		i--
	}
	return i < at && c.Before(i) == 'b' && !identify.IsWord(c.Before(i-1))
}

// afterAge reports whether an age stands right before a date in brackets: aged 34
// (12/03/1990), 34 years old (12/03/1990), 34yrs (12/03/1990).
func afterAge(c *identify.Context, at int) bool {
	if c.Before(at) != '(' {
		return false
	}
	i, years := at-1, false
	for range 2 {
		switch start, word := runBack(c, i, identify.IsLetter); word {
		case "years", "year", "yrs", "yr", "y", "old":
			i, years = start, true
		}
	}
	i, age := runBack(c, i, identify.IsDigit)
	if len(age) == 0 || len(age) > 3 {
		return false
	}
	_, word := runBack(c, i, identify.IsLetter)
	return years || word == "age" || word == "aged"
}

// behindName reports whether a date stands where a patient's is written by habit:
// in brackets behind initial and surname, M Okeke (12/03/1958), or behind the
// underscore that parts it from the name of an image or a file, OKEKE^MAEVE_19580312,
// OKEKE_MAEVE_19580312.
func behindName(c *identify.Context, at int) bool {
	switch c.Before(at) {
	case '(':
		i := at - 1
		if c.Before(i) == ' ' {
			i--
		}
		start := nameBack(c, i)
		if start == i || !identify.IsUpper(c.Text[start]) || c.Before(start) != ' ' {
			return false
		}
		i = start - 1
		if c.Before(i) == '.' {
			i--
		}
		return i > 0 && identify.IsUpper(c.Text[i-1]) && !identify.IsWord(c.Before(i-1))
	case '_':
		forename := nameBack(c, at-1)
		return forename < at-1 && (c.Before(forename) == '^' || c.Before(forename) == '_') && nameBack(c, forename-1) < forename-1
	}
	return false
}

// behindTitled reports whether a date stands in brackets behind a name with a
// title: Mrs Maeve Okeke (12/03/1988).
func behindTitled(c *identify.Context, at int) bool {
	const names = 4
	if c.Before(at) != '(' {
		return false
	}
	i := at - 1
	for range names {
		for c.Before(i) == ' ' || c.Before(i) == '.' {
			i--
		}
		start := nameBack(c, i)
		if start == i || !identify.IsUpper(c.Text[start]) {
			return false
		}
		switch string(c.Text[start:i]) {
		case "Mr", "Mrs", "Ms", "Miss", "Mx", "Master":
			return true
		}
		i = start
	}
	return false
}

// nameBack returns where the name that ends at end begins.
func nameBack(c *identify.Context, end int) int {
	const longest = 24
	i := end
	for i > 0 && end-i < longest && (identify.IsLetter(c.Text[i-1]) || c.Text[i-1] == '-' || c.Text[i-1] == '\'') {
		i--
	}
	return i
}

// runBack returns the short run of a class, in lower case, that stands before i
// with a space or a colon between, and where it starts.
func runBack(c *identify.Context, i int, class func(byte) bool) (start int, run string) {
	const longest = 6
	for range 2 {
		if ch := c.Before(i); ch == ' ' || ch == ':' {
			i--
		}
	}
	end := i
	for i > 0 && end-i < longest && class(c.Text[i-1]) {
		i--
	}
	return i, strings.ToLower(string(c.Text[i:end]))
}

// agree compares a date with a CHI number of its record.
func agree(own uint64, kind string, other uint64) uint32 {
	if kind == "chi-number" && tendigit.Born(other, own) {
		return chi
	}
	return 0
}

// cell takes a cell that is a date, with or without a time after it, or the
// number that a spreadsheet makes of one.
func cell(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
	digits := shape.Digits == len(c.Text) // alone they may be anything
	if digits && c.Head != identify.Yes && !(c.Bare && shape.Digits == len("19580312") && century20(c.Text)) {
		return m, false, false
	}
	d, ok := readCell(c, shape)
	if !ok || d.compact && c.Head != identify.Yes && !digits {
		return m, false, false
	}
	if rest := c.Text[d.end:]; len(rest) > 0 && !midnight(rest) && !(c.Head == identify.Yes && timeOfDay(rest)) {
		return m, false, false
	}
	signals, ok := ownSignals(c, d.value())
	if !ok {
		return m, true, false
	}
	switch c.Head {
	case identify.Yes:
		signals |= label
	case identify.No:
		signals |= other
	default:
		if signals&old != 0 && !digits {
			signals |= past
		}
	}
	return identify.Match{End: len(c.Text), Value: d.value(), Signals: signals}, true, true
}

// readCell reads a date as read does; one that begins with its month, as SQL
// Server writes it; or a spreadsheet's number of the day.
func readCell(c *identify.Context, shape identify.CellShape) (d date, ok bool) {
	switch {
	case !identify.IsDigit(c.Text[0]):
		return monthFirst(c)
	case c.Head == identify.Yes && shape.Letters == 0 && shape.Digits <= 6:
		if d, ok = serial(c.Text); ok {
			return d, true
		}
	}
	return read(c, 0)
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
func ownSignals(c *identify.Context, value uint64) (uint32, bool) {
	const old0, aged0, oldest = 30, 3, 120
	now, v := c.Today(), int(value)
	if v > now || v < now-oldest*10000 || v == 19000101 || v == 19010101 {
		return 0, false
	}
	s := plausible
	if v <= now-old0*10000 {
		s |= old
	}
	if v <= now-aged0*10000 {
		s |= aged
	}
	return s, true
}

// timeFollows reports whether a time of day stands behind a date, and whether it
// is the midnight that a database puts there.
func timeFollows(c *identify.Context, end int) (timed, atMidnight bool) {
	const length = len(" 00:00")
	if end+length > len(c.Text) || !hour(c.Text[end:end+length]) {
		return false, false
	}
	return true, string(c.Text[end+1:end+length]) == "00:00"
}

// midnight reports whether b is the empty time that a database puts behind a
// date, in any zone.
func midnight(b []byte) bool {
	if b[0] != ' ' && b[0] != 'T' || !timeOfDay(b) {
		return false
	}
	if i := bytes.LastIndexAny(b, "+-"); i > 0 {
		b = b[:i]
	}
	if bytes.HasPrefix(b[1:], []byte("12:00")) && bytes.HasSuffix(b, []byte("AM")) {
		b = b[len(" 12:00"):]
	}
	return len(bytes.Trim(b, " T0:.ZAM")) == 0
}

// timeOfDay reports whether b is made of what a time of day is.
func timeOfDay(b []byte) bool {
	return len(bytes.Trim(b, " T0123456789:.Z+-APMapm")) == 0
}
