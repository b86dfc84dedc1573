// Package charset turns the bytes of a text document into UTF-8, in a window
// of bounded size, for the formats that read text. It knows UTF-8, UTF-16 of
// either byte order with or without a byte order mark, and windows-1252. A
// byte that is not UTF-8 is taken as windows-1252 by itself, so that a file of
// mixed origin is read in full and nothing has to be guessed from its start.
package charset

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is how text is stored.
type Encoding int

// The encodings.
const (
	UTF8 Encoding = iota // and, byte by byte, windows-1252
	UTF16LE
	UTF16BE
)

// sample is how much of a head is looked at to tell text from other bytes.
const sample = 4096

// Guess tells the encoding of a text that begins with head, and how long its
// byte order mark is.
func Guess(head []byte) (enc Encoding, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return UTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE, 2
	}
	head = head[:min(len(head), sample)]
	if bytes.IndexByte(head, 0) < 0 {
		return UTF8, 0
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	pairs := len(head) / 2
	switch {
	case pairs > 1 && zeros[1]*10 > pairs*6 && zeros[0]*20 <= pairs:
		return UTF16LE, 0
	case pairs > 1 && zeros[0]*10 > pairs*6 && zeros[1]*20 <= pairs:
		return UTF16BE, 0
	}
	return UTF8, 0
}

// control marks the bytes that text does not use: control characters but for
// white space, escape, and the separators of records (VT in MLLP, FS to US).
var control = func() (t [256]uint8) {
	for c := range 0x20 {
		t[c] = 1
	}
	for _, c := range "\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f" {
		t[c] = 0
	}
	t[0x7f] = 1
	return t
}()

// IsText reports whether head is the beginning of text. Compressed or
// encrypted bytes and those of programs are not.
func IsText(head []byte) bool {
	enc, mark := Guess(head)
	head = head[mark:min(len(head), mark+sample)]
	if enc != UTF8 {
		return isText16(head, enc)
	}
	return controls(head)*50 <= len(head) // two per cent: a few NULs of a fixed-width dump
}

// controls counts control characters, eight bytes at a step where there are none.
func controls(b []byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		// The high bit of a byte is set where it is below 0x20 or is 0x7f;
		// perhaps elsewhere too, for then the bytes are looked at.
		low, del := (x-ones*0x20)&^x, (x^ones*0x7f)-ones
		flagged := (low | del) & high
		if flagged == 0 {
			continue
		}
		// Most of these are line feeds. The high bit of a byte is set where it is
		// one, or a vertical tab behind one.
		feed := x ^ ones*'\n'
		if flagged&^((feed-ones)&^feed) == 0 {
			continue
		}
		for _, c := range b[:8] {
			n += int(control[c])
		}
	}
	for _, c := range b {
		n += int(control[c])
	}
	return n
}

func isText16(head []byte, enc Encoding) bool {
	n := 0
	for i := 0; i+1 < len(head); i += 2 {
		if u := enc.unit(head[i:]); u < 0x80 {
			n += int(control[u])
		}
	}
	return n*25 <= len(head)
}

func (e Encoding) unit(b []byte) uint16 {
	if e == UTF16BE {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

// Decode appends src in UTF-8 to dst. It leaves an unfinished character at the
// end of src alone unless last is set, and says how many bytes it took.
func (e Encoding) Decode(dst, src []byte, last bool) (out []byte, took int) {
	if e == UTF8 {
		return decode8(dst, src, last)
	}
	for took+1 < len(src) {
		r := rune(e.unit(src[took:]))
		if utf16.IsSurrogate(r) {
			if took+3 >= len(src) && !last && r < 0xdc00 {
				return dst, took
			}
			r = e.surrogate(src[took:])
			if r != utf8.RuneError {
				took += 2
			}
		}
		dst = utf8.AppendRune(dst, r)
		took += 2
	}
	if last && took < len(src) {
		dst, took = utf8.AppendRune(dst, utf8.RuneError), len(src)
	}
	return dst, took
}

func (e Encoding) surrogate(b []byte) rune {
	if len(b) < 4 {
		return utf8.RuneError
	}
	return utf16.DecodeRune(rune(e.unit(b)), rune(e.unit(b[2:])))
}

func decode8(dst, src []byte, last bool) (out []byte, took int) {
	if utf8.Valid(src) {
		return append(dst, src...), len(src)
	}
	for took < len(src) {
		c := src[took]
		if c < utf8.RuneSelf {
			dst = append(dst, c)
			took++
			continue
		}
		r, n := utf8.DecodeRune(src[took:])
		if r == utf8.RuneError && n == 1 {
			if !last && !utf8.FullRune(src[took:]) {
				return dst, took
			}
			r = charmap.Windows1252.DecodeByte(c)
		}
		dst = utf8.AppendRune(dst, r)
		took += n
	}
	return dst, took
}
