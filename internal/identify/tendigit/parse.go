package tendigit

import (
	"bytes"

	"trustaudit/internal/identify"
)

// parse reads a number in prose, by its digits and what stands right beside it.
// One that fails its check is evidence against its neighbours when it is plain,
// and nothing when it is not.
func (s Scheme) parse(c *identify.Context, at int) (identify.Match, bool) {
	if at+2 > len(c.Text) || !s.may(c.Text[at], c.Text[at+1]) {
		return identify.Match{}, false
	}
	if at+head > len(c.Text) {
		return s.parseAny(c, at)
	}
	b := c.Text[at : at+head]
	eight, two, length := swift(b)
	if length == 0 {
		return s.parseAny(c, at)
	}
	n := number{end: at + length}
	if n.valid = length > 0 && passes(eight, two); !n.valid && (length != 10 || s == NHS && b[0] < '4') {
		return identify.Match{}, false // or one that nobody issues, and fails
	}
	if length == 12 {
		n.form, n.apart = threes, b[3]
	}
	n.value = valueOf(eight, two)
	return s.match(c, at, &n)
}

// parseAny reads what stands at the very end of a text, or in another form.
func (s Scheme) parseAny(c *identify.Context, at int) (identify.Match, bool) {
	n, ok := read(c, at)
	if !ok || !n.valid && n.form != plain {
		return identify.Match{}, false
	}
	return s.match(c, at, &n)
}

// match makes a match of a number, if it is the scheme's and stands alone.
func (s Scheme) match(c *identify.Context, at int, n *number) (identify.Match, bool) {
	signals, ok := s.ownSignals(n.value, n.valid)
	unissued := s.unissued(signals)
	if !ok || unissued && !n.valid {
		return identify.Match{}, false
	}
	if !apart(c, at, n) {
		beside, ok := neighbours(c, at, n)
		if !ok {
			return identify.Match{}, false
		}
		signals |= beside
	}
	if n.form != plain {
		signals |= s.formSignals(n)
	}
	// The status and the size in a log, the end of a hexadecimal word.
	if signals&(parted|stuck) != 0 && (!n.valid || c.Label(at, load().labels) != identify.Yes) {
		return identify.Match{}, false
	}
	if unissued {
		signals |= stuck
	}
	return identify.Match{End: n.end, Value: n.value, Signals: signals}, true
}

// formSignals says how a number is written.
func (s Scheme) formSignals(n *number) uint32 {
	switch n.form {
	case threes:
		return grouped
	case halves:
		if s == CHI {
			return grouped
		}
		return parted
	case odd:
		return parted
	case filled:
		return padded | stuck
	}
	return 0
}

// apart reports whether a number in one of the common forms stands alone at a
// glance.
func apart(c *identify.Context, at int, n *number) bool {
	before := c.Before(at)
	if c.Name || n.form > threes || !quiet[before] || !quiet[c.At(n.end)] {
		return false
	}
	return n.form == plain || before != ' ' || !identify.IsDigit(c.At(at-2))
}

// quiet are the bytes beside which a number stands alone, whatever stands beyond
// them.
var quiet = func() (t [256]bool) {
	for _, ch := range []byte("\n\r\t ()[]{}<>\"'|;=^~*!?&%@\\`,:/_") {
		t[ch] = true
	}
	return t
}()

// neighbours looks at what stands right beside a number. ok is false when it is
// part of something longer; one that hangs on a word is stuck.
func neighbours(c *identify.Context, at int, n *number) (signals uint32, ok bool) {
	if c.Name {
		return 0, !identify.IsDigit(c.Before(at)) && !identify.IsDigit(c.At(n.end)) && !partOfHash(c, at, n.end)
	}
	before, after := c.Before(at), c.At(n.end)
	signals, ok = beforeNumber(c, at, n, before)
	if !ok {
		return 0, false
	}
	more, ok := behindNumber(c, n, after)
	return signals | more, ok
}

// beforeNumber judges the byte before a number.
func beforeNumber(c *identify.Context, at int, n *number, before byte) (signals uint32, ok bool) {
	far := c.At(at - 2)
	switch {
	case identify.IsDigit(before):
		return 0, false
	case identify.IsLetter(before):
		return glued | stuck, true
	case before == '+', before == '$', before == 0xA3 && far == 0xC2, before == 0xAC && far == 0x82: // pounds, euros
		return 0, false
	case n.apart == before && before != ' ' && identify.IsDigit(far):
		return 0, false
	case before == '.', before == '-', before == '#':
		// The tail of a decimal or of something longer; "No.", "NHS-".
		if identify.IsDigit(far) {
			return 0, false
		}
		if identify.IsLetter(far) {
			return stuck, true
		}
	case before == ' ' && n.form == threes:
		return 0, !continuesNumber(c, at-2)
	case before == ' ' && n.form != plain:
		return 0, !identify.IsDigit(far)
	}
	return 0, true
}

// behindNumber judges the byte behind a number.
func behindNumber(c *identify.Context, n *number, after byte) (signals uint32, ok bool) {
	far := c.At(n.end + 1)
	switch {
	case identify.IsDigit(after):
		return 0, false
	case identify.IsLetter(after):
		return glued, wordBehind(c, n.end)
	case after == '.' && identify.IsDigit(far): // an integer kept as a float
		return 0, n.form == plain && far == '0' && !identify.IsWord(c.At(n.end+2))
	case after == '-' && identify.IsDigit(far),
		n.apart == after && after != ' ' && identify.IsDigit(far),
		after == ' ' && n.form != plain && n.form != threes && identify.IsDigit(far):
		return 0, false
	}
	return 0, true
}

// wordBehind reports whether the letters right behind a number are a word of
// their own: 9434765919DOB. They are in capitals, more than hexadecimal digits,
// and no digit follows, but for that of a date of birth.
func wordBehind(c *identify.Context, i int) bool {
	from, hexadecimal := i, true
	if !identify.IsUpper(c.At(i)) {
		return false
	}
	for i < from+identify.MaxWord && identify.IsLetter(c.At(i)) {
		hexadecimal = hexadecimal && c.At(i)|0x20 <= 'f'
		i++
	}
	return !hexadecimal && (!identify.IsDigit(c.At(i)) || bytes.EqualFold(c.Text[from:i], []byte("dob")))
}

// continuesNumber reports whether a telephone number's beginning ends at i: a
// run of digits that begins with a nought or after a plus, and is not the year
// of a date.
func continuesNumber(c *identify.Context, i int) bool {
	const longest = 5
	n := 0
	for n <= longest && identify.IsDigit(c.At(i-n)) {
		n++
	}
	before := c.At(i - n)
	return n > 0 && n <= longest && (before == '+' || c.At(i-n+1) == '0' && before != '/' && before != '-')
}

// partOfHash reports whether the digits stand inside a long hexadecimal word
// of a file's name.
func partOfHash(c *identify.Context, at, end int) bool {
	const shortest = 16
	hexadecimal := func(b byte) bool {
		return identify.IsDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f'
	}
	for at > 0 && end-at < shortest && hexadecimal(c.At(at-1)) {
		at--
	}
	for end < len(c.Text) && end-at < shortest && hexadecimal(c.At(end)) {
		end++
	}
	return end-at >= shortest
}

// weigh adds what the words around a number call it.
func (s Scheme) weigh(c *identify.Context, at int, m *identify.Match) bool {
	l := load()
	sign := c.Label(at, l.labels)
	if schemeFollows(c, m.End) || sign != identify.No && schemePrecedes(c, at) || s == HC && sign == identify.None && healthAndCare(c, at) {
		sign = identify.Yes
	}
	if sign == identify.None && (besideISBN(c, at, m.End) || elementOf(c, at)) {
		sign = identify.No
	}
	call(m, sign)
	if sign == identify.None {
		weak := c.Label(at, l.weak)
		if weak == identify.None && l.ofOtherField(c, at) {
			weak = identify.No
		}
		callWeakly(m, weak)
	}
	if m.Signals&grouped != 0 && sign == identify.None && c.BehindName(at) {
		m.Signals |= named
	}
	if m.Signals&stuck != 0 && sign != identify.Yes {
		return false
	}
	m.Signals &^= stuck
	if m.Signals&label != 0 {
		m.Signals &^= glued
		if s == CHI {
			m.Signals &^= epoch | stamp
		}
	}
	if l.examples.has(m.Value) {
		m.Signals |= test
	}
	return true
}

// call adds what a number is called.
func call(m *identify.Match, sign identify.Sign) {
	switch sign {
	case identify.Yes:
		m.Signals |= label
	case identify.No:
		m.Signals |= other
	}
}

// callWeakly adds what a number is called by words that say little.
func callWeakly(m *identify.Match, sign identify.Sign) {
	switch sign {
	case identify.Yes:
		m.Signals |= patient
	case identify.No:
		m.Signals |= vague
	}
}

// ofOtherField reports whether the number is the value of a field whose name the
// lists do not know: point=9434765919. What people ask for may be anything.
func (l *lists) ofOtherField(c *identify.Context, at int) bool {
	return c.Before(at) == '=' && at >= 2 && identify.IsLetter(c.Text[at-2]) && c.Label(at, l.asked) != identify.Yes
}

// elementOf reports whether the number is an element of a code of GS1, behind
// its identifier in brackets: (21)9434765919.
func elementOf(c *identify.Context, at int) bool {
	return at >= 4 && c.Text[at-1] == ')' && identify.IsDigit(c.Text[at-2]) && identify.IsDigit(c.Text[at-3]) && c.Text[at-4] == '('
}

// besideISBN reports whether the thirteen digits of a book stand beside the
// number: the ten are then its older form, which has the same check digit.
func besideISBN(c *identify.Context, at, end int) bool {
	const between, length = 12, 13
	i := at
	for i > 0 && at-i < between && !identify.IsDigit(c.At(i-1)) && c.At(i-1) != '\n' {
		i--
	}
	if isbn(c, i-length) {
		return true
	}
	i = end
	for i-end < between && !identify.IsDigit(c.At(i)) && c.At(i) != '\n' {
		i++
	}
	return isbn(c, i)
}

// isbn reports whether thirteen digits that begin as those of a book stand at i.
func isbn(c *identify.Context, i int) bool {
	if i < 0 || run(c, i, 14) != 13 || identify.IsDigit(c.Before(i)) {
		return false
	}
	prefix := digits(c.Text[i : i+3])
	return prefix == 978 || prefix == 979
}

// healthAndCare reports whether the number is called one of health and care:
// words that are too common to be labels.
func healthAndCare(c *identify.Context, at int) bool {
	const reach = 28
	near := c.Text[max(0, at-reach):at]
	near = near[bytes.LastIndexByte(near, '\n')+1:]
	for _, words := range [...]string{"H&C", "ealth and Care", "ealth & Care", "ealth and care"} {
		if bytes.Contains(near, []byte(words)) {
			return true
		}
	}
	return false
}

// schemes are the object identifiers of the NHS number and of the CHI number.
var schemes = [...][]byte{[]byte("2.16.840.1.113883.2.1.4.1"), []byte("2.16.840.1.113883.2.1.3.2.4.16.53")}

// schemePrecedes reports whether the object identifier of a scheme stands a few
// characters before the number, as it does in CDA.
func schemePrecedes(c *identify.Context, at int) bool {
	const reach = 56
	if before := c.Before(at); before != '"' && before != '\'' {
		return false
	}
	near := c.Text[max(0, at-reach):at]
	for _, oid := range schemes {
		if i := bytes.Index(near, oid); i >= 0 && !identify.IsDigit(near[i+len(oid)]) && near[i+len(oid)] != '.' {
			return true
		}
	}
	return false
}

// schemeFollows reports whether the number is the first component of an HL7
// composite whose scheme or type is one of the three numbers:
// 9434765919^^^NHS^NH.
func schemeFollows(c *identify.Context, end int) bool {
	if c.At(end) != '^' {
		return false
	}
	const reach = 24
	for i := end + 1; i < end+reach; i++ {
		switch ch := c.At(i); {
		case ch == '^':
			if rest := c.Text[i+1 : min(i+4, len(c.Text))]; bytes.HasPrefix(rest, []byte("NH")) ||
				string(rest) == "CHI" || string(rest) == "HCN" || string(rest) == "H&C" {
				return true
			}
		case !identify.IsWord(ch):
			return false
		}
	}
	return false
}
