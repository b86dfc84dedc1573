// Package codepage decodes the code pages by whose number Windows and DOS
// software says how its text of eight bits is stored.
package codepage

import (
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Of is the encoding of a code page; windows-1252 where the number is not
// known.
func Of(number int) encoding.Encoding {
	switch number {
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 855:
		return charmap.CodePage855
	case 858:
		return charmap.CodePage858
	case 860:
		return charmap.CodePage860
	case 862:
		return charmap.CodePage862
	case 863:
		return charmap.CodePage863
	case 865:
		return charmap.CodePage865
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 932:
		return japanese.ShiftJIS
	case 936:
		return simplifiedchinese.GBK
	case 949, 1361:
		return korean.EUCKR
	case 950:
		return traditionalchinese.Big5
	case 1200:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	return high(number)
}

func high(number int) encoding.Encoding {
	switch number {
	case 1250:
		return charmap.Windows1250
	case 1251:
		return charmap.Windows1251
	case 1253:
		return charmap.Windows1253
	case 1254:
		return charmap.Windows1254
	case 1255:
		return charmap.Windows1255
	case 1256:
		return charmap.Windows1256
	case 1257:
		return charmap.Windows1257
	case 1258:
		return charmap.Windows1258
	case 10000, 32768: // as Office for Macintosh says it
		return charmap.Macintosh
	case 10007:
		return charmap.MacintoshCyrillic
	case 20866:
		return charmap.KOI8R
	case 21866:
		return charmap.KOI8U
	case 28591:
		return charmap.ISO8859_1
	case 28592:
		return charmap.ISO8859_2
	case 28605:
		return charmap.ISO8859_15
	case 50220, 50221, 50222:
		return japanese.ISO2022JP
	case 51932:
		return japanese.EUCJP
	case 54936:
		return simplifiedchinese.GB18030
	case 65001:
		return unicode.UTF8
	}
	return charmap.Windows1252
}

// Decode appends src in UTF-8 to dst.
func Decode(dst []byte, page encoding.Encoding, src []byte) []byte {
	if single, ok := page.(*charmap.Charmap); ok {
		for _, c := range src {
			if c < 0x80 {
				dst = append(dst, c)
			} else {
				dst = utf8.AppendRune(dst, single.DecodeByte(c))
			}
		}
		return dst
	}
	out, err := page.NewDecoder().Bytes(src)
	if err != nil { // no decoder here returns one: they write replacement characters
		return append(dst, src...)
	}
	return append(dst, out...)
}

// Wide appends UTF-16, the lower byte first, in UTF-8 to dst. An odd byte at the
// end is dropped.
func Wide(dst, src []byte) []byte {
	for ; len(src) >= 2; src = src[2:] {
		r := rune(src[0]) | rune(src[1])<<8
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
			continue
		}
		if utf16.IsSurrogate(r) && len(src) >= 4 {
			if pair := utf16.DecodeRune(r, rune(src[2])|rune(src[3])<<8); pair != utf8.RuneError {
				r, src = pair, src[2:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
