package ooxml

import (
	"bytes"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/heading"
	"trustaudit/internal/extract/parts"
	"trustaudit/internal/extract/xml/markup"
)

const flushAt = 32 << 10

// prose puts the text of a part together: runs join, paragraphs are lines,
// the cells of a table's row stand in one line.
type prose struct {
	sink extract.Sink
	buf  []byte

	text    int  // elements at hand whose text counts
	cells   int  // table cells at hand
	skip    int  // elements at hand that say again what is said, as a second version or by its sound
	tabs    bool // definitions of tab stops
	newline bool // due if another paragraph follows in this cell
	section bool // a section ends with this paragraph
	table   heading.Names
}

// Prose reads a part of running text: a body, headers, notes, comments,
// drawings. Deleted text that is still there counts as well.
func Prose(p *parts.Package, name string, sink extract.Sink) error {
	s, closer, err := p.Stream(name)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	w := &prose{sink: sink}
	for {
		t, err := x.Next()
		if err != nil || t.Kind == markup.EOF {
			w.buf = append(w.buf, "\n\n"...)
			if flushed := w.flush(); err == nil {
				err = flushed
			}
			return err
		}
		if err := w.take(t); err != nil {
			return err
		}
		if len(w.buf) < flushAt {
			continue
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
}

func (w *prose) flush() error {
	b := w.buf
	w.buf = w.buf[:0]
	w.table.Flushed()
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	return w.sink.Text(b)
}

func (w *prose) take(t markup.Token) error {
	switch t.Kind {
	case markup.Text:
		if w.text > 0 && w.skip == 0 {
			w.buf = append(w.buf, t.Text...)
		}
	case markup.Start:
		if again(t.Name) {
			w.skip++
		} else if w.skip == 0 {
			w.start(string(t.Name))
		}
	case markup.End:
		if again(t.Name) {
			w.skip = max(0, w.skip-1)
		} else if w.skip == 0 {
			return w.end(string(t.Name))
		}
	case markup.Attr:
		if w.skip == 0 && len(t.Text) > 0 && described(t.Name) {
			w.line()
			w.buf = append(append(w.buf, t.Text...), '\n')
		}
	}
	return nil
}

func again(name []byte) bool { return string(name) == "Fallback" || string(name) == "rt" }

// described: an attribute that says in words what a picture shows, or that
// holds the text of a drawing.
func described(name []byte) bool {
	return string(name) == "descr" || string(name) == "alt" || string(name) == "string"
}

func (w *prose) start(name string) {
	switch name {
	case "t", "delText", "text":
		w.text++
	case "v": // a value of a chart
		w.line()
		w.text++
	case "instrText", "delInstrText":
		w.text++
		w.buf = append(w.buf, ' ')
	case "tabs", "tabLst":
		w.tabs = true
	case "tab", "ptab":
		if !w.tabs {
			w.buf = append(w.buf, '\t')
		}
	case "br", "cr":
		w.buf = append(w.buf, '\n')
	case "noBreakHyphen":
		w.buf = append(w.buf, '-')
	case "p", "comment":
		if w.newline || w.cells == 0 {
			w.line()
		}
		w.newline = false
	case "tbl":
		w.table.Open()
	case "tc":
		w.cells++
		w.newline = false
		w.buf = w.table.Cell(w.buf)
	case "sectPr":
		w.section = true
	}
}

func (w *prose) end(name string) error {
	switch name {
	case "t", "delText", "text":
		w.text = max(0, w.text-1)
	case "v":
		w.text = max(0, w.text-1)
		w.line()
	case "instrText", "delInstrText":
		w.text = max(0, w.text-1)
		w.buf = append(w.buf, ' ')
	case "tabs", "tabLst":
		w.tabs = false
	case "p", "comment", "threadedComment", "cm":
		return w.paragraph()
	case "tc":
		w.cells = max(0, w.cells-1)
		w.newline = false
		w.table.CellEnds(w.buf)
		w.buf = append(w.buf, '\t')
	case "tr":
		w.buf = append(w.buf, '\n')
		w.table.RowEnds()
	case "tbl":
		w.table.Close()
	}
	return nil
}

// paragraph ends a line, and a record where a section ends: that is how mail
// merge parts its letters.
func (w *prose) paragraph() error {
	if w.cells > 0 {
		w.newline = true
		return nil
	}
	w.buf = append(w.buf, '\n')
	if !w.section {
		return nil
	}
	w.section = false
	if err := w.flush(); err != nil {
		return err
	}
	return w.sink.Break()
}

func (w *prose) line() {
	if n := len(w.buf); n > 0 && w.buf[n-1] != '\n' {
		w.buf = append(w.buf, '\n')
	}
}
