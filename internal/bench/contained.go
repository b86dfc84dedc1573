package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/contained"
	formats "trustaudit/internal/extract/all"
	kinds "trustaudit/internal/identify/all"
)

// mixedFiles is how many small files the overhead of contained processes is
// measured on.
const mixedFiles = 10_000

// serveContained is the child of a contained engine.
func serveContained() error {
	return contained.Child{Formats: formats.Formats(), Kinds: kinds.Kinds()}.Serve(os.Stdin, os.Stdout)
}

// collectSeldom has memory collected as seldom as in the program.
func collectSeldom() {
	debug.SetGCPercent(1000)
	debug.SetMemoryLimit(192 << 20)
}

func examineInProcess(folder string) (found, error) {
	collectSeldom()
	return examine(folder, runtime.GOMAXPROCS(0))
}

// examineContained is the same with a pool of processes.
func examineContained(folder string) (found, error) {
	collectSeldom()
	pool, err := contained.New(contained.Config{Workers: runtime.GOMAXPROCS(0), Key: audit.NewKey([32]byte{1}), Now: time.Now()})
	if err != nil {
		return found{}, err
	}
	defer pool.Close()
	return examineWith(folder, runtime.GOMAXPROCS(0), pool.Worker)
}

// measureContained has a folder of small files of many formats examined with
// and without contained processes, in turns.
func (b *bench) measureContained() error {
	on := material{folder: filepath.Join(b.dir, "mixed")}
	if err := writeMixed(on.folder, mixedFiles); err != nil {
		return err
	}
	defer os.RemoveAll(on.folder)
	engines := []string{"in-process", "contained"}
	all := map[string][]figure{}
	read := map[string]string{}
	for i := range b.rounds + 1 { // the first round warms the cache and does not count
		for _, id := range engines {
			f, got, err := runOne(engine{id: id}, on)
			if err != nil {
				return err
			}
			if i > 0 {
				all[id] = append(all[id], f)
			}
			slices.Sort(got.Read)
			read[id] = fmt.Sprint(got.Count, got.Records, got.Read)
		}
	}
	fmt.Printf("\n%d small files of many formats, everything on, %d workers\n", mixedFiles, runtime.GOMAXPROCS(0))
	for _, id := range engines {
		row(id, median(all[id]), fmt.Sprintf("%.0f files/s", mixedFiles/median(all[id]).wall.Seconds()), "see below")
	}
	least := func(id string, of func(figure) time.Duration) float64 {
		return of(slices.MinFunc(all[id], func(a, b figure) int { return cmp.Compare(of(a), of(b)) })).Seconds()
	}
	var bars []bar
	for what, of := range map[string]func(figure) time.Duration{
		"CPU": func(f figure) time.Duration { return f.cpu }, "wall": func(f figure) time.Duration { return f.wall },
	} {
		bars = append(bars, bar{
			what: "contained processes: " + what + " over in-process, least of each", unit: "x", wanted: 1.15, most: true,
			figure: least("contained", of) / least("in-process", of),
		})
	}
	printBars(bars)
	if read["in-process"] != read["contained"] {
		return fmt.Errorf("what was found differs:\n%s\n%s", read["in-process"], read["contained"])
	}
	return nil
}

// pagesOf are one to four pages of letters: most documents on a share are as
// short.
func pagesOf(r *rand.Rand, patient bool) string {
	text := letter(r, patient)
	for range r.IntN(4) {
		text += letter(r, false)
	}
	return text
}

// writeMixed fills a folder with small files of the formats that most shares are
// full of, the same for the same number.
func writeMixed(folder string, n int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(2007, 13))
	makers := []struct {
		of        int // a hundred
		extension string
		make      func(text string) string
	}{
		{30, "txt", func(text string) string { return text }},
		{10, "csv", csvOf}, {5, "html", htmlOf}, {25, "docx", docxOf}, {10, "xlsx", xlsxOf}, {10, "pdf", pdfOf}, {7, "eml", emlOf},
		{3, "zip", func(text string) string {
			return zipOf("letter.txt", text, "letter.docx", docxOf(text), "people.csv", csvOf(text))
		}},
	}
	for i := range n {
		at := r.IntN(100)
		for _, m := range makers {
			if at -= m.of; at < 0 {
				name := filepath.Join(folder, fmt.Sprintf("%05d.%s", i, m.extension))
				if err := os.WriteFile(name, []byte(m.make(pagesOf(r, i%4 == 0))), 0o644); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

func csvOf(text string) string {
	var b strings.Builder
	b.WriteString("line,words,text\n")
	for i, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, "%d,%d,%q\n", i, len(strings.Fields(line)), line)
	}
	return b.String()
}

func htmlOf(text string) string {
	return "<!DOCTYPE html><html><head><title>letter</title></head><body><p>" + strings.ReplaceAll(text, "\n", "</p>\n<p>") + "</p></body></html>"
}

func docxOf(text string) string {
	runs := strings.ReplaceAll(text, "\n", `</w:t></w:r></w:p><w:p w:rsidR="00A21B3C" w:rsidRDefault="00A21B3C" w:rsidP="00C44E21"><w:pPr><w:spacing w:after="120"/>`+
		`<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/></w:rPr></w:pPr><w:r w:rsidRPr="00C44E21">`+
		`<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/></w:rPr><w:t xml:space="preserve">`)
	return zipOf(
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>`+
			`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>`+runs+`</w:t></w:r></w:p></w:body></w:document>`,
		"docProps/core.xml", `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>`)
}

func xlsxOf(text string) string {
	var rows strings.Builder
	for i, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="inlineStr"><is><t>%s</t></is></c></row>`, i+1, i+1, i, i+1, line)
	}
	return zipOf(
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+rows.String()+`</sheetData></worksheet>`)
}

// pdfOf is a document of one page, not compressed.
func pdfOf(text string) string {
	page := "BT /F1 10 Tf 40 800 Td 12 TL\n"
	for line := range strings.Lines(text) {
		page += "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`, "\n", "").Replace(line) + ") Tj T*\n"
	}
	page += "ET"
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(page), page),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.String()
}

func emlOf(text string) string {
	return "From: clinic@example.org\r\nTo: practice@example.org\r\nSubject: letter\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" +
		strings.ReplaceAll(text, "\n", "\r\n")
}

// zipOf packs names and texts in turns.
func zipOf(members ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for pair := range slices.Chunk(members, 2) {
		w, err := z.Create(pair[0])
		if err == nil {
			_, err = io.WriteString(w, pair[1])
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}
