package pdf_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extracttest"
)

// Documents that were written into one file one behind another are all read,
// whether or not the table of the last seems to lead somewhere.
func TestJoined(t *testing.T) {
	first, second := onePage(`BT /F 10 Tf 50 700 Td (NHS 999 012 3456) Tj ET`), onePage(`BT /F 10 Tf 50 700 Td (NHS 999 012 3464) Tj ET`)
	longer := onePage(`BT /F 10 Tf 50 700 Td (a longer letter) Tj ET`, font)
	far := onePage("%" + strings.Repeat("x", 256<<10-600) + "\n")
	for name, parts := range map[string][][]byte{
		"of one length":  {first, second},
		"three":          {longer, first, second},
		"a window apart": {far, first, second},
	} {
		t.Run(name, func(t *testing.T) {
			var want []extracttest.Child
			for i, p := range parts {
				want = append(want, extracttest.Child{Name: []string{"document-1.pdf", "document-2.pdf", "document-3.pdf"}[i], Data: string(p)})
			}
			got := read(t, bytes.Join(parts, nil))
			if diff := cmp.Diff(want, got.Kids); diff != "" || got.Err != nil || len(got.Reasons) > 0 {
				t.Errorf("reasons %q, error %v, %d documents of %d differ", got.Reasons, got.Err, len(got.Kids), len(want))
			}
		})
	}
	broken := bytes.ReplaceAll(longer, []byte("/Pages"), []byte("/Xages"))
	got := read(t, append(bytes.Clone(broken), second...))
	if len(got.Kids) > 0 || !strings.Contains(got.All(), "999 012 3464") || len(got.Reasons) != 1 || !strings.Contains(got.Reasons[0], "2 documents") {
		t.Errorf("one broken: %q, reasons %q, %d files", got.All(), got.Reasons, len(got.Kids))
	}
	within := onePage("", stream("", string(first)))
	if got := read(t, within); len(got.Kids) > 0 {
		t.Errorf("a document within another: %d files", len(got.Kids))
	}
	header := append(bytes.Clone(first), "%PDF-1.7\n"...) // before a change
	if got := read(t, changed2(first, header)); len(got.Kids) > 0 || !strings.Contains(got.All(), "999 000 0050") || len(got.Reasons) > 0 {
		t.Errorf("a header before a change: %q, %d files, reasons %q", got.All(), len(got.Kids), got.Reasons)
	}
}

// changed2 adds a revision behind something that follows the document.
func changed2(data, with []byte) []byte {
	i := bytes.LastIndex(data, []byte("startxref\n"))
	prev, _, _ := strings.Cut(string(data[i+len("startxref\n"):]), "\n")
	return end(bytes.NewBuffer(bytes.Clone(with)), 4, "/Prev "+prev, []string{stream("", `BT /F 10 Tf 50 700 Td (999 000 0050) Tj ET`)})
}

// What a picture shows, and what stands for an abbreviation, is said beside the
// page.
func TestStructure(t *testing.T) {
	got := read(t, file(
		"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 6 0 R>>", tree, leaf, stream("", ""), font,
		"<</Type/StructTreeRoot/K 7 0 R>>", "<</S/Document/K[8 0 R 7 0 R 3 9 0 R 10 0 R]/P 6 0 R>>",
		"<</S/Figure/Alt(a scan of NHS 999 012 3456)/Pg 3 0 R/K 1>>", "<</S/Span/ActualText(read aloud)/Pg 3 0 R/K<</S/Span/E(an abbreviation)>>>>", "<</S/Figure/Alt(on another page)/Pg 5 0 R>>",
	))
	want := []string{"a scan of NHS 999 012 3456\nread aloud\nan abbreviation\n", "on another page\n"}
	if diff := cmp.Diff(want, got.Texts); diff != "" || got.Err != nil {
		t.Errorf("error %v, texts differ (-want +got):\n%s", got.Err, diff)
	}
}

// Letters in a tile are read once, where the first lies.
func TestTiles(t *testing.T) {
	got := read(t, file(catalog, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>/Pattern<</P 6 0 R>>>>>>", leaf,
		stream("", `q 2 0 0 2 0 0 cm /Pattern cs /P scn 0 0 100 100 re f /P SCN Q BT /F 10 Tf 50 600 Td (below) Tj ET`), font,
		stream("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 90 90]/XStep 90/YStep 90/Matrix[1 0 0 1 50 600]", `BT /F 10 Tf 0 12 Td (999 012 3456) Tj ET`)))
	if diff := cmp.Diff([]string{"999 012 3456\nbelow\n"}, got.Texts); diff != "" || got.Err != nil {
		t.Errorf("error %v, texts differ (-want +got):\n%s", got.Err, diff)
	}
}

// Sounds are told as what nobody listens to; films are files.
func TestMedia(t *testing.T) {
	got := read(t, file(catalog, tree, "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Annots[7 0 R 8 0 R 9 0 R 10 0 R]>>", stream("", ""), font,
		stream("/R 8000", "dictation"),
		"<</Subtype/Sound/Sound 6 0 R>>", "<</Subtype/Link/A<</S/Sound/Sound 6 0 R>>>>",
		"<</Subtype/Screen/A<</S/Rendition/R<</S/MR/C<</S/MCD/D 11 0 R>>>>>>>>",
		"<</Subtype/RichMedia/RichMediaContent<</Assets<</Names[(b.mp4) 13 0 R]>>>>>>",
		"<</Type/Filespec/F(a.wav)/EF<</F 12 0 R>>>>", stream("", "film"),
		"<</Type/Filespec/EF<</F 14 0 R>>>>", stream("", "other film"),
	))
	want := []extracttest.Child{{Name: "sound-1", Err: extract.ErrNotLooked}, {Name: "a.wav", Data: "film"}, {Name: "b.mp4", Data: "other film"}}
	same := cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || errors.Is(b, a) })
	if diff := cmp.Diff(want, got.Kids, same); diff != "" || got.Err != nil {
		t.Errorf("error %v, files differ (-want +got):\n%s", got.Err, diff)
	}
}
