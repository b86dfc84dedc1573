package charset

import (
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const highs = 0x8080808080808080

// ascii is how many bytes b begins with that are ASCII.
func ascii(b []byte) int {
	n := 0
	for len(b)-n >= 32 {
		c := b[n : n+32 : n+32]
		if (binary.LittleEndian.Uint64(c)|binary.LittleEndian.Uint64(c[8:])|
			binary.LittleEndian.Uint64(c[16:])|binary.LittleEndian.Uint64(c[24:]))&highs != 0 {
			break
		}
		n += 32
	}
	for n < len(b) && b[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// decode8 appends UTF-8, with every byte that is none as windows-1252.
func decode8(dst, src []byte) []byte {
	if utf8.Valid(src) {
		return append(dst, src...)
	}
	for len(src) > 0 {
		n := ascii(src)
		dst = append(dst, src[:n]...)
		if src = src[n:]; len(src) == 0 {
			break
		}
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(src[0])
		}
		dst = utf8.AppendRune(dst, r)
		src = src[n:]
	}
	return dst
}

// unfinished is how many bytes at the end of b begin a character of UTF-8 that
// does not end in b.
func unfinished(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if end := b[len(b)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return n
		}
	}
	return 0
}

// Stretches of a chunk that are looked at to see whether it is UTF-8.
const (
	glance = 1 << 10
	stride = 16 << 10
)

// seemsValid reports whether b is UTF-8, having looked at one byte in sixteen.
func seemsValid(b []byte) bool {
	for i := 0; i < len(b); i += stride {
		part := b[i:min(i+glance, len(b))]
		if ascii(part) == len(part) {
			continue
		}
		for n := 1; n < utf8.UTFMax && len(part) > 0 && !utf8.RuneStart(part[0]); n++ {
			part = part[1:] // of a character that began before
		}
		if !utf8.Valid(part[:len(part)-unfinished(part)]) {
			return false
		}
	}
	return true
}
