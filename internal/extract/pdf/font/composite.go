package font

import (
	"bytes"
	"slices"

	"io"
	"strings"

	"trustaudit/internal/extract/pdf/object"
)

// readComposite reads a font whose codes have more than one byte. They are
// mapped to glyphs of a font below it.
func (f *Font) readComposite(file *object.File, d object.Dict) {
	f.composite = true
	name := string(file.Name(d.Get("Encoding")))
	f.codes = *named(name)
	if s := file.Stream(d.Get("Encoding")); s != nil {
		name = ""
		f.codes = cmap{wide: true}
		if r, err := file.Reader(s); err == nil {
			readCMap(io.LimitReader(r, maxMap), &f.codes)
		}
	}
	f.Vertical = strings.HasSuffix(name, "-V") || name == "V"
	if f.decode == nil {
		f.decode = decoder(name)
	}
	below := file.Array(d.Get("DescendantFonts"))
	if len(below) == 0 {
		return
	}
	cid := file.Dict(below[0])
	f.readGlyphWidths(file, cid)
	f.glyphText = glyphText(file, cid)
}

// readGlyphWidths reads "1 [500 600] 10 20 500": widths from a glyph on, or one
// for a range.
func (f *Font) readGlyphWidths(file *object.File, cid object.Dict) {
	f.missing = 1000
	if w, ok := file.Number(cid.Get("DW")); ok {
		f.missing = w
	}
	f.widths = map[uint32]float64{}
	list := file.Array(cid.Get("W"))
	for len(list) >= 2 {
		first, ok := file.Int(list[0])
		if !ok || first < 0 {
			return
		}
		if each, ok := file.Resolve(list[1]).(object.Array); ok {
			for i, v := range each {
				f.widths[uint32(first+i)], _ = file.Number(v)
			}
			list = list[2:]
			continue
		}
		if len(list) < 3 || len(f.ranges) == maxRanges {
			return
		}
		last, _ := file.Int(list[1])
		w, _ := file.Number(list[2])
		f.ranges = append(f.ranges, widthRange{uint32(first), uint32(max(0, last)), w})
		list = list[3:]
	}
}

// glyphText is what is known of glyphs where the document maps no codes to text:
// by the embedded font, or by the order of a national collection, which all
// begin with ASCII.
func glyphText(file *object.File, cid object.Dict) func(uint32) string {
	var known func(uint32) string
	switch file.String(file.Dict(cid.Get("CIDSystemInfo")).Get("Ordering")) {
	case "Japan1", "GB1", "CNS1", "Korea1", "KR":
		return ofCollection
	case "UCS":
		return func(glyph uint32) string { return plain(rune(glyph)) }
	}
	return func(glyph uint32) string {
		if known == nil { // only now: most documents map their codes
			known = embeddedText(file, cid)
		}
		return known(glyph)
	}
}

func ofCollection(glyph uint32) string {
	if glyph >= 1 && glyph <= 95 {
		return ascii[glyph-1 : glyph]
	}
	return ""
}

// ofCommonFont is the order of glyphs in the fonts that come with Windows, which
// documents name without embedding them.
func ofCommonFont(glyph uint32) string {
	const space = 3
	if glyph < space {
		return ""
	}
	return ofCollection(glyph - space + 1)
}

func embeddedText(file *object.File, cid object.Dict) func(uint32) string {
	descriptor := file.Dict(cid.Get("FontDescriptor"))
	if program := readProgram(file, descriptor.Get("FontFile2")); program != nil {
		texts := sfnt(program).texts()
		toGlyph := bytes.Clone(readProgram(file, cid.Get("CIDToGIDMap")))
		toGlyph = slices.Clip(toGlyph[:min(len(toGlyph), 2<<16)])
		return func(glyph uint32) string {
			if toGlyph != nil {
				glyph = uint32(u16(toGlyph, int(2*glyph)))
			}
			return texts[uint16(glyph)]
		}
	}
	if program := readProgram(file, descriptor.Get("FontFile3")); program != nil {
		if texts := openTypeTexts(program); texts != nil {
			return func(glyph uint32) string {
				if int(glyph) < len(texts) {
					return texts[glyph]
				}
				return ""
			}
		}
	}
	if descriptor.Get("FontFile2") == nil && descriptor.Get("FontFile3") == nil && file.Name(cid.Get("Subtype")) == "CIDFontType2" {
		return ofCommonFont
	}
	return func(uint32) string { return "" }
}

func openTypeTexts(program []byte) []string {
	if own := sfnt(program).table("CFF "); own != nil {
		program = own
	}
	if c := readCFF(program); c != nil && c.named() {
		return c.texts()
	}
	return nil
}
