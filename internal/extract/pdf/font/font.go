// Package font reads the fonts of PDF as far as text needs it: which characters
// the codes of a string are, and how wide they are.
package font

import (
	"io"
	"math"
	"strings"

	"trustaudit/internal/extract/pdf/object"
)

const (
	maxMap     = 4 << 20  // bytes of a map of codes
	maxProgram = 16 << 20 // bytes of a font
	maxRanges  = 4096     // of widths
)

// Font reads strings.
type Font struct {
	// Scale is that of widths: thousandths, but for fonts that are drawn.
	Scale float64
	// Em is the height of letters that the size means: one, but for fonts that
	// are drawn.
	Em       float64
	Vertical bool

	composite bool
	codes     cmap // how a composite font's strings are cut
	unicode   cmap // its codes as text
	decode    func(code uint32, n int) string
	glyphText func(glyph uint32) string

	text  [256]string // of a simple font's codes
	width [256]float64

	widths  map[uint32]float64 // by glyph
	ranges  []widthRange
	missing float64
}

type widthRange struct {
	low, high uint32
	width     float64
}

// Glyph is one glyph of a string.
type Glyph struct {
	Text  string // "" when nothing says what it is
	Width float64
	Bytes int
	Space bool // the code 32 of one byte, which is widened as words are parted
}

// Next takes a glyph off a string, which must not be empty.
func (f *Font) Next(s []byte) Glyph {
	if !f.composite {
		c := s[0]
		return Glyph{f.text[c], f.width[c], 1, c == ' '}
	}
	code, n := f.codes.next(s)
	glyph := code
	if len(f.codes.glyphs) > 0 {
		glyph = f.codes.glyph(code)
	}
	text := f.unicode.lookup(code)
	if text == "" && f.decode != nil {
		text = f.decode(code, n)
	}
	if text == "" && f.glyphText != nil {
		text = f.glyphText(glyph)
	}
	return Glyph{text, f.glyphWidth(glyph), n, n == 1 && code == ' '}
}

// Codes is how many codes the font keeps something about.
func (f *Font) Codes() int {
	return f.unicode.mapped + len(f.codes.glyphs) + len(f.widths) + len(f.text)
}

func (f *Font) glyphWidth(glyph uint32) float64 {
	if w, ok := f.widths[glyph]; ok {
		return w
	}
	for _, r := range f.ranges {
		if glyph >= r.low && glyph <= r.high {
			return r.width
		}
	}
	return f.missing
}

// Read reads a font. One that is broken is read as far as it goes.
func Read(file *object.File, d object.Dict) *Font {
	f := &Font{Scale: 1. / 1000, Em: 1}
	if name := file.Name(d.Get("ToUnicode")); strings.HasPrefix(string(name), "Identity") {
		f.decode = func(code uint32, _ int) string { return plain(rune(code)) }
	}
	if s := file.Stream(d.Get("ToUnicode")); s != nil {
		if r, err := file.Reader(s); err == nil {
			readCMap(io.LimitReader(r, maxMap), &f.unicode)
		}
	}
	if file.Name(d.Get("Subtype")) == "Type0" {
		f.readComposite(file, d)
	} else {
		f.readSimple(file, d)
	}
	return f
}

// readSimple reads a font whose codes have one byte.
func (f *Font) readSimple(file *object.File, d object.Dict) {
	f.text = *baseTable(file, d)
	differences(file, file.Array(file.Dict(d.Get("Encoding")).Get("Differences")), &f.text)
	f.readWidths(file, d)
	for code := range f.text {
		if text := f.unicode.lookup(uint32(code)); text != "" {
			f.text[code] = text
		}
	}
}

// baseTable is what the codes are before the differences.
func baseTable(file *object.File, d object.Dict) table {
	name := file.Name(d.Get("Encoding"))
	if name == "" {
		name = file.Name(file.Dict(d.Get("Encoding")).Get("BaseEncoding"))
	}
	switch name {
	case "WinAnsiEncoding":
		return windowsEncoding()
	case "MacRomanEncoding":
		return macEncoding()
	case "StandardEncoding":
		return standardEncoding()
	}
	if own := ownTable(file, d); own != nil {
		return own
	}
	switch base := string(file.Name(d.Get("BaseFont"))); {
	case strings.HasSuffix(base, "Symbol"):
		return symbolEncoding()
	case strings.Contains(base, "Dingbats"):
		return new([256]string)
	case file.Name(d.Get("Subtype")) == "TrueType":
		return windowsEncoding()
	}
	return standardEncoding()
}

// ownTable is the encoding that an embedded font has of itself.
func ownTable(file *object.File, d object.Dict) table {
	descriptor := file.Dict(d.Get("FontDescriptor"))
	if program := readProgram(file, descriptor.Get("FontFile")); program != nil {
		return type1Encoding(program)
	}
	if program := readProgram(file, descriptor.Get("FontFile3")); program != nil {
		if own := sfnt(program).table("CFF "); own != nil {
			program = own
		}
		if c := readCFF(program); c != nil {
			return c.encoding()
		}
	}
	if program := readProgram(file, descriptor.Get("FontFile2")); program != nil {
		return trueTypeTable(sfnt(program))
	}
	return nil
}

func readProgram(file *object.File, v any) []byte {
	s := file.Stream(v)
	if s == nil {
		return nil
	}
	program, err := file.ReadAll(s, maxProgram)
	if err != nil {
		return nil
	}
	return program
}

// trueTypeTable reads codes by way of the glyphs that they show.
func trueTypeTable(s sfnt) table {
	maps, texts := s.charmaps(), s.texts()
	e := *windowsEncoding()
	for code := range uint32(256) {
		glyph := maps.symbol[0xf000+code]
		for _, other := range []uint16{maps.symbol[code], maps.mac[code]} {
			if glyph == 0 {
				glyph = other
			}
		}
		if text := texts[glyph]; glyph != 0 && text != "" {
			e[code] = text
		}
	}
	return &e
}

// differences reads "65 /A /B 97 /a".
func differences(file *object.File, list object.Array, e table) {
	code, base := 0, numberBase(file, list)
	for _, v := range list {
		switch v := file.Resolve(v).(type) {
		case int:
			code = v
		case object.Name:
			if code >= 0 && code < 256 {
				text, known := ofGlyph(string(v))
				if !known {
					text = ofUnknown(string(v), base, code, e[code])
				}
				e[code] = text
			}
			code++
		}
	}
}

// numberBase is that of the numbers in names: some writers count from C20 to C7e.
func numberBase(file *object.File, list object.Array) int {
	for _, v := range list {
		name := file.Name(v)
		if _, known := ofGlyph(string(name)); known || len(name) != 3 {
			continue
		}
		_, decimal := ofNumber(string(name), 10)
		if _, hex := ofNumber(string(name), 16); hex && !decimal {
			return 16
		}
	}
	return 10
}

// ofUnknown is the text of a name that is no glyph's: by its number, if that is
// a character's, else what the code stands for anyway.
func ofUnknown(name string, numbers, code int, base string) string {
	if n, ok := ofNumber(name, numbers); ok && n >= ' ' && n < 256 {
		return windowsEncoding()[n]
	}
	if base == "" && code >= ' ' {
		return windowsEncoding()[code]
	}
	return base
}

// readWidths reads the widths of a simple font. The standard fonts need not
// have any.
func (f *Font) readWidths(file *object.File, d object.Dict) {
	descriptor := file.Dict(d.Get("FontDescriptor"))
	missing, _ := file.Number(descriptor.Get("MissingWidth"))
	list := file.Array(d.Get("Widths"))
	if list == nil {
		f.standardWidths(string(file.Name(d.Get("BaseFont"))))
		return
	}
	for i := range f.width {
		f.width[i] = missing
	}
	first, _ := file.Int(d.Get("FirstChar"))
	for i, v := range list {
		if code := first + i; code >= 0 && code < 256 {
			f.width[code], _ = file.Number(v)
		}
	}
	if m, ok := file.Numbers(d.Get("FontMatrix"), 6); ok && file.Name(d.Get("Subtype")) == "Type3" {
		f.Scale, f.Em = m[0], f.meanWidth()*math.Abs(m[0])*2
	}
}

// meanWidth is that of the glyphs that have any. Letters are twice as high.
func (f *Font) meanWidth() float64 {
	sum, n := 0.0, 0.0
	for _, w := range f.width {
		if w != 0 {
			sum += math.Abs(w)
			n++
		}
	}
	return sum / max(1, n)
}

func (f *Font) standardWidths(name string) {
	const fixed = 600
	family, style := family(name)
	list := standardWidths(family, style)
	for code := range f.width {
		f.width[code] = fixed
		if w := list[f.text[code]]; w > 0 {
			f.width[code] = w
		} else if list != nil {
			f.width[code] = list["n"]
		}
	}
}

// family is the standard font that a name means or is nearest to.
func family(name string) (family, style string) {
	bold := strings.Contains(name, "Bold") || strings.Contains(name, "Black")
	italic := strings.Contains(name, "Italic") || strings.Contains(name, "Oblique")
	switch {
	case strings.Contains(name, "Courier"), strings.Contains(name, "Mono"):
		return "Courier", ""
	case strings.Contains(name, "Times"), strings.Contains(name, "Roman"), strings.Contains(name, "Serif"):
		if italic {
			style = "Italic"
		}
		if bold {
			style = "Bold" + style
		}
		return "Times", style
	}
	if bold {
		style = "Bold"
	}
	return "Helvetica", style
}
