package sign

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"trustaudit/internal/pdf"
)

// How the text of a signature box is set.
const (
	maxBox      = 16 << 10 // bytes of content
	maxBoxLines = 8
	maxBoxSize  = 9.0 // points
	boxMargin   = 4.0
	boxLeading  = 1.25
)

// boxText is the only kind of content that a signature box may have: lines of
// text. So nobody paints a picture over what stands beneath it.
var boxText = regexp.MustCompile(`^BT\n/F [0-9.]{1,8} Tf\n[0-9.]{1,8} TL\n[0-9.]{1,8} [0-9.]{1,8} Td\n(<[0-9a-f]*> Tj\nT\*\n){0,8}ET\n$`)

// face is a font that a box can be set in.
type face struct {
	object pdf.Object // a reference into the document, or the standard font
	glyphs []byte     // of an embedded font: the glyph of each character, in 2 bytes
	widths map[rune]float64
	width  float64 // of characters that widths does not list, in 1/1000
}

// standardFace needs nothing embedded and has Western European letters only.
func standardFace() face {
	return face{
		object: pdf.Dict{
			"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"),
			"BaseFont": pdf.Name("Helvetica"), "Encoding": pdf.Name("WinAnsiEncoding"),
		},
		width: 600,
	}
}

// faces lists the embedded fonts of the page that a field stands on, the
// plainest (of the shortest name) first.
func faces(doc *pdf.Document, field pdf.Dict) []face {
	fonts := doc.Dict(doc.Dict(doc.Dict(field["P"])["Resources"])["Font"])
	named := map[string]pdf.Ref{}
	for _, o := range fonts {
		ref, ok := o.(pdf.Ref)
		base, named1 := doc.Dict(o)["BaseFont"].(pdf.Name)
		if ok && named1 && doc.Dict(o)["Subtype"] == pdf.Name("Type0") {
			named[fmt.Sprintf("%03d %s", len(base), base)] = ref
		}
	}
	names := make([]string, 0, len(named))
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []face
	for _, name := range names {
		if f, ok := embedded(doc, named[name]); ok {
			out = append(out, f)
		}
	}
	return out
}

// embedded reads a font as gofpdf embeds it: characters are their code points.
func embedded(doc *pdf.Document, ref pdf.Ref) (face, bool) {
	below := doc.Array(doc.Dict(ref)["DescendantFonts"])
	if len(below) != 1 {
		return face{}, false
	}
	font := doc.Dict(below[0])
	stream, ok := doc.Resolve(font["CIDToGIDMap"]).(*pdf.Stream)
	if !ok {
		return face{}, false
	}
	const all = 2 << 16
	glyphs, err := stream.Decode(all)
	if err != nil || len(glyphs) != all {
		return face{}, false
	}
	f := face{object: ref, glyphs: glyphs, widths: widths(doc.Array(font["W"])), width: 1000}
	if w, ok := pdf.Number(font["DW"]); ok {
		f.width = w
	}
	return f, true
}

// widths reads a font's /W: "first [w w w]" and "first last w".
func widths(w pdf.Array) map[rune]float64 {
	out := map[rune]float64{}
	for i := 0; i+1 < len(w); {
		first, ok := w[i].(pdf.Integer)
		if !ok || first < 0 || first > 0xFFFF {
			return out
		}
		if list, ok := w[i+1].(pdf.Array); ok {
			for j, o := range list {
				out[rune(first)+rune(j)], _ = pdf.Number(o)
			}
			i += 2
			continue
		}
		last, ok := w[i+1].(pdf.Integer)
		if !ok || last > 0xFFFF || i+2 >= len(w) {
			return out
		}
		for c := first; c <= last; c++ {
			out[rune(c)], _ = pdf.Number(w[i+2])
		}
		i += 3
	}
	return out
}

// covers reports whether the font has a glyph for every character.
func (f face) covers(lines []string) bool {
	for _, r := range strings.Join(lines, "") {
		if r > 0xFFFF || f.glyphs[2*r] == 0 && f.glyphs[2*r+1] == 0 {
			return false
		}
	}
	return true
}

// encode returns the bytes that show a line in the font.
func (f face) encode(line string) []byte {
	var out []byte
	if f.glyphs != nil {
		for _, u := range utf16.Encode([]rune(line)) {
			out = append(out, byte(u>>8), byte(u))
		}
		return out
	}
	for _, r := range line {
		if r < ' ' || r > '~' && r < 0xA0 || r > 0xFF {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

func (f face) measure(line string) float64 {
	sum := 0.0
	for _, r := range line {
		if w, ok := f.widths[r]; ok {
			sum += w
		} else {
			sum += f.width
		}
	}
	return sum / 1000
}

// extent returns the size of a field's rectangle.
func extent(field pdf.Dict) (w, h float64, ok bool) {
	rect, _ := field["Rect"].(pdf.Array)
	var v [4]float64
	for i := range v {
		if len(rect) != len(v) {
			return 0, 0, false
		}
		if v[i], ok = pdf.Number(rect[i]); !ok {
			return 0, 0, false
		}
	}
	return v[2] - v[0], v[3] - v[1], v[2] > v[0] && v[3] > v[1]
}

// newBox sets lines into the box of a field, in the document's own font when
// that has the letters, as large as fits.
func newBox(doc *pdf.Document, field pdf.Dict, lines []string) *pdf.Stream {
	f := standardFace()
	for _, candidate := range faces(doc, field) {
		if candidate.covers(lines) {
			f = candidate
			break
		}
	}
	w, h, _ := extent(field)
	size := min(maxBoxSize, (h-2*boxMargin)/boxLeading/float64(max(1, len(lines))))
	for _, line := range lines {
		size = min(size, (w-2*boxMargin)/max(1, f.measure(line)))
	}
	size = max(1, size)
	number := func(v float64) string {
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "BT\n/F %s Tf\n%s TL\n%s %s Td\n", number(size), number(size*boxLeading), number(boxMargin), number(max(0, h-boxMargin-size)))
	for _, line := range lines {
		fmt.Fprintf(&b, "<%s> Tj\nT*\n", hex.EncodeToString(f.encode(line)))
	}
	b.WriteString("ET\n")
	return boxStream(field, f.object, []byte(b.String()))
}

// boxStream wraps the content of a box.
func boxStream(field pdf.Dict, font pdf.Object, content []byte) *pdf.Stream {
	w, h, _ := extent(field)
	return &pdf.Stream{Raw: content, Dict: pdf.Dict{
		"Type":      pdf.Name("XObject"),
		"Subtype":   pdf.Name("Form"),
		"BBox":      pdf.Array{pdf.Integer(0), pdf.Integer(0), pdf.Decimal(w, 2), pdf.Decimal(h, 2)},
		"Resources": pdf.Dict{"Font": pdf.Dict{"F": font}},
	}}
}

// readBox rebuilds the box that a signature brought. It returns nil when its
// content is not lines of text in the document's own font or the standard one.
func readBox(doc *pdf.Document, field pdf.Dict, o pdf.Object) *pdf.Stream {
	s, ok := o.(*pdf.Stream)
	if !ok || len(s.Raw) > maxBox || !boxText.Match(s.Raw) {
		return nil
	}
	resources, _ := s.Dict["Resources"].(pdf.Dict)
	fonts, _ := resources["Font"].(pdf.Dict)
	ref, ok := fonts["F"].(pdf.Ref)
	if !ok {
		return boxStream(field, standardFace().object, s.Raw)
	}
	for _, f := range faces(doc, field) {
		if f.object == ref {
			return boxStream(field, ref, s.Raw)
		}
	}
	return nil
}
