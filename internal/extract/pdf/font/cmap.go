package font

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf16"

	"trustaudit/internal/extract/pdf/object"
)

// maxMapped bounds the codes of one map.
const maxMapped = 1 << 17

// cmap is a map from codes: to text, or to the numbers of glyphs.
type cmap struct {
	spaces []span
	text   map[uint32]*[256]string // by code>>8
	glyphs []run
	wide   bool // codes have two bytes where nothing says otherwise
	mapped int
}

// span is a range of codes of n bytes.
type span struct {
	low, high uint32
	n         int
}

// run is a range of codes and the glyph of the first.
type run struct {
	low, high uint32
	glyph     uint32
}

// set gives a code its text.
func (m *cmap) set(code uint32, text string) {
	if m.mapped >= maxMapped {
		return
	}
	m.mapped++
	page := m.text[code>>8]
	if page == nil {
		if m.text == nil {
			m.text = map[uint32]*[256]string{}
		}
		page = new([256]string)
		m.text[code>>8] = page
	}
	page[code&0xff] = text
}

// lookup is the text of a code.
func (m *cmap) lookup(code uint32) string {
	if page := m.text[code>>8]; page != nil {
		return page[code&0xff]
	}
	return ""
}

// glyph is the number of a code's glyph.
func (m *cmap) glyph(code uint32) uint32 {
	for i := len(m.glyphs) - 1; i >= 0; i-- {
		if r := m.glyphs[i]; code >= r.low && code <= r.high {
			return r.glyph + code - r.low
		}
	}
	return 0
}

// next takes a code off a string.
func (m *cmap) next(s []byte) (code uint32, n int) {
	if len(m.spaces) == 0 {
		if !m.wide || len(s) == 1 {
			return uint32(s[0]), 1
		}
		return uint32(s[0])<<8 | uint32(s[1]), 2
	}
	for n = 1; n <= min(4, len(s)); n++ {
		code = code<<8 | uint32(s[n-1])
		for _, r := range m.spaces {
			if r.n == n && r.holds(code) {
				return code, n
			}
		}
	}
	n = min(m.spaces[0].n, len(s)) // outside all: as long as codes are here
	code = 0
	for _, c := range s[:n] {
		code = code<<8 | uint32(c)
	}
	return code, n
}

// holds compares byte by byte, as ranges of codes are boxes.
func (r span) holds(code uint32) bool {
	for shift := 0; shift < r.n*8; shift += 8 {
		c := code >> shift & 0xff
		if c < r.low>>shift&0xff || c > r.high>>shift&0xff {
			return false
		}
	}
	return true
}

// argument is a token of a map that waits for its operator.
type argument struct {
	kind  object.Kind
	text  string
	value uint32
}

// readCMap reads a map from its program, as far as it can be read.
func readCMap(r io.Reader, into *cmap) {
	const most = 1 << 16 // arguments of one operator
	lexer := object.NewLexer(r)
	var list []argument
	for {
		t := lexer.Next()
		switch t.Kind {
		case object.EOF:
			return
		case object.Word:
			into.operator(string(t.Bytes), list)
			list = list[:0]
		default:
			if len(list) < most {
				list = append(list, argumentOf(t))
			}
		}
	}
}

func argumentOf(t object.Token) argument {
	a := argument{kind: t.Kind, value: uint32(max(0, t.Number))}
	if t.Kind == object.Text || t.Kind == object.Label {
		a.text = string(t.Bytes)
		for _, c := range t.Bytes[:min(4, len(t.Bytes))] {
			a.value = a.value<<8 | uint32(c)
		}
	}
	return a
}

func (m *cmap) operator(name string, list []argument) {
	switch name {
	case "endcodespacerange":
		for ; len(list) >= 2 && len(m.spaces) < 256; list = list[2:] {
			if n := len(list[0].text); n >= 1 && n <= 4 {
				m.spaces = append(m.spaces, span{list[0].value, list[1].value, n})
			}
		}
	case "endbfchar":
		for ; len(list) >= 2; list = list[2:] {
			m.set(list[0].value, list[1].destination())
		}
	case "endbfrange":
		m.ranges(list)
	case "endcidrange":
		for ; len(list) >= 3 && len(m.glyphs) < maxMapped; list = list[3:] {
			m.glyphs = append(m.glyphs, run{list[0].value, list[1].value, list[2].value})
		}
	case "endcidchar":
		for ; len(list) >= 2 && len(m.glyphs) < maxMapped; list = list[2:] {
			m.glyphs = append(m.glyphs, run{list[0].value, list[0].value, list[1].value})
		}
	}
}

// ranges reads <first> <last> <text of the first>, or an array of texts.
func (m *cmap) ranges(list []argument) {
	for len(list) >= 3 {
		low, high := list[0].value, list[1].value
		if list[2].kind != object.ArrayOpen {
			m.count(low, high, list[2])
			list = list[3:]
			continue
		}
		for list = list[3:]; len(list) > 0 && list[0].kind != object.ArrayClose; list = list[1:] {
			if low <= high {
				m.set(low, list[0].destination())
				low++
			}
		}
		if len(list) > 0 {
			list = list[1:]
		}
	}
}

// count gives a range of codes the texts that count up from the first.
func (m *cmap) count(low, high uint32, first argument) {
	units := first.units()
	if len(units) == 0 || high < low || high-low >= maxMapped {
		return
	}
	for code := low; ; code++ {
		m.set(code, ofUnits(units))
		units[len(units)-1]++
		if code == high || m.mapped >= maxMapped {
			return
		}
	}
}

func (a argument) units() []uint16 {
	if len(a.text) == 1 {
		return []uint16{uint16(a.text[0])}
	}
	units := make([]uint16, 0, len(a.text)/2)
	for i := 0; i+1 < len(a.text); i += 2 {
		units = append(units, uint16(a.text[i])<<8|uint16(a.text[i+1]))
	}
	return units
}

func (a argument) destination() string {
	if a.kind == object.Label {
		text, _ := ofGlyph(a.text)
		return text
	}
	return ofUnits(a.units())
}

func ofUnits(units []uint16) string {
	if len(units) == 1 {
		return plain(rune(units[0]))
	}
	var b strings.Builder
	for _, r := range utf16.Decode(units) {
		b.WriteString(plain(r))
	}
	return b.String()
}

// named returns what is known of a map by its name: how its codes are cut, and
// what they say.
func named(name string) *cmap {
	switch {
	case strings.HasPrefix(name, "Identity"), name == "":
		return &cmap{wide: true}
	case strings.Contains(name, "UCS2"), strings.Contains(name, "UTF16"):
		return &cmap{wide: true}
	case strings.Contains(name, "UTF32"):
		return &cmap{spaces: []span{{0, 0x10ffff, 4}}}
	case strings.Contains(name, "RKSJ"):
		return &cmap{spaces: []span{{0, 0x80, 1}, {0xa0, 0xdf, 1}, {0x8100, 0x9fff, 2}, {0xe000, 0xfcff, 2}}}
	case name == "H", name == "V":
		return &cmap{wide: true}
	}
	return &cmap{spaces: []span{{0, 0x80, 1}, {0x8100, 0xfeff, 2}}}
}

// decoder is how the codes of a map of that name are read as text.
func decoder(name string) func(code uint32, n int) string {
	switch {
	case strings.Contains(name, "UCS2"), strings.Contains(name, "UTF16"), strings.Contains(name, "UTF32"):
		return func(code uint32, _ int) string { return plain(rune(code)) }
	case strings.HasPrefix(name, "Identity"), name == "", name == "H", name == "V":
		return nil
	}
	charset := charsetOf(name)
	return func(code uint32, n int) string {
		if code < 0x80 {
			return plain(rune(code))
		}
		in := []byte{byte(code >> 8), byte(code)}[2-min(n, 2):]
		out, err := charset.NewDecoder().Bytes(in)
		if err != nil || bytes.ContainsRune(out, '\ufffd') {
			return ""
		}
		return string(out)
	}
}
