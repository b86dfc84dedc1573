package personname

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"trustaudit/internal/identify"
)

// word is a word of a text.
type word struct {
	spelling
	traits traits
	end    int
	caps   bool // no small letter
}

// single reports whether the word is one letter.
func (w *word) single() bool { return w.n == 1 }

// readWord reads the word that begins at at, over accents and over the
// apostrophe of O'Brien, and looks it up.
func (l *lexicon) readWord(text []byte, at int) (w word) {
	if at >= len(text) {
		return word{end: at}
	}
	i := letterEnd(text, at)
	w.fold(text, at, i)
	w.caps = i-at < 2 || identify.IsUpper(text[at+1]) && identify.IsUpper(text[i-1])
	for i < len(text) {
		ch := text[i]
		switch {
		case identify.IsLetter(ch):
			w.caps = w.caps && identify.IsUpper(ch)
			w.put(ch | 0x20)
			i++
			continue
		case ch == '\'' || ch == 0xE2:
			if n := apostrophe(text[i:]); n > 0 && w.n == 1 && beginsWord(text, i+n) {
				i += n
				continue
			}
		case ch >= 0x80:
			if letter, n := accented(text[i:]); n > 0 {
				w.putFolded(letter)
				i += n
				continue
			}
		}
		break
	}
	if w.end = i; w.n > 0 {
		w.traits = l.of(&w.spelling)
	}
	return w
}

// fold takes the ASCII letters of a text from at to end.
func (s *spelling) fold(text []byte, at, end int) {
	s.n = uint8(min(end-at, maxName))
	if at+len(s.letters) > len(text) {
		for i, ch := range text[at : at+int(s.n)] {
			s.letters[i] = ch | 0x20
		}
		return
	}
	for i := 0; i < int(s.n); i += 8 {
		x := binary.LittleEndian.Uint64(text[at+i:]) | 0x20*eachLow
		if rest := int(s.n) - i; rest < 8 {
			x &= 1<<(8*rest) - 1
		}
		binary.LittleEndian.PutUint64(s.letters[i:], x)
	}
}

// apostrophe returns the length of an apostrophe, straight or not.
func apostrophe(b []byte) int {
	switch {
	case b[0] == '\'':
		return 1
	case len(b) >= 3 && b[0] == 0xE2 && b[1] == 0x80 && b[2] == 0x99:
		return 3
	}
	return 0
}

// The letters below those with accents, from U+00C0 and U+1E00 on. A capital
// stands for two letters, a question mark for one that has none below it, and a
// blank for what is no letter.
const (
	latin = "aaaaaaAceeeeiiiidnooooo ouuuuyTSaaaaaaAceeeeiiiidnooooo ouuuuyTyaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii??jjkkkllllll??llnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
	more  = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy????S?aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy??????"
)

// accented returns the letter below an accented one and the length of what
// stands in the text; the letter is zero for an accent by itself, and the length
// for what is no letter.
func accented(b []byte) (letter byte, n int) {
	r, size := utf8.DecodeRune(b)
	switch {
	case r >= 0xC0 && int(r) < 0xC0+len(latin):
		letter = latin[r-0xC0]
	case r >= 0x1E00 && int(r) < 0x1E00+len(more):
		letter = more[r-0x1E00]
	case r >= 0x300 && r < 0x370:
		return 0, size
	default:
		return 0, 0
	}
	if letter == ' ' {
		return 0, 0
	}
	return letter, size
}

func (w *word) putFolded(letter byte) {
	switch letter {
	case 0:
	case 'A', 'O':
		w.put(letter | 0x20)
		w.put('e')
	case 'S':
		w.put('s')
		w.put('s')
	case 'T':
		w.put('t')
		w.put('h')
	default:
		w.put(letter)
	}
}

// beginsWord reports whether a letter stands at i.
func beginsWord(text []byte, i int) bool {
	if i >= len(text) {
		return false
	}
	if text[i] < 0x80 {
		return identify.IsLetter(text[i])
	}
	letter, n := accented(text[i:])
	return n > 0 && letter != 0
}

// beginsCapital reports whether a capital stands at i.
func beginsCapital(text []byte, i int) bool {
	if i >= len(text) {
		return false
	}
	if text[i] < 0x80 {
		return identify.IsUpper(text[i])
	}
	r, _ := utf8.DecodeRune(text[i:])
	return unicode.IsUpper(r)
}

// insideWord reports whether the place stands behind an accented letter.
func insideWord(text []byte, at int) bool {
	if at == 0 || text[at-1] < 0x80 {
		return false
	}
	r, _ := utf8.DecodeLastRune(text[:at])
	return unicode.IsLetter(r)
}

const (
	eachLow  = 0x0101010101010101
	eachHigh = 0x8080808080808080
)

// between sets the high bit of every byte from low to high, both ASCII.
func between(x uint64, low, high byte) uint64 {
	seven := x &^ eachHigh
	return (seven + uint64(0x80-low)*eachLow) &^ (seven + uint64(0x7f-high)*eachLow) &^ x & eachHigh
}

// hasCapital reports whether one of the first eight bytes of a text is a capital
// or no ASCII.
func hasCapital(text []byte) bool {
	x := binary.LittleEndian.Uint64(text)
	return between(x, 'A', 'Z')|x&eachHigh != 0
}

// letterEnd returns where the ASCII letters that begin at at end, eight at a
// time.
func letterEnd(text []byte, at int) int {
	for at+8 <= len(text) {
		letter := between(binary.LittleEndian.Uint64(text[at:])|0x20*eachLow, 'a', 'z')
		if letter != eachHigh {
			return at + bits.TrailingZeros64(^letter&eachHigh)/8
		}
		at += 8
	}
	for at < len(text) && identify.IsLetter(text[at]) {
		at++
	}
	return at
}
