package personname

import (
	"bytes"

	"trustaudit/internal/identify"
)

// telling is what a word beside a name tells of him or her, as bits.
type telling uint16

const (
	filler   telling = 1 << iota // nothing: was, has been
	outright                     // care: admitted, bedbound
	doubted                      // care, or business: seen, attended
	kin                          // a daughter, a bed: behind an apostrophe or "my"
	before                       // care of whom is named next: reviewed, examined
	place                        // a place in which one patient lies: bed
	ward                         // and in which many do
	of                           // that what stands before it is of whom is named next: bloods for
	business                     // of colleagues: audit, cover
)

func readTold() map[string]telling {
	told := map[string]telling{}
	for sign, t := range map[string]telling{"filler": filler, "outright": outright, "doubted": doubted, "kin": kin, "before": before, "place": place, "ward": ward, "of": of, "business": business} {
		for word := range identify.ReadSigns("told.tsv", sign).All() {
			told[word] |= t
		}
	}
	return told
}

// caredReach is how far from a name it is looked at what is told of him or her.
const caredReach = 80

// tellsCare reports whether the words right behind a name tell what is told of
// patients: was admitted, has been seen in clinic, 's dressings.
func (l *lexicon) tellsCare(c *identify.Context, end int) bool {
	const fillers, much = 7, 2
	if n := possessive(c.Text[end:]); n > 0 {
		return l.ofCare(c.Text[end+n:])
	}
	if l.lies(c, end) || l.noted(c, end) {
		return true
	}
	i := behindPronoun(c, end)
	for skipped := range fillers {
		i = skipStreet(c, skipAge(c, i))
		t, next := l.tellingAt(c, i)
		switch {
		case t&outright != 0, t&(doubted|ward) != 0 && l.careWithin(c.Text[next:], 1):
			return true
		case t&filler == 0:
			plain := c.At(end) == ' ' && next > i && bytes.IndexByte(c.Text[end:i], '\n') < 0
			return (skipped > 0 || plain && !l.postWithin(c, i)) && l.careWithin(c.Text[i:], much)
		}
		i = next
	}
	return false
}

// tellingAt returns what the word at i tells, and its end; of Elm Ward, what its second
// word tells.
func (l *lexicon) tellingAt(c *identify.Context, i int) (t telling, end int) {
	var word [identify.MaxWord]byte
	end, n := c.Word(i, &word)
	t = l.told[string(word[:n])]
	if identify.IsUpper(c.At(i)) && c.At(end) == ' ' {
		if next, n := c.Word(end+1, &word); l.told[string(word[:n])]&ward != 0 {
			return ward, next
		}
	}
	return t, end
}

// behindPronoun steps over the end of a sentence and a pronoun that begins the next:
// John Smith. He was admitted.
func behindPronoun(c *identify.Context, end int) int {
	if c.At(end) != '.' || c.At(end+1) != ' ' {
		return end
	}
	var word [identify.MaxWord]byte
	next, n := c.Word(end+2, &word)
	if w := string(word[:n]); w == "he" || w == "she" {
		return next
	}
	return end
}

// lies reports whether what stands behind a name says where in a hospital he or she
// lies: John Smith (bed 4, delirium), Mrs Smith Ward 7.
func (l *lexicon) lies(c *identify.Context, end int) bool {
	i := skipSigns(c, end)
	if i == end {
		return false
	}
	var word [identify.MaxWord]byte
	next, n := c.Word(i, &word)
	t := l.told[string(word[:n])]
	if t&(place|ward) == 0 {
		return false
	}
	for c.At(next) == ' ' {
		next++
	}
	if t&place != 0 {
		return identify.IsDigit(c.At(next))
	}
	return (identify.IsDigit(c.At(next)) || identify.IsUpper(c.At(next))) && l.careWithin(c.Text[next:], 1)
}

// skipSigns steps over what parts a name from what is noted of him or her.
func skipSigns(c *identify.Context, i int) int {
	const longest = 24
	for first := i; i-first < longest; i++ {
		switch ch := c.At(i); ch {
		case ' ', ',', '(', ')', '-', '*', '_', '\t', '|', ';':
		default:
			if ch != 0xE2 && ch < 0x80 || ch >= 0xC0 && ch != 0xE2 {
				return i
			}
		}
	}
	return i
}

// noted reports whether a dash or the like, with or without an age before it, parts a
// name from words of care on its line, as in short notes: John Smith 82 - chest pain.
func (l *lexicon) noted(c *identify.Context, end int) bool {
	const much = 2
	i := skipStreet(c, skipAge(c, end))
	if c.At(i) != '-' && c.At(i) != 0xE2 && c.At(i) != '\t' && c.At(i) != '|' && c.At(i) != ';' {
		return false
	}
	return bytes.IndexByte(c.Text[end:i], '\n') < 0 && l.careWithin(c.Text[i:], much)
}

// possessive returns the length of an apostrophe and what ends it: 's and a space.
func possessive(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	n := apostrophe(b)
	if n > 0 && n < len(b) && b[n] == 's' {
		n++
	}
	if n > 0 && n < len(b) && b[n] == ' ' {
		return n + 1
	}
	return 0
}

// ofCare reports whether one of the words that a text begins with is of kin or of
// care: daughter, left hip dressing.
func (l *lexicon) ofCare(text []byte) bool {
	const words, reach = 3, 40
	c := identify.Context{Text: text[:min(len(text), reach)]}
	i := 0
	for range words {
		var word [identify.MaxWord]byte
		next, n := c.Word(i, &word)
		if n == 0 {
			return false
		}
		if l.told[string(word[:n])]&kin != 0 || l.care.Care(word[:n]) > 0 {
			return true
		}
		if c.At(next) != ' ' {
			return false
		}
		i = next + 1
	}
	return false
}

// careWithin reports whether the words of care that a text begins with weigh enough,
// and none is of what colleagues do: they talk of patients.
func (l *lexicon) careWithin(text []byte, enough int) bool {
	text = sentence(text[:min(len(text), caredReach)])
	return l.care.Care(text) >= enough && !l.ofBusiness(text)
}

// ofBusiness reports whether a word of a text is of what colleagues do.
func (l *lexicon) ofBusiness(text []byte) bool {
	c := identify.Context{Text: text}
	for i := 0; i < len(text); {
		if !identify.IsLetter(text[i]) {
			i++
			continue
		}
		var word [identify.MaxWord]byte
		end, n := c.Word(i, &word)
		if l.told[string(word[:n])]&business != 0 {
			return true
		}
		i = end
	}
	return false
}

// sentence returns what a text begins with, up to a line that does not go on with it.
func sentence(text []byte) []byte {
	for i, ch := range text {
		if ch == '\n' && (i+1 == len(text) || !identify.IsLower(text[i+1])) {
			return text[:i]
		}
	}
	return text
}

// skipAge steps over what may stand between a name and what is told: spaces, a comma,
// brackets, an age, and the end of a line.
func skipAge(c *identify.Context, i int) int {
	const longest = 8
	for first := i; i-first < longest; i++ {
		switch ch := c.At(i); {
		case ch == '\n' && c.At(i+1) == '\n':
			return i
		case ch == ' ', ch == ',', ch == '(', ch == ')', ch == '\r', ch == '\n', identify.IsDigit(ch):
		default:
			return i
		}
	}
	return i
}

// houseBehind reports whether the number of a house and a word that begins with a
// capital stand behind a name: John Smith, 12 Mill Lane.
func houseBehind(c *identify.Context, end int) bool {
	const longest = 3
	i := end
	for i-end < 6 && (c.At(i) == ' ' || c.At(i) == ',' || c.At(i) == '/' || c.At(i) == '\r' || c.At(i) == '\n') {
		i++
	}
	first := i
	for i-first <= longest && identify.IsDigit(c.At(i)) {
		i++
	}
	if i == end || i == first || i-first > longest || c.Text[first] == '0' {
		return false
	}
	if identify.IsLetter(c.At(i)) && c.At(i+1) == ' ' { // 12a
		i++
	}
	return c.At(i) == ' ' && identify.IsUpper(c.At(i+1)) && identify.IsLower(c.At(i+2))
}

// skipStreet steps over the name of a street whose house's number ends before i.
func skipStreet(c *identify.Context, i int) int {
	const words = 4
	if !identify.IsDigit(c.At(i - 2)) {
		return i
	}
	for range words {
		if !identify.IsUpper(c.At(i)) {
			break
		}
		for identify.IsLetter(c.At(i)) || c.At(i) == '\'' {
			i++
		}
		for c.At(i) == ' ' || c.At(i) == ',' {
			i++
		}
	}
	return i
}

// postWithin reports whether what stands behind a name tells of a post: diabetes
// specialist nurse.
func (l *lexicon) postWithin(c *identify.Context, i int) bool {
	end := i + len(sentence(c.Text[i:min(len(c.Text), i+caredReach)]))
	for i < end {
		if !identify.IsLetter(c.At(i)) {
			i++
			continue
		}
		w := l.readWord(c.Text, i)
		if w.traits&post != 0 {
			return true
		}
		i = max(w.end, i+1)
	}
	return false
}

// caredFor reports whether the words right before a name say that he or she is cared
// for: visited Mrs Smith, bed 4 John Smith, bloods for John Smith.
func (l *lexicon) caredFor(c *identify.Context, at int) bool {
	i, numbered := at, false
	for gap := 0; i > 0 && gap < 6; gap++ {
		ch := c.Text[i-1]
		if !(ch == ' ' || ch == ':' || ch == '-' || ch == ',' || ch == '\t' || ch == '|' || ch == '\n' || ch == '\r' || identify.IsDigit(ch)) {
			break
		}
		numbered = numbered || identify.IsDigit(ch)
		i--
	}
	if i == at || i == 0 || !identify.IsLetter(c.Text[i-1]) {
		return false
	}
	first := i
	for first > 0 && identify.IsLetter(c.Text[first-1]) {
		first--
	}
	var word [identify.MaxWord]byte
	_, n := c.Word(first, &word)
	switch t := l.told[string(word[:n])]; {
	case t&place != 0:
		return numbered
	case numbered:
		return false
	case t&before != 0:
		return l.careWithin(c.Text[at:], 1)
	case t&of != 0 && c.Before(first) == ' ':
		start := first - 1
		for start > 0 && identify.IsLetter(c.Text[start-1]) {
			start--
		}
		_, n = c.Word(start, &word)
		return l.care.Care(word[:n]) == 1
	}
	return false
}

// calledPatient reports whether the words right before a name call it a patient's:
// "Patient: John Smith", "our patient, Mrs Smith", "my dad John Smith".
func (l *lexicon) calledPatient(c *identify.Context, at int) bool {
	const gap = 4
	for i := at; i > 0 && at-i < gap; i-- {
		switch ch := c.Text[i-1]; {
		case ch == '.', ch == '?', ch == '!', ch == '\n':
			return false
		case identify.IsLetter(ch):
			return c.Label(at, l.patients) == identify.Yes || l.ownKin(c, i)
		}
	}
	return false
}

// ownKin reports whether the words that end at end say whose kin somebody is: my dad.
func (l *lexicon) ownKin(c *identify.Context, end int) bool {
	const longest = 16
	first := end
	for first > 0 && end-first < longest && identify.IsLetter(c.Text[first-1]) {
		first--
	}
	var word [identify.MaxWord]byte
	_, n := c.Word(first, &word)
	if l.told[string(word[:n])]&kin == 0 || first < 3 || c.Text[first-1] != ' ' {
		return false
	}
	_, n = c.Word(first-3, &word)
	return n == 2 && word[0] == 'm' && word[1] == 'y' && !identify.IsLetter(c.Before(first-3))
}
