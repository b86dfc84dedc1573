package identify

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"time"
)

// Context is the text in which a kind looks for a match.
type Context struct {
	Text []byte
	Now  time.Time // ages are reckoned from it
	Name bool      // Text is the name of a file or column: '_' separates as a space does
	Head Sign      // what the column's heading says, for a cell
	Bare bool      // no heading says anything of the cell

	today int // Now as yyyymmdd, once it was asked for

	// The bytes from one place on that are digits, a bit each, while a Finder asks
	// about the place.
	digits   uint64
	digitsAt int // the place, and one more
}

// Digits has a bit for each of the bytes from at on that is a digit, the first
// lowest: of as many as a shape has places, at least.
func (c *Context) Digits(at int) uint64 {
	if at+1 == c.digitsAt {
		return c.digits
	}
	return c.readDigits(at)
}

func (c *Context) readDigits(at int) (digits uint64) {
	for i := range window {
		digits |= bit(IsDigit(c.At(at+i))) << i
	}
	return digits
}

// Today is the day of Now as yyyymmdd.
func (c *Context) Today() int {
	if c.today == 0 {
		year, month, day := c.Now.Date()
		c.today = year*10000 + int(month)*100 + day
	}
	return c.today
}

// Sign is what a word says of the match it stands beside.
type Sign int8

// The signs.
const (
	None     Sign = iota
	Yes           // it is called what it is
	No            // it is called something else
	Patients      // it is called what it is, and a patient's: of headings
	skip          // says nothing, and the word before may
)

// The classes of byte in a table, so that a test is a load.
const (
	isDigit uint8 = 1 << iota
	isUpper
	isLower
	isOther // above ASCII: part of a word in UTF-8
)

var classes = func() (t [256]uint8) {
	for i := range t {
		switch {
		case i >= '0' && i <= '9':
			t[i] = isDigit
		case i >= 'A' && i <= 'Z':
			t[i] = isUpper
		case i >= 'a' && i <= 'z':
			t[i] = isLower
		case i >= 0x80:
			t[i] = isOther
		}
	}
	return t
}()

// IsDigit reports whether b is an ASCII digit.
func IsDigit(b byte) bool { return b-'0' <= 9 }

// IsLetter reports whether b is an ASCII letter.
func IsLetter(b byte) bool { return classes[b]&(isUpper|isLower) != 0 }

// IsUpper reports whether b is an ASCII capital.
func IsUpper(b byte) bool { return b-'A' <= 25 }

// IsLower reports whether b is an ASCII small letter.
func IsLower(b byte) bool { return b-'a' <= 25 }

// IsWord reports whether b is an ASCII letter or digit.
func IsWord(b byte) bool { return classes[b]&(isDigit|isUpper|isLower) != 0 }

// Before returns the byte before at, or a line feed at the very beginning.
func (c *Context) Before(at int) byte {
	if at <= 0 {
		return '\n'
	}
	return c.Text[at-1]
}

// At returns the byte at i, or a line feed beyond the end.
func (c *Context) At(i int) byte {
	if i < 0 || i >= len(c.Text) {
		return '\n'
	}
	return c.Text[i]
}

// Bounds of the walk back from a match to its label.
const (
	labelWords = 6
	labelGap   = 24
	labelLines = 2 // line ends that may stand between, when it says yes
	notLines   = 5 // and when it says no: room for a signature
)

// Label walks back from a match over the words before it and returns the first
// sign that one of them gives. It stops at a word that the labels do not know,
// at a digit, and after a few words.
func (c *Context) Label(at int, labels *Labels) Sign {
	var word [MaxWord]byte
	lines := 0
	for range labelWords {
		end, ended := c.wordEnd(at, &lines)
		if !ended {
			return None
		}
		if end >= 2 && IsLetter(c.Text[end-2]) && !labels.words.ends.may(c.Text[end-2], c.Text[end-1]) {
			return None
		}
		start, n := c.wordBack(end, &word)
		if n == 0 {
			return None
		}
		sign := labels.sign(word[:n])
		if asked, ok := c.question(start, end); ok && sign != Yes {
			at = asked
			continue
		}
		if sign == None {
			sign, start = c.labelWithin(start, end, word[:n], labels)
		}
		switch {
		case sign == Yes && lines > labelLines:
			return None
		case sign != skip:
			return sign
		}
		at = start
	}
	return None
}

// question returns the end of a question on the line before, when the word from
// start to end says who answers it: "Agent: and your date of birth?", and on the
// next line "Caller:" and what was asked for.
func (c *Context) question(start, end int) (asked int, ok bool) {
	if c.At(end) != ':' || c.Before(start) != '\n' {
		return 0, false
	}
	i := start - 1
	for i > 0 && (c.Text[i-1] == ' ' || c.Text[i-1] == '\r' || c.Text[i-1] == '\n') {
		i--
	}
	return i - 1, i > 0 && c.Text[i-1] == '?'
}

// labelWithin looks for a label at the end of a word that the labels do not
// know: what other words or a command were run together with it, as in RaoNHSNo
// and FDNHS.
func (c *Context) labelWithin(start, end int, word []byte, labels *Labels) (Sign, int) {
	const longestCommand, shortestLabel = 3, 3
	for i := end - 1; i > start; i-- {
		if IsUpper(c.Text[i]) && IsLower(c.Text[i-1]) {
			return labels.sign(word[len(word)-(end-i):]), i
		}
	}
	for cut := 1; cut <= longestCommand && len(word)-cut >= shortestLabel && IsUpper(c.Text[end-1]); cut++ {
		if labels.sign(word[cut:]) == Yes {
			return Yes, start
		}
	}
	return None, start
}

// wordEnd steps back from at over what separates words.
func (c *Context) wordEnd(at int, lines *int) (end int, ok bool) {
	for gap := 0; at > 0 && gap < labelGap; gap++ {
		ch := c.Text[at-1]
		switch {
		case IsLetter(ch):
			return at, true
		case IsDigit(ch):
			return 0, false
		case ch == '\n':
			if *lines++; *lines > notLines {
				return 0, false
			}
		case ch == '-' && c.At(at) == ' ' && c.beginsLine(at-1):
			return 0, false // what a list says of another item
		}
		at--
	}
	return 0, false
}

// beginsLine reports whether nothing but spaces stands before at on its line.
func (c *Context) beginsLine(at int) bool {
	for at > 0 && c.Text[at-1] == ' ' {
		at--
	}
	return c.Before(at) == '\n'
}

// MaxWord bounds the words that the lists hold: labels are run together, as in
// nationalInsuranceNumber, and drugs have long names.
const MaxWord = 28

// wordBack reads the word that ends at end into word, in lower case and without
// the full stops of an abbreviation. n is zero when it is too long for a list.
func (c *Context) wordBack(end int, word *[MaxWord]byte) (start, n int) {
	if n := c.swiftBack(end, word); n > 0 {
		return end - n, n
	}
	i := end
	for i > 0 && end-i <= MaxWord {
		ch := c.Text[i-1]
		dotted := ch == '.' && i >= 2 && i < end && IsLetter(c.Text[i-2]) && (i == 2 || !IsLetter(c.Text[i-3])) && !IsLower(c.Text[i-2]) == !IsLower(c.Text[i])
		if !IsLetter(ch) && !dotted {
			break
		}
		i--
	}
	if i > 0 && IsLetter(c.Text[i-1]) {
		return i, 0
	}
	for _, ch := range c.Text[i:end] {
		if ch != '.' && n < MaxWord {
			word[n] = ch | 0x20
			n++
		}
	}
	return i, n
}

// swiftBack is wordBack for less than eight letters in the middle of a text, before
// which no full stop stands. n is zero for anything else.
func (c *Context) swiftBack(end int, word *[MaxWord]byte) (n int) {
	const most = 8
	if end <= most {
		return 0
	}
	x := binary.LittleEndian.Uint64(c.Text[end-most:]) | 0x20*eachLow
	others := between(x, 'a', 'z') ^ eachHigh
	n = bits.LeadingZeros64(others) / 8
	if n == 0 || n == most || c.Text[end-n-1] == '.' {
		return 0
	}
	binary.LittleEndian.PutUint64(word[:], x>>(64-8*n))
	return n
}

// Near reports whether one of the words stands in the stretch of n bytes before
// at, and stops at a word of the other list. A word that calls a number its own,
// as in "NHS number", does not count.
func (c *Context) Near(at, n int, words, stop *Words) (found, stopped bool) {
	var word [MaxWord]byte
	low := max(0, at-n)
	for at > low {
		if !IsLetter(c.Text[at-1]) {
			at--
			continue
		}
		start, length := c.wordBack(at, &word)
		if words.Has(word[:length]) && !c.numbered(at) && !c.ofStreet(at) {
			return true, false
		}
		if stop.Has(word[:length]) {
			return false, true
		}
		at = min(start, at-1)
	}
	return false, false
}

// ofStreet reports whether the word that ends at is the name of a street: people
// live in School Lane and Hospital Road.
func (c *Context) ofStreet(at int) bool {
	if c.At(at) != ' ' {
		return false
	}
	var word [MaxWord]byte
	_, n := c.Word(at+1, &word)
	switch string(word[:n]) {
	case "road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "close", "drive", "terrace", "row", "hill", "gardens", "walk", "way", "crescent", "view":
		return true
	}
	return false
}

// BehindName reports whether two words that begin with a capital stand right
// before at, or a capital and one, with spaces, a comma, a dash or a bracket
// between: what stands there is often of somebody who is called so.
func (c *Context) BehindName(at int) bool {
	const widest = 16
	end := at
	for end > 0 && at-end < widest && isBehind(c.Text[end-1]) {
		end--
	}
	if end == at {
		return false
	}
	second := c.nameBack(end)
	if second == end {
		return false
	}
	end = second
	for end > 0 && second-end < 2 && (c.Text[end-1] == ' ' || c.Text[end-1] == ',' || c.Text[end-1] == '.' || c.Text[end-1] == '_') {
		end--
	}
	return end < second && c.nameBack(end) < end
}

func isBehind(ch byte) bool {
	switch ch {
	case ' ', ',', '\t', '(', '-', '|', '/', ';', '"', '\'', '_', '\r', '\n':
		return true
	}
	return false
}

// BeforeName reports whether two words that begin with a capital stand right
// behind the place, with signs and the name of a field between.
func (c *Context) BeforeName(at int) bool {
	const widest = 12
	i := at
	for i-at < widest && i < len(c.Text) && !IsUpper(c.Text[i]) && !IsDigit(c.Text[i]) && c.Text[i] != '\n' {
		i++
	}
	if i == at || !IsUpper(c.At(i)) {
		return false
	}
	for IsLetter(c.At(i)) || c.At(i) >= 0x80 || c.At(i) == '\'' {
		i++
	}
	for range 2 {
		if ch := c.At(i); ch == ' ' || ch == ',' || ch == '^' || ch == '|' || ch == '_' || ch == '\t' {
			i++
		}
	}
	return IsUpper(c.At(i)) && (IsLetter(c.At(i+1)) || c.At(i+1) == '\'')
}

// nameBack returns where the word that ends at end begins, with a capital; end
// when there is none.
func (c *Context) nameBack(end int) int {
	const longest = 24
	i := end
	for i > 0 && end-i < longest && (classes[c.Text[i-1]]&^isDigit != 0 || i < end && (c.Text[i-1] == '-' || c.Text[i-1] == '\'')) {
		i--
	}
	if i < end && (IsUpper(c.Text[i]) || c.Text[i] >= 0x80) && !IsDigit(c.Before(i)) {
		return i
	}
	return end
}

// numbered reports whether the word that ends at is followed by "no" or
// "number", or at once by a number too long for a house.
func (c *Context) numbered(at int) bool {
	const house = 5 // digits of a house number, at most
	var word [MaxWord]byte
	digits := 0
	for end := min(len(c.Text), at+20); at < end; at++ {
		switch ch := c.Text[at]; {
		case IsDigit(ch):
			if digits++; digits > house {
				return true
			}
		case IsLetter(ch) && digits == 0:
			_, n := c.Word(at, &word)
			switch string(word[:n]) {
			case "no", "num", "number":
				return true
			}
			return false
		case ch == '\n', IsLetter(ch):
			return false
		}
	}
	return false
}

// Word reads the word that begins at into buf, in lower case, and returns its
// end; n is zero when no list can hold it.
func (c *Context) Word(at int, buf *[MaxWord]byte) (end, n int) {
	i := at
	for i < len(c.Text) && IsLetter(c.Text[i]) {
		if n < MaxWord {
			buf[n] = c.Text[i] | 0x20
		}
		n++
		i++
		if n > 2*MaxWord {
			break
		}
	}
	if n > MaxWord {
		n = 0
	}
	return i, n
}

// Segment reports whether the place stands in an HL7 segment of the name, as
// far as that can be seen from near by.
func (c *Context) Segment(at int, name string) bool {
	const reach = 256
	before := c.Text[max(0, at-reach):at]
	i := bytes.LastIndex(before, []byte(name))
	return i >= 0 && len(before) > i+len(name) && before[i+len(name)] == '|' &&
		(i == 0 || !IsWord(before[i-1])) && !bytes.ContainsAny(before[i:], "\r\n")
}
