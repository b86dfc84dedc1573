package charset

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// ebcdic holds the characters of code page 037, with its two newlines as one.
var ebcdic = func() (t [256]rune) {
	for c := range t {
		t[c] = charmap.CodePage037.DecodeByte(byte(c))
	}
	t[0x15] = '\n'
	return t
}()

// ebcdicClass tells what a byte is in EBCDIC text: 2 for letters, digits and
// the space, 1 for punctuation and newlines, which the code pages agree on
// nearly, 0 for others.
var ebcdicClass = func() (t [256]uint8) {
	for c, r := range ebcdic {
		switch {
		case r == ' ', r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			t[c] = 2
		case r > ' ' && r < 0x7f, r == '\n', r == '\r', r == '\f', r == '\t', r == '£', r == '¬', r == '¢':
			t[c] = 1
		}
	}
	return t
}()

// isEBCDIC recognises EBCDIC by its letters and digits, which lie where other
// text has accented letters, and by the absence of what other text has.
func isEBCDIC(head []byte) bool {
	const beginning = 64
	first := head[:min(len(head), beginning)]
	if !allASCII(first) {
		words, text, foreign := ebcdicCounts(head)
		return foreign*50 <= len(head) && words*10 >= len(head)*5 && text*10 >= len(head)*7
	}
	if len(head) <= beginning || first[0] != 0x40 && first[0] != 0 {
		return false
	}
	blank := len(bytes.Trim(first, "\x40\x00")) == 0
	return blank && isEBCDIC(head[beginning:])
}

// allASCII reports whether no byte is above ASCII, eight at a step.
func allASCII(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ebcdicCounts counts the bytes that are letters, digits and spaces, those that
// are any text, and those that are spaces and newlines in ASCII.
func ebcdicCounts(head []byte) (words, text, foreign int) {
	for _, c := range head {
		class := ebcdicClass[c]
		words += int(class >> 1)
		text += int(class+1) >> 1
		if c == ' ' || c == '\n' {
			foreign++
		}
	}
	return words, text, foreign
}

// Packed reports whether head is EBCDIC with other bytes among its text: the
// records of a mainframe, whose numbers may be packed in binary and are then
// not read.
func Packed(head []byte) bool {
	head = head[:min(len(head), sample)]
	if enc, _ := Guess(head); enc != EBCDIC {
		return false
	}
	_, text, _ := ebcdicCounts(head)
	return text*100 < len(head)*97
}

func decodeEBCDIC(dst, src []byte) []byte {
	for _, c := range src {
		dst = utf8.AppendRune(dst, ebcdic[c])
	}
	return dst
}
