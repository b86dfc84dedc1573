package demo

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// part is one part of an Office document.
type part struct{ name, body string }

const (
	relationships = "http://schemas.openxmlformats.org/package/2006/relationships"
	officeRel     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	contentTypes  = "http://schemas.openxmlformats.org/package/2006/content-types"
	spreadsheetNS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	wordNS        = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	officeMedia   = "application/vnd.openxmlformats-officedocument."
)

// document returns a Word document that holds text, a paragraph per line.
func document(text string) ([]byte, error) {
	var body strings.Builder
	fmt.Fprintf(&body, `<w:document xmlns:w="%s"><w:body>`, wordNS)
	for line := range strings.Lines(text) {
		fmt.Fprintf(&body, `<w:p><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p>`, escape(strings.TrimRight(line, "\n")))
	}
	body.WriteString(`</w:body></w:document>`)
	return office("word/document.xml", officeMedia+"wordprocessingml.document.main+xml", []part{{"word/document.xml", body.String()}}, nil)
}

// workbook returns an Excel workbook of one sheet that holds rows, as text.
func workbook(rows [][]string) ([]byte, error) {
	var sheet strings.Builder
	fmt.Fprintf(&sheet, `<worksheet xmlns="%s"><sheetData>`, spreadsheetNS)
	for i, row := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		for j, cell := range row {
			fmt.Fprintf(&sheet, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+j, i+1, escape(cell))
		}
		sheet.WriteString(`</row>`)
	}
	sheet.WriteString(`</sheetData></worksheet>`)
	const main, first = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
	return office(main, officeMedia+"spreadsheetml.sheet.main+xml", []part{
		{main, fmt.Sprintf(`<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="Waiting list" sheetId="1" r:id="rId1"/></sheets></workbook>`, spreadsheetNS, officeRel)},
		{"xl/_rels/workbook.xml.rels", fmt.Sprintf(`<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`, relationships, officeRel)},
		{first, sheet.String()},
	}, map[string]string{first: officeMedia + "spreadsheetml.worksheet+xml"})
}

// office packs parts with what every Office document has. main is the part that
// is opened first and media its type; other types are in more.
func office(main, media string, parts []part, more map[string]string) ([]byte, error) {
	var types strings.Builder
	fmt.Fprintf(&types, `<Types xmlns="%s"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`, contentTypes)
	fmt.Fprintf(&types, `<Override PartName="/%s" ContentType="%s"/>`, main, media)
	for _, p := range parts {
		if media, ok := more[p.name]; ok {
			fmt.Fprintf(&types, `<Override PartName="/%s" ContentType="%s"/>`, p.name, media)
		}
	}
	types.WriteString(`</Types>`)
	root := fmt.Sprintf(`<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/officeDocument" Target="%s"/></Relationships>`, relationships, officeRel, main)
	return pack(append([]part{{"[Content_Types].xml", types.String()}, {"_rels/.rels", root}}, parts...))
}

func pack(parts []part) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range parts {
		member, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: firstDay})
		if err != nil {
			return nil, fmt.Errorf("begin %s: %w", p.name, err)
		}
		if _, err := member.Write([]byte(xml.Header + p.body)); err != nil {
			return nil, fmt.Errorf("write %s: %w", p.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("end the document: %w", err)
	}
	return out.Bytes(), nil
}

func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder takes everything
	return out.String()
}
