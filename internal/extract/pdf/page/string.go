package page

import (
	"strings"
	"unicode/utf16"
)

// documentUpper are the characters of PDFDocEncoding that differ from Latin-1,
// from 0x18 and from 0x80.
const (
	documentAccents = "˘ˇˆ˙˝˛˚˜"
	documentUpper   = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž�€"
)

// Plain is a text string of a document as UTF-8: it may be in UTF-16 or UTF-8,
// said by a mark, or in an encoding of PDF's own.
func Plain(s string) string {
	switch {
	case strings.HasPrefix(s, "\xfe\xff"):
		return wide(s[2:], 0)
	case strings.HasPrefix(s, "\xff\xfe"):
		return wide(s[2:], 1)
	case strings.HasPrefix(s, "\xef\xbb\xbf"):
		return strings.ToValidUTF8(s[3:], "\ufffd")
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 0x18 && c < 0x20:
			b.WriteRune([]rune(documentAccents)[c-0x18])
		case c >= 0x80 && c <= 0xa0:
			b.WriteRune([]rune(documentUpper)[c-0x80])
		default:
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// wide decodes UTF-16; low is which byte of two is the high one.
func wide(s string, high int) string {
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i+high])<<8|uint16(s[i+1-high]))
	}
	return string(utf16.Decode(units))
}
