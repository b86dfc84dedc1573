// Package csv reads tables of delimited text: comma, semicolon, tab or pipe,
// or one value to a line. It takes what is there: lines above the heading,
// several tables parted by blank lines, ragged rows, stray quotes, fields of
// several lines, frames of dashes, any newline.
package csv

import (
	"bytes"
	"context"
	"html"
	"slices"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
)

// Format is delimited text.
var Format = extract.Format{Name: "csv", Plain: true, Detect: detect, Read: read}

func read(_ context.Context, doc extract.Document, sink extract.Sink) error {
	r := &reader{parser: parser{layout: survey(doc.Head, doc.Name)}, s: charset.Open(doc), sink: sink}
	if err := r.peek(); err != nil {
		return err
	}
	_, skip := declaration(r.s.Bytes())
	r.s.Advance(skip)
	for {
		if !r.inside {
			if err := r.peek(); err != nil {
				return err
			}
			r.begin()
		}
		n, err := r.next()
		if n == 0 || err != nil {
			return err
		}
		if err := r.take(); err != nil {
			return err
		}
		r.s.Advance(n)
	}
}

// reader hands a document to a sink, block by block: what lies between blank
// lines.
type reader struct {
	parser
	s    *charset.Stream
	sink extract.Sink

	inside bool // a block is at hand
	block
	columns []string // of the table at hand
	width   int      // 0 before the first
	begun   bool     // the sink has the table at hand
	line    []byte   // of a form or a title
}

// peek reads on until a block can be judged by its first rows.
func (r *reader) peek() error {
	for len(r.s.Bytes()) < sampleBytes {
		if more, err := r.s.More(); err != nil || !more {
			return err
		}
	}
	return nil
}

// begin settles what the block is that the window begins with.
func (r *reader) begin() {
	b := r.s.Bytes()
	r.block = judge(firstBlock(b[:min(len(b), sampleBytes)], r.layout), r.width)
	r.inside = true
	if r.titles < 0 || r.more || r.begun && r.named && slices.Equal(r.names, r.columns) {
		return // what a page has above it, more rows, the heading once again
	}
	r.columns, r.width, r.begun = r.names, r.block.width, false
}

// next reads a record, and returns its length: 0 at the end.
func (r *reader) next() (int, error) {
	for {
		b, last := window(r.s)
		n := r.record(b, last)
		if n == 0 && len(b) >= charset.MaxWindow {
			n = r.overlong(b)
		}
		if n > 0 || last {
			return n, nil
		}
		if _, err := r.s.More(); err != nil {
			return 0, err
		}
	}
}

// take hands the record at hand to the sink: as a row, or as a line of text.
func (r *reader) take() error {
	switch {
	case r.blank():
		r.inside = r.titles > 0 || r.named // blank lines above what was foreseen are none
		return nil
	case isRule(r.cells):
		return nil
	case r.titles != 0 && !r.begun || r.form || r.pairs:
		r.titles--
		r.begun = false
		return r.text()
	case r.titles != 0: // a line between pages is a row: it ends no table
		r.titles--
		r.clean()
		return r.sink.Row(r.cells)
	case r.named:
		r.named = false // the row is the heading
		return nil
	}
	if !r.begun {
		if err := r.sink.Table("", r.columns); err != nil {
			return err
		}
		r.begun = true
	}
	r.clean()
	return r.sink.Row(r.cells)
}

// text gives a record as a line: the line of a form, a title.
func (r *reader) text() error {
	r.clean()
	r.line = r.line[:0]
	for i, cell := range r.cells {
		switch {
		case i == 0 || len(cell) == 0:
		case i == 1:
			r.line = append(r.line, ": "...)
		default:
			r.line = append(r.line, ' ')
		}
		r.line = append(r.line, cell...)
	}
	return r.sink.Text(append(r.line, '\n'))
}

// clean takes off what programs put around values for their own sake.
func (p *parser) clean() {
	for i, c := range p.cells {
		if p.comma == '|' {
			c = bytes.TrimSpace(c)
		}
		if len(c) > 3 && c[0] == '=' && c[1] == '"' && c[len(c)-1] == '"' {
			c = c[2 : len(c)-1] // ="0123" keeps a spreadsheet from counting
		}
		if j := bytes.IndexByte(c, '&'); j >= 0 && bytes.IndexByte(c[j:], ';') > 0 {
			c = []byte(html.UnescapeString(string(c)))
		}
		p.cells[i] = c
	}
}

// isRule recognises the line between a heading and its table, as Markdown and
// the consoles of databases draw it.
func isRule(cells [][]byte) bool {
	dashes := 0
	for _, cell := range cells {
		for _, c := range cell {
			switch c {
			case '-', '=':
				dashes++
			case '+', ':', '|', ' ':
			default:
				return false
			}
		}
	}
	return dashes >= 3
}

// window is what the stream holds, as far as one record may go.
func window(s *charset.Stream) (b []byte, last bool) {
	if b = s.Bytes(); len(b) > charset.MaxWindow {
		return b[:charset.MaxWindow], false
	}
	return b, s.EOF()
}

// parser parts records into cells. The cells point into what it was given, or
// into its scratch, and hold until the next record.
type parser struct {
	layout
	cells   [][]byte
	scratch []byte
	plain   bool // quotes are characters like others: one was never closed
}

// record reads the record that b begins with and returns its length, or 0 when
// it does not end in b and more may follow.
func (p *parser) record(b []byte, last bool) int {
	end := bytes.IndexByte(b, p.newline)
	line := b
	if end >= 0 {
		line = b[:end]
	}
	if !p.plain && bytes.IndexByte(line, '"') >= 0 {
		if n, ok := p.quoted(b, last); ok {
			return n
		}
		if !last && len(b) < charset.MaxWindow {
			return 0
		}
		p.plain = true
	}
	if end < 0 {
		if !last {
			return 0
		}
		p.split(b)
		return len(b)
	}
	p.split(line)
	return end + 1
}

// overlong takes what the window holds of a line that is longer: up to the
// last delimiter or space, so as not to cut a value.
func (p *parser) overlong(b []byte) int {
	n := len(b)
	if i := bytes.LastIndexAny(b, " \t;|,"); i > 0 {
		n = i + 1
	}
	p.split(b[:n])
	return n
}

// split parts a line without quotes.
func (p *parser) split(line []byte) {
	p.cells = p.cells[:0]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if p.comma == 0 {
		p.cells = append(p.cells, line)
		return
	}
	for {
		i := bytes.IndexByte(line, p.comma)
		if i < 0 {
			p.cells = append(p.cells, line)
			return
		}
		p.cells = append(p.cells, line[:i])
		line = line[i+1:]
	}
}

// quoted reads a record with quoted fields; ok is false when b ends first.
func (p *parser) quoted(b []byte, last bool) (n int, ok bool) {
	p.cells, p.scratch = p.cells[:0], p.scratch[:0]
	// Cells in the scratch would move as it grows: it is made large enough.
	if cap(p.scratch) < len(b) {
		p.scratch = make([]byte, 0, max(len(b), 4096))
	}
	i := 0
	for {
		var cell []byte
		if i < len(b) && b[i] == '"' {
			start := len(p.scratch)
			i, ok = p.unquote(b, i+1)
			if !ok {
				return 0, false
			}
			cell = p.scratch[start:]
		} else {
			j := i
			for j < len(b) && b[j] != p.newline && (b[j] != p.comma || p.comma == 0) {
				j++
			}
			cell, i = b[i:j], j
		}
		switch {
		case i >= len(b):
			p.cells = append(p.cells, trimCR(cell))
			return len(b), last
		case b[i] == p.newline:
			p.cells = append(p.cells, trimCR(cell))
			return i + 1, true
		}
		p.cells = append(p.cells, cell)
		i++ // the delimiter
	}
}

// unquote copies a quoted field that begins at b[i] to the scratch, and what
// stands between its closing quote and the delimiter.
func (p *parser) unquote(b []byte, i int) (next int, ok bool) {
	for {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return 0, false
		}
		p.scratch = append(p.scratch, b[i:i+j]...)
		i += j + 1
		if i >= len(b) || b[i] != '"' {
			break
		}
		p.scratch = append(p.scratch, '"')
		i++
	}
	for i < len(b) && b[i] != p.newline && (p.comma == 0 || b[i] != p.comma) {
		p.scratch = append(p.scratch, b[i])
		i++
	}
	return i, true
}

func trimCR(cell []byte) []byte {
	if n := len(cell); n > 0 && cell[n-1] == '\r' {
		return cell[:n-1]
	}
	return cell
}

// blank reports whether the record has nothing in it.
func (p *parser) blank() bool {
	for _, c := range p.cells {
		if len(c) > 0 {
			return false
		}
	}
	return true
}
