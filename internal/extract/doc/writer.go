package doc

import (
	"bytes"
	"slices"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/heading"
)

const flushAt = 32 << 10

// writer puts the text together: paragraphs are lines, the cells of a table's
// row stand in one line, each below what its column is called.
type writer struct {
	sink  extract.Sink
	marks []mark

	buf   []byte
	para  int   // where the paragraph at hand begins in buf
	cells []int // where the cells of the row at hand end
	row   int   // where it begins; -1 when there is none
	table bool  // a row was the last to end
	names heading.Names
	after byte // the character before
}

// take takes characters of the text from a place of the stream: of eight bits
// in a code page, or of sixteen.
func (w *writer) take(p piece, b []byte, at int64, f *fib) error {
	width := int(p.width())
	start := 0
	for i := 0; i+width <= len(b); i += width {
		if b[i] >= ' ' || p.wide && b[i+1] != 0 {
			continue
		}
		w.plain(p, b[start:i], f)
		start = i + width
		if err := w.control(b[i], at+int64(start)); err != nil {
			return err
		}
	}
	w.plain(p, b[start:], f)
	if len(w.buf) > flushAt && (w.row < 0 || len(w.buf) > 16*flushAt) {
		return w.flush()
	}
	return nil
}

func (w *writer) plain(p piece, b []byte, f *fib) {
	if len(b) == 0 {
		return
	}
	w.after = ' '
	if p.wide {
		w.buf = codepage.Wide(w.buf, b)
	} else {
		w.buf = codepage.Decode(w.buf, f.page, b)
	}
}

// control takes a character that is none: end is where it ends in the stream.
func (w *writer) control(c byte, end int64) error {
	before := w.after
	w.after = c
	switch c {
	case '\t':
		w.buf = append(w.buf, '\t')
	case 0x0b, 0x0c, 0x0e:
		w.buf = append(w.buf, '\n')
	case 0x0d:
		return w.paragraph(end)
	case 0x07:
		return w.cell(before, end)
	case 0x13, 0x14: // a field's code and its result
		w.buf = append(w.buf, ' ')
	case 0x1e:
		w.buf = append(w.buf, '-')
	}
	return nil
}

func (w *writer) at(end int64) (mark, bool) {
	i, ok := slices.BinarySearchFunc(w.marks, end, func(m mark, end int64) int { return int(min(1, max(-1, m.end-end))) })
	if !ok {
		return mark{}, false
	}
	return w.marks[i], true
}

func (w *writer) paragraph(end int64) error {
	if _, within := w.at(end); within && w.row < 0 {
		w.row = w.para
	}
	w.buf = append(w.buf, '\n')
	w.para = len(w.buf)
	if w.row >= 0 {
		return nil
	}
	w.endTable()
	if len(w.buf) > flushAt {
		return w.flush()
	}
	return nil
}

// cell ends a cell, or a row.
func (w *writer) cell(before byte, end int64) error {
	m, known := w.at(end)
	if !known {
		m.row = before == 0x07 && w.row >= 0 && w.para == len(w.buf)
	}
	if m.row {
		return w.endRow()
	}
	if w.row < 0 {
		w.row = w.para
	}
	for len(w.buf) > w.row && w.buf[len(w.buf)-1] == '\n' {
		w.buf = w.buf[:len(w.buf)-1]
	}
	w.cells = append(w.cells, len(w.buf))
	w.buf = append(w.buf, '\t')
	w.para = len(w.buf)
	return nil
}

// endRow writes the row at hand.
func (w *writer) endRow() error {
	begin := max(0, w.row)
	row := bytes.Clone(w.buf[begin:])
	w.buf = w.buf[:begin]
	if !w.table {
		w.table = true
		w.names.Open()
	}
	start := 0
	for _, end := range w.cells {
		w.buf = append(w.names.Cell(w.buf), row[start:end-begin]...)
		w.names.CellEnds(w.buf)
		w.buf = append(w.buf, '\t')
		start = end - begin + 1
	}
	w.names.RowEnds()
	w.buf = append(append(w.buf, row[start:]...), '\n')
	w.row, w.cells, w.para = -1, w.cells[:0], len(w.buf)
	if len(w.buf) > flushAt {
		return w.flush()
	}
	return nil
}

// endTable: what follows is no row of it.
func (w *writer) endTable() {
	if w.table {
		w.table = false
		w.names.Close()
	}
}

// flush gives what there is. A row that is cut by it is no longer one.
func (w *writer) flush() error {
	b := w.buf
	w.buf, w.para, w.row, w.cells = w.buf[:0], 0, -1, w.cells[:0]
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	return w.sink.Text(b)
}

// end ends a story: what follows is another paragraph.
func (w *writer) end() error {
	if n := len(w.buf); n > 0 && w.buf[n-1] != '\n' {
		w.buf = append(w.buf, '\n')
	}
	w.buf = append(w.buf, '\n')
	w.endTable()
	return w.flush()
}
