package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/xlsx"
	"trustaudit/internal/extracttest"
)

func workbook(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	parts = append([]string{"[Content_Types].xml", "<Types/>"}, parts...)
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// frame holds the parts around the sheets: two, the second hidden.
var frame = []string{
	"xl/workbook.xml", `<workbook><workbookPr/><definedNames><definedName name="x">spare value</definedName></definedNames><sheets><sheet name="List" sheetId="1" r:id="rId1"/><sheet name="Old" state="veryHidden" r:id="rId2"/></sheets></workbook>`,
	"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId2" Target="worksheets/sheet2.xml"/><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
	"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[Red]dd\/mm\/yyyy"/><numFmt numFmtId="165" formatCode="&quot;day&quot;0"/><numFmt numFmtId="166" formatCode="000\ 000\ 0000"/></numFmts><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>`,
	"xl/sharedStrings.xml", `<sst><si><t>nhs_number</t></si><si><t>name</t></si><si><t>dob</t></si><si><r><t>Ann </t></r><r><t>Example</t></r><rPh><t>phon</t></rPh></si></sst>`,
}

const heading = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>`

func sheet(rows string) string {
	return `<worksheet><sheetData>` + rows + `</sheetData><headerFooter><oddHeader>&amp;LMargin text</oddHeader></headerFooter></worksheet>`
}

func TestSheets(t *testing.T) {
	data := workbook(t, append(frame,
		"xl/worksheets/sheet1.xml", sheet(heading+
			`<row r="2"><c r="A2"><v>9.990123456E9</v></c><c r="B2" t="s"><v>3</v></c><c r="C2" s="1"><v>18264</v></c></row>`+
			`<row r="3"><c r="A3"><v>9990123464</v></c><c r="C3" s="2"><v>36526.5</v></c></row>`+
			`<row r="4"><c r="B4" t="inlineStr"><is><t>In line</t></is></c><c r="C4" s="3"><v>7</v></c></row>`+
			`<row r="5"><c r="A5"><f t="shared" si="0">A1</f><v>12</v></c><c t="str"><v>str</v></c><c s="4"><v>101501234</v></c></row>`),
		"xl/worksheets/sheet2.xml", sheet(`<row><c><v>1</v></c></row>`),
	)...)
	got := extracttest.Read(t, xlsx.Format, "x.xlsx", data)
	want := []extracttest.Table{
		{Name: "List", Columns: []string{"nhs_number", "name", "dob"}, Rows: [][]string{
			{"9990123456", "Ann Example", "1950-01-01"},
			{"9990123464", "", "2000-01-01 12:00:00"},
			{"", "In line", "7"},
			{"12", "str", "0101501234"},
		}},
		{Name: "Old", Rows: [][]string{{"1"}}},
	}
	if diff := cmp.Diff(want, got.Tables); diff != "" || got.Err != nil {
		t.Errorf("err %v; tables differ (-want +got):\n%s", got.Err, diff)
	}
	if !strings.Contains(got.All(), "Margin text") {
		t.Error("the sheet's header is lost")
	}
}

func TestDates(t *testing.T) {
	for serial, want := range map[string]string{"1": "1900-01-01", "59": "1900-02-28", "61": "1900-03-01", "45658": "2025-01-01", "0": "0", "x": "x", "9990123456": "9990123456"} {
		data := workbook(t, append(frame, "xl/worksheets/sheet1.xml", sheet(`<row><c s="2"><v>`+serial+`</v></c></row>`))...)
		got := extracttest.Read(t, xlsx.Format, "x.xlsx", data)
		if cell := got.Tables[0].Rows[0][0]; cell != want {
			t.Errorf("day %s is %q, want %q", serial, cell, want)
		}
	}
}

// A title above the heading is text; the heading is found below it.
func TestTitle(t *testing.T) {
	data := workbook(t, append(frame, "xl/worksheets/sheet1.xml", sheet(`<row><c t="inlineStr"><is><t>All of 2025</t></is></c></row>`+heading+`<row><c><v>9990123456</v></c></row>`))...)
	got := extracttest.Read(t, xlsx.Format, "x.xlsx", data)
	if diff := cmp.Diff([]extracttest.Table{{Name: "List", Columns: []string{"nhs_number", "name", "dob"}, Rows: [][]string{{"9990123456"}}}}, got.Tables); diff != "" {
		t.Errorf("tables differ (-want +got):\n%s", diff)
	}
	if !strings.Contains(got.All(), "All of 2025") {
		t.Error("the title is lost")
	}
}

// A record with a name and its value in each row is read as such.
func TestForm(t *testing.T) {
	var rows, want strings.Builder
	for i, name := range []string{"Surname", "Forename", "DOB", "Sex", "Ward", "NHS Number", "Postcode", "Site"} {
		fmt.Fprintf(&rows, `<row r="%d"><c t="str"><v>%s</v></c><c><v>%d</v></c></row>`, i+1, name, 100+i)
		fmt.Fprintf(&want, "%s\t%d\n", name, 100+i)
	}
	got := extracttest.Read(t, xlsx.Format, "x.xlsx", workbook(t, append(frame, "xl/worksheets/sheet1.xml", sheet(rows.String()))...))
	if !strings.Contains(got.All(), want.String()) {
		t.Errorf("got %q, want %q", got.All(), want.String())
	}
}

func TestOtherParts(t *testing.T) {
	data := workbook(t, append(frame,
		"xl/comments1.xml", `<comments><commentList><comment><text><r><t>999 </t></r><r><t>012</t></r></text></comment></commentList></comments>`,
		"xl/threadedComments/threadedComment1.xml", `<ThreadedComments><threadedComment><text>thread</text></threadedComment></ThreadedComments>`,
		"xl/drawings/drawing1.xml", `<xdr:wsDr><a:p><a:r><a:t>box</a:t></a:r></a:p></xdr:wsDr>`,
		"xl/externalLinks/externalLink1.xml", `<externalLink><sheetDataSet><sheetData><row r="1"><cell r="A1" t="str"><v>cached</v></cell></row></sheetData></sheetDataSet></externalLink>`,
		"xl/charts/chart1.xml", `<c:chart><c:pt><c:v>point</c:v></c:pt></c:chart>`,
		"xl/connections.xml", `<connections><connection name="link"/></connections>`,
		"xl/revisions/revisionLog1.xml", `<revisions><rcc><oc r="A1"><v>old9</v></oc></rcc></revisions>`,
		"xl/worksheets/_rels/sheet1.xml.rels", `<Relationships><Relationship Id="rId1" Target="http://link9/" TargetMode="External"/></Relationships>`,
		"xl/media/image1.jpeg", "\xff\xd8",
		"xl/embeddings/letter.docx", "PK inside",
		"xl/vbaProject.bin", "macro9", "xl/printerSettings/printerSettings1.bin", "DEVMODE",
		"xl/worksheets/sheet9.xml", sheet(`<row><c t="inlineStr"><is><t>not listed</t></is></c></row>`),
		"docProps/app.xml", `<p><Manager>someone</Manager></p>`,
	)...)
	all := extracttest.Read(t, xlsx.Format, "x.xlsx", data).All()
	for _, want := range []string{"999 012", "thread", "box", "cached", "point", "name: link", "old9", "http://link9/", "xl/media/image1.jpeg", "spare value", "macro9", "PK inside", "not listed", "Manager: someone"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q not found in %q", want, all)
		}
	}
}

// Sheets are read when their list is lost, as in a copy that was broken off.
func TestListLost(t *testing.T) {
	got := extracttest.Read(t, xlsx.Format, "x.xlsx", workbook(t, append(frame[2:], "xl/worksheets/sheet1.xml", sheet(`<row><c><v>9990123456</v></c></row>`))...))
	if diff := cmp.Diff([]string{"1 parts are corrupt"}, got.Reasons); diff != "" || got.Err != nil || !strings.Contains(got.All(), "9990123456") {
		t.Errorf("err %v, got %q; reasons differ (-want +got):\n%s", got.Err, got.All(), diff)
	}
	if err := extracttest.Read(t, xlsx.Format, "x.xlsx", workbook(t)).Err; !errors.Is(err, extract.ErrCorrupt) {
		t.Errorf("without any sheet: %v", err)
	}
}

// The rows that a pivot table was made from are kept with it.
func TestPivot(t *testing.T) {
	definition := `<pivotCacheDefinition><cacheFields><cacheField name="NHS"><sharedItems/></cacheField><cacheField name="Ward"><sharedItems><s v="A"/><m/><n v="9.990123464E9"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>`
	relations := `<Relationships><Relationship Id="rId1" Type="x/pivotCacheRecords" Target="pivotCacheRecords1.xml"/></Relationships>`
	records := `<pivotCacheRecords><r><n v="9990123456"/><x v="0"/></r><r><m/><x v="2"/></r><r><s v="z"/><x v="1"/></r><r><s v="y"/><x v="7"/></r></pivotCacheRecords>`
	for _, tt := range []struct {
		label string
		parts []string
		want  []extracttest.Table
	}{
		{"rows", []string{"xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels", relations, "xl/pivotCache/pivotCacheRecords1.xml", records}, []extracttest.Table{
			{Columns: []string{"NHS", "Ward"}, Rows: [][]string{{"9990123456", "A"}, {"", "9990123464"}, {"z", ""}, {"y", ""}}},
		}},
		{"distinct values", nil, []extracttest.Table{{Columns: []string{"NHS"}}, {Columns: []string{"Ward"}, Rows: [][]string{{"A"}, {"9990123464"}}}}},
	} {
		parts := append(append([]string{}, frame...), "xl/pivotCache/pivotCacheDefinition1.xml", definition)
		got := extracttest.Read(t, xlsx.Format, "x.xlsx", workbook(t, append(parts, tt.parts...)...))
		if diff := cmp.Diff(tt.want, got.Tables); diff != "" || got.Err != nil {
			t.Errorf("%s: err %v; tables differ (-want +got):\n%s", tt.label, got.Err, diff)
		}
	}
}

// More shared strings than are held are still read.
func TestManyStrings(t *testing.T) {
	var b strings.Builder
	b.WriteString("<sst>")
	filler := strings.Repeat("f", 20_000)
	for i := range 2600 {
		fmt.Fprintf(&b, "<si><t>%s%d</t></si>", filler, i)
	}
	b.WriteString("<si><t>9990123456</t></si></sst>")
	parts := append([]string{}, frame[:6]...)
	parts = append(parts, "xl/sharedStrings.xml", b.String(), "xl/worksheets/sheet1.xml", sheet(`<row><c t="s"><v>2600</v></c></row>`))
	got := extracttest.Read(t, xlsx.Format, "x.xlsx", workbook(t, parts...))
	if !strings.Contains(got.All(), "9990123456") || len(got.Reasons) != 1 {
		t.Errorf("reasons %q, err %v", got.Reasons, got.Err)
	}
}

func TestConformance(t *testing.T) {
	var rows strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>3</v></c></row>`, i+2, i+2, 9990000000+i, i+2)
	}
	extracttest.Run(t, xlsx.Format, []extracttest.Sample{
		{Name: "list.xlsx", Data: workbook(t, append(frame, "xl/worksheets/sheet1.xml", sheet(heading+rows.String()), "xl/worksheets/sheet2.xml", sheet(""))...), Want: []string{"9990001999", "Ann Example"}},
	})
}

func FuzzRead(f *testing.F) {
	f.Add(workbook(f, append(frame, "xl/worksheets/sheet1.xml", sheet(heading))...))
	f.Fuzz(func(t *testing.T, in []byte) { extracttest.Fuzz(t, xlsx.Format, "x.xlsx", in) })
}

func FuzzSheet(f *testing.F) {
	f.Add([]byte(sheet(heading + `<row><c r="C9" s="2"><v>1</v></c><c t="s"><v>99</v></c></row>`)))
	f.Fuzz(func(t *testing.T, in []byte) {
		parts := append([]string{}, frame...)
		extracttest.Fuzz(t, xlsx.Format, "x.xlsx", workbook(t, append(parts, "xl/worksheets/sheet1.xml", string(in))...))
	})
}

func FuzzStrings(f *testing.F) {
	f.Add([]byte(frame[7]))
	f.Fuzz(func(t *testing.T, in []byte) {
		parts := append([]string{}, frame[:6]...)
		extracttest.Fuzz(t, xlsx.Format, "x.xlsx", workbook(t, append(parts, "xl/sharedStrings.xml", string(in), "xl/worksheets/sheet1.xml", sheet(heading))...))
	})
}
