// Package clinical tells clinical content from administration: diagnoses,
// symptoms, procedures, drugs and the codes of the classifications. It is no
// evidence of who somebody is, but worth saying of a record that is.
package clinical

import (
	"trustaudit/internal/identify"
)

// Kind is a flag alone.
var Kind = identify.Kind{Name: "clinical", Words: "clinical content", Flag: Flag}

// Flag reports whether the different clinical terms, drugs and codes of a text
// weigh enough together. A term counts once, however often it stands there.
func Flag(text []byte) bool {
	v := load()
	s := scan{vocabulary: v, text: text}
	for i := 0; i < len(text) && !s.enough(); {
		if !identify.IsWord(text[i]) {
			i++
			continue
		}
		i = s.token(i)
	}
	return s.enough()
}

// scan is the state of one look at a text.
type scan struct {
	*vocabulary
	text   []byte
	weight float64
	seen   [maxTerms/64 + 1]uint64 // terms by number
	codes  [maxCodes]uint64        // different codes, as they are written
	coded  int
	// numbers are the digit runs that could be SNOMED CT identifiers; by chance
	// alone one of 170 is valid.
	numbers int

	words    phrase
	labelled int // tokens left behind the name of a classification
}

// Bounds of a scan.
const (
	maxCodes    = 4 // more say nothing more
	labelReach  = 8 // tokens between the name of a classification and a code
	chanceOfIDs = 20
)

func (s *scan) enough() bool {
	return s.weight >= s.threshold
}

// token takes the word, abbreviation or code that begins at i, and returns its
// end.
func (s *scan) token(i int) int {
	end, digits, letters := i, 0, 0
	for end < len(s.text) && identify.IsWord(s.text[end]) {
		if identify.IsDigit(s.text[end]) {
			digits++
		} else {
			letters++
		}
		end++
	}
	s.labelled = max(0, s.labelled-1)
	if digits > 0 {
		s.code(i, end, digits, letters)
	}
	if letters == 0 {
		s.words.reset()
		return end
	}
	end = slashed(s.text, i, end)
	s.abbreviation(s.text[i:end])
	s.words.add(s.text[i:end])
	if n := possessive(s.text[end:]); n > 0 {
		s.words.extend('s')
		end += n
	}
	s.word()
	if end < len(s.text) && !joins(s.text[end]) {
		s.words.reset()
	}
	return end
}

// joins reports whether a term can go on behind the sign.
func joins(ch byte) bool { return ch == ' ' || ch == '-' || ch == '/' || ch == '\n' || ch == '\r' }

// possessive returns the length of an apostrophe with an s, as in Crohn's.
func possessive(b []byte) int {
	if len(b) == 0 || b[0] != '\'' && b[0] != "’"[0] {
		return 0
	}
	for _, s := range []string{"'s", "’s"} {
		if len(b) >= len(s) && string(b[:len(s)]) == s && (len(b) == len(s) || !identify.IsWord(b[len(s)])) {
			return len(s)
		}
	}
	return 0
}

// slashed extends a word of one letter over O/E, C/O or K/C/O.
func slashed(text []byte, i, end int) int {
	for end-i <= 3 && end+1 < len(text) && text[end] == '/' && identify.IsLetter(text[end+1]) &&
		(end+2 == len(text) || !identify.IsWord(text[end+2])) && (end == i+1 || text[end-2] == '/') {
		end += 2
	}
	return end
}

// abbreviation takes a word in capitals.
func (s *scan) abbreviation(word []byte) {
	if len(word) > maxAbbreviation || !identify.IsUpper(word[0]) {
		return
	}
	if t, ok := s.capitals[string(word)]; ok {
		s.take(t)
	}
}

// word takes the last word, by itself and with the two before it.
func (s *scan) word() {
	for n := 1; n <= s.words.words; n++ {
		words := s.words.last(n)
		if !s.may(words) {
			continue
		}
		if t, ok := s.terms[string(words)]; ok {
			s.take(t)
			if t.label {
				s.labelled = labelReach
			}
		}
	}
}

// take counts a term, once.
func (s *scan) take(t term) {
	if s.seen[t.number/64]>>(t.number%64)&1 == 0 {
		s.seen[t.number/64] |= 1 << (t.number % 64)
		s.weight += t.weight
	}
}

// takeCode counts a code, once, and a few of them.
func (s *scan) takeCode(code []byte) {
	var packed uint64
	for _, ch := range code {
		packed = packed*131 + uint64(ch)
	}
	for _, known := range s.codes[:s.coded] {
		if known == packed {
			return
		}
	}
	if s.coded == maxCodes {
		return
	}
	s.codes[s.coded] = packed
	s.coded++
	if s.labelled > 0 {
		s.weight += s.labelledWeight
	} else {
		s.weight += s.codeWeight
	}
}
