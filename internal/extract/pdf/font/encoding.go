package font

import (
	"bufio"
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// table is the character of each code, as text.
type table *[256]string

// The upper part of the standard encoding, from code 0xa1; a space is nothing.
const standardUpper = "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß"

// The letters of the encoding of the font Symbol, from A and from a.
const (
	symbolCapitals = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
	symbolSmall    = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
)

var standardEncoding = sync.OnceValue(func() table {
	var e [256]string
	fill(&e, ' ', asciiRange(' ', '~'))
	e['\''], e['`'] = "’", "‘"
	fill(&e, 0xa1, standardUpper)
	return &e
})

var windowsEncoding = sync.OnceValue(func() table {
	e := ofCharmap(charmap.Windows1252)
	for code := range e {
		if code >= 0x7f && e[code] == "" {
			e[code] = "•"
		}
	}
	e[0xad] = "-"
	return e
})

var macEncoding = sync.OnceValue(func() table {
	e := ofCharmap(charmap.Macintosh)
	e[0xca] = " "
	return e
})

var symbolEncoding = sync.OnceValue(func() table {
	var e [256]string
	fill(&e, ' ', asciiRange(' ', '~'))
	fill(&e, 'A', symbolCapitals)
	fill(&e, 'a', symbolSmall)
	return &e
})

func asciiRange(from, to byte) string {
	var b strings.Builder
	for c := from; c <= to; c++ {
		b.WriteByte(c)
	}
	return b.String()
}

func fill(e *[256]string, code int, list string) {
	for _, r := range list {
		if r != ' ' || code == ' ' {
			e[code] = plain(r)
		}
		code++
	}
}

func ofCharmap(m *charmap.Charmap) table {
	var e [256]string
	for code := ' '; code < 256; code++ {
		if r := m.DecodeByte(byte(code)); r != utf8.RuneError && (r < 0x7f || r >= 0xa0) {
			e[code] = plain(r)
		}
	}
	return &e
}

// plain is a character as text to search: ligatures are taken apart, spaces of
// all widths are one.
func plain(r rune) string {
	switch r {
	case 'ﬀ':
		return "ff"
	case 'ﬁ':
		return "fi"
	case 'ﬂ':
		return "fl"
	case 'ﬃ':
		return "ffi"
	case 'ﬄ':
		return "ffl"
	case 'ﬅ', 'ﬆ':
		return "st"
	case 0xa0, 0x2002, 0x2003, 0x2007, 0x2009, 0x202f:
		return " "
	case 0xad:
		return "-"
	}
	switch {
	case r >= 0x20 && r < 0x7f:
		return ascii[r-0x20 : r-0x1f]
	case r >= 0xff01 && r <= 0xff5e: // full width
		return ascii[r-0xff00 : r-0xff00+1]
	case r < 0x20, r == 0x7f, r == utf8.RuneError:
		return ""
	}
	return string(r)
}

// ascii has the printable characters, so that they are cut from it and not made.
const ascii = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

//go:embed glyphs.tsv
var glyphData string

var glyphs = sync.OnceValue(func() map[string]rune {
	list := make(map[string]rune, 2500)
	lines := bufio.NewScanner(strings.NewReader(glyphData))
	for lines.Scan() {
		name, code, ok := strings.Cut(lines.Text(), "\t")
		if n, err := strconv.ParseUint(code, 16, 32); ok && err == nil {
			list[name] = rune(n)
		}
	}
	return list
})

// variants end names of glyphs that are other shapes of a character.
var variants = [...]string{"oldstyle", "taboldstyle", "superior", "inferior", "small", "fitted", "lining"}

// ofGlyph is the text that a glyph's name stands for, by the rules of the Adobe
// Glyph List.
func ofGlyph(name string) (string, bool) {
	base, _, _ := strings.Cut(name, ".")
	if base == "" {
		return "", name == ".notdef" || name == ".null"
	}
	if !strings.Contains(base, "_") {
		return ofComponent(base)
	}
	all := ""
	for part := range strings.SplitSeq(base, "_") {
		text, ok := ofComponent(part)
		if !ok {
			return "", false
		}
		all += text
	}
	return all, true
}

func ofComponent(name string) (string, bool) {
	if r, ok := glyphs()[name]; ok {
		return plain(r), true
	}
	if digits, ok := strings.CutPrefix(name, "uni"); ok && len(digits) >= 4 {
		all := ""
		for ; len(digits) >= 4; digits = digits[4:] {
			n, err := strconv.ParseUint(digits[:4], 16, 16)
			if err != nil {
				return "", false
			}
			all += plain(rune(n))
		}
		return all, true
	}
	if digits, ok := strings.CutPrefix(name, "u"); ok && len(digits) >= 4 && len(digits) <= 6 {
		if n, err := strconv.ParseUint(digits, 16, 21); err == nil {
			return plain(rune(n)), true
		}
	}
	for _, v := range variants {
		if base, ok := strings.CutSuffix(name, v); ok {
			r, known := glyphs()[base]
			if !known {
				r, known = glyphs()[strings.ToLower(base)]
			}
			return plain(r), known
		}
	}
	return "", false
}

// ofNumber reads names such as g65, C0065 or cid_65, which many writers give to
// the glyphs of a part of a font: the number is mostly the code.
func ofNumber(name string, base int) (int, bool) {
	digits := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
	if base == 16 && len(name) > 1 {
		digits = name[1:]
	}
	n, err := strconv.ParseInt(digits, base, 32)
	return int(n), err == nil && len(digits) < len(name) && len(name)-len(digits) <= 5
}

//go:embed widths.tsv
var widthData string

// standardWidths are those of a standard font by character, in thousandths.
func standardWidths(family, style string) map[string]float64 {
	lines := bufio.NewScanner(strings.NewReader(widthData))
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 3 || f[0] != family || f[1] != style {
			continue
		}
		list := make(map[string]float64, 224)
		code := ' '
		for w := range strings.FieldsSeq(f[2]) {
			n, err := strconv.ParseFloat(w, 64)
			if text := windowsEncoding()[code]; err == nil && list[text] == 0 {
				list[text] = n
			}
			code++
		}
		return list
	}
	return nil
}
