package sign

import (
	"encoding/hex"
	"strings"
	"testing"

	"trustaudit/internal/pdf"
)

func TestBoxTakesTheFontThatHasTheLetters(t *testing.T) {
	doc := parsed(t, prepared(t))
	field := doc.Dict(fieldsOf(doc)[AuditorField])
	tests := map[string]struct {
		lines    []string
		embedded bool
		shows    string // hexadecimal of the first letters
	}{
		"English":   {[]string{"Audit"}, true, "00410075"},
		"Welsh":     {[]string{"Ŵyl"}, true, "01740079"},
		"Greek":     {[]string{"Ωmega"}, false, "3f6d"},
		"emoji":     {[]string{"😀A"}, false, "3f41"},
		"one among": {[]string{"Audit", "Ω"}, false, "4175"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			box := newBox(doc, field, test.lines)
			_, embedded := box.Dict["Resources"].(pdf.Dict)["Font"].(pdf.Dict)["F"].(pdf.Ref)
			if embedded != test.embedded || !strings.Contains(string(box.Raw), "<"+test.shows) {
				t.Errorf("embedded %v, content %s", embedded, box.Raw)
			}
			if readBox(doc, field, box) == nil {
				t.Error("the box does not read back")
			}
		})
	}
}

func TestBoxTakesThePlainFace(t *testing.T) {
	doc := parsed(t, prepared(t))
	all := faces(doc, doc.Dict(fieldsOf(doc)[AuditorField]))
	if len(all) != 2 {
		t.Fatalf("%d faces, want 2", len(all))
	}
	if base := doc.Dict(all[0].object)["BaseFont"]; base != pdf.Name("utf8liberation") {
		t.Errorf("first face is %v", base)
	}
	// Advance widths of Liberation Sans, in thousandths: A 667, l 222.
	if w := all[0].measure("Al"); w < 0.888 || w > 0.890 {
		t.Errorf("width of Al = %v", w)
	}
}

func TestBoxShrinksToFit(t *testing.T) {
	doc := parsed(t, prepared(t))
	field := doc.Dict(fieldsOf(doc)[AuditorField])
	size := func(lines ...string) string {
		return strings.Fields(string(newBox(doc, field, lines).Raw))[2]
	}
	if got := size("short"); got != "9" {
		t.Errorf("size of a short line = %s", got)
	}
	if got := size(strings.Repeat("W", 60)); got >= "9" || got < "3" {
		t.Errorf("size of a long line = %s", got)
	}
	if got := size("1", "2", "3", "4", "5", "6", "7", "8"); got != "6.2" {
		t.Errorf("size of eight lines = %s", got)
	}
}

func TestReadBoxBounds(t *testing.T) {
	doc := parsed(t, prepared(t))
	field := doc.Dict(fieldsOf(doc)[AuditorField])
	box := newBox(doc, field, []string{"x"})
	box.Raw = []byte("BT\n/F 9 Tf\n9 TL\n1 1 Td\n<" + hex.EncodeToString(make([]byte, maxBox)) + "> Tj\nT*\nET\n")
	if readBox(doc, field, box) != nil {
		t.Error("a box without bound was accepted")
	}
}
