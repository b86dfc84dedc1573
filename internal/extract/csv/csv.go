// Package csv reads tables of delimited text: comma, semicolon, tab or pipe,
// or one value to a line. It takes what is there: ragged rows, stray quotes,
// fields of several lines, any newline.
package csv

import (
	"bytes"
	"context"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
)

// Format is delimited text.
var Format = extract.Format{Name: "csv", Detect: detect, Read: read}

func read(_ context.Context, doc extract.Document, sink extract.Sink) error {
	p := parser{layout: survey(doc.Head, doc.Name)}
	s := charset.Open(doc)
	if len(s.Bytes()) == 0 {
		if _, err := s.More(); err != nil {
			return err
		}
	}
	_, skip := declaration(s.Bytes())
	s.Advance(skip)
	if err := sink.Table("", p.columns); err != nil {
		return err
	}
	named := p.columns != nil
	for {
		b, last := window(s)
		n := p.record(b, last)
		if n == 0 && len(b) >= charset.MaxWindow {
			n = p.overlong(b)
		}
		if n == 0 {
			if last {
				return nil
			}
			if _, err := s.More(); err != nil {
				return err
			}
			continue
		}
		if !p.blank() && !named {
			if err := p.give(sink); err != nil {
				return err
			}
		}
		named = named && p.blank() // the first row that is not blank was the heading
		s.Advance(n)
	}
}

// give hands the record to the sink: as a row, or as the line of a form.
func (p *parser) give(sink extract.Sink) error {
	if !p.form {
		return sink.Row(p.cells)
	}
	p.line = p.line[:0]
	for i, cell := range p.cells {
		p.line = append(p.line, cell...)
		if i == 0 && len(p.cells) > 1 {
			p.line = append(p.line, ": "...)
		}
	}
	return sink.Text(append(p.line, '\n'))
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
	line    []byte // of a form
	plain   bool   // quotes are characters like others: one was never closed
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
