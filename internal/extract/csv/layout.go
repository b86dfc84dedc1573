package csv

import (
	"bytes"
	"path"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/heading"
)

const (
	sampleBytes = 8 << 10
	sampleLines = 20
)

// layout is how a table is written.
type layout struct {
	comma   byte // 0: one column
	newline byte // '\r' in files of old Macs
	columns []string
	form    bool // a name and its value to a line
}

var delimiters = [...]byte{'\t', ';', '|', ','}

func detect(head []byte, name string) extract.Confidence {
	named := false
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".tsv", ".tab", ".psv":
		named = true
	}
	if !named && !bytes.ContainsAny(head[:min(len(head), 512)], "\t;|,0123456789") {
		return extract.No
	}
	sample := charset.Sample(head, sampleBytes)
	if !named && !worthALook(sample) || !charset.IsText(head) {
		return extract.No
	}
	if _, ok := guess(sample); ok && !foreign(sample) {
		return extract.ByContent
	}
	if named {
		return extract.ByName
	}
	return extract.No
}

// worthALook spares prose the trouble: its first lines rarely share a delimiter,
// nor are they lists of numbers.
func worthALook(sample []byte) bool {
	if bytes.IndexByte(sample, '\n') < 0 {
		return bytes.IndexByte(sample, '\r') >= 0
	}
	var least [len(delimiters)]int
	lines, listed, quotes := 0, 0, false
	for rest := sample; len(rest) > 0 && lines < 6; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		if line = bytes.TrimRight(line, "\r"); len(line) == 0 {
			continue
		}
		for i, d := range delimiters {
			if lines > 0 && least[i] == 0 {
				continue
			}
			if n := bytes.Count(line, []byte{d}); lines == 0 || n < least[i] {
				least[i] = n
			}
		}
		quotes = quotes || bytes.IndexByte(line, '"') >= 0
		if len(line) <= maxToken && countDigits(line)*3 >= len(line) {
			listed++
		}
		lines++
	}
	return least != [len(delimiters)]int{} || quotes || listed+1 >= lines
}

func countDigits(b []byte) int {
	n := 0
	for _, c := range b {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// foreign recognises text of other formats that is full of delimiters.
func foreign(sample []byte) bool {
	for _, mark := range []string{"MSH|", "FHS|", "BHS|", "{", "[", "<", "UNA", "UNB+"} {
		if bytes.HasPrefix(sample, []byte(mark)) {
			return true
		}
	}
	return false
}

// guess finds the delimiter that parts the sample's lines most evenly.
func guess(sample []byte) (layout, bool) {
	l := layout{newline: '\n'}
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		l.newline = '\r'
	}
	best := 0
	for _, d := range delimiters {
		rows := parseSample(sample, layout{comma: d, newline: l.newline})
		if n := evenness(rows, d); n > best {
			best, l.comma = n, d
		}
	}
	if best > 0 {
		return l, true
	}
	return l, isList(parseSample(sample, l))
}

// evenness scores rows by their number of fields when nearly all agree on it;
// prose does not.
func evenness(rows [][]string, d byte) int {
	if len(rows) < 2 {
		return 0
	}
	fields := make(map[int]int)
	long, spaced, total := 0, 0, 0
	for _, row := range rows {
		fields[len(row)]++
		for i, cell := range row {
			total++
			if len(cell) > 100 {
				long++
			}
			if i > 0 && strings.HasPrefix(cell, " ") {
				spaced++
			}
		}
	}
	most, n := 0, 0
	for width, count := range fields {
		if count > n || count == n && width > most {
			most, n = width, count
		}
	}
	if most < 2 || n*10 < len(rows)*9 || long*10 > total {
		return 0
	}
	// A comma and a space is how people write; two fields may be chance.
	if d == ',' && (spaced*2 > total-len(rows) && most < 5 || most == 2 && len(rows) < 4) {
		return 0
	}
	return most
}

const maxToken = 64

// isList recognises one value to a line: all short, most with digits, most of
// one length.
func isList(rows [][]string) bool {
	if len(rows) < 8 {
		return false
	}
	lengths, numbered := make(map[int]int), 0
	for _, row := range rows {
		cell := strings.TrimSpace(row[0])
		if len(cell) > maxToken || strings.Count(cell, " ") > 2 {
			return false
		}
		if countDigits([]byte(cell))*3 >= len(cell) {
			numbered++
		}
		lengths[len(cell)]++
	}
	most := 0
	for _, n := range lengths {
		most = max(most, n)
	}
	return numbered*10 >= len(rows)*8 && most*10 >= len(rows)*6
}

// parseSample reads the whole lines of a sample.
func parseSample(sample []byte, l layout) [][]string {
	if i := bytes.LastIndexByte(sample, l.newline); i >= 0 && len(sample) >= sampleBytes/2 {
		sample = sample[:i+1]
	}
	p := parser{layout: l}
	var rows [][]string
	for len(sample) > 0 && len(rows) < sampleLines {
		n := p.record(sample, true)
		if n == 0 {
			break
		}
		sample = sample[n:]
		if p.blank() {
			continue
		}
		row := make([]string, len(p.cells))
		for i, c := range p.cells {
			row[i] = string(c)
		}
		rows = append(rows, row)
	}
	return rows
}

// survey settles the layout of a document from its head.
func survey(head []byte, name string) layout {
	sample := charset.Sample(head, sampleBytes)
	declared, after := declaration(sample)
	l, ok := guess(sample[after:])
	if !ok && l.comma == 0 && !isList(parseSample(sample, l)) {
		l.comma = byName(name)
	}
	if declared != 0 {
		l.comma = declared
	}
	rows := parseSample(sample[after:], l)
	if len(rows) > 0 && heading.Is(rows[0], rows[1:]) {
		l.columns = rows[0]
	}
	l.form = l.columns == nil && heading.IsForm(rows)
	return l
}

func byName(name string) byte {
	switch strings.ToLower(path.Ext(name)) {
	case ".tsv", ".tab":
		return '\t'
	case ".psv":
		return '|'
	}
	return ','
}

// declaration reads the line "sep=;" that spreadsheets put first, and says
// where the next begins.
func declaration(sample []byte) (comma byte, after int) {
	line, _, ok := bytes.Cut(sample, []byte("\n"))
	trimmed := bytes.TrimRight(line, "\r")
	if ok && len(trimmed) == 5 && bytes.HasPrefix(trimmed, []byte("sep=")) {
		return trimmed[4], len(line) + 1
	}
	return 0, 0
}
