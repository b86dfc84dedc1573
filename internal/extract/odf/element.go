package odf

import (
	"bytes"

	"trustaudit/internal/extract/grid"
	"trustaudit/internal/extract/number"
)

// cell is a cell of a sheet.
type cell struct {
	column, repeated int
	value            []byte // as it is stored, when it is no text
	date             bool
	text             []byte // when none is shown
}

// open takes an element once its attributes are known.
func (r *reader) open(name string) error {
	switch name {
	case "note-citation", "ruby-text", "script", "event-listeners":
		r.skip++
	case "p", "h":
		if r.newline && r.cells > 0 && !r.interrupts() {
			r.newline = false
			r.write([]byte{'\n'})
		}
		r.deep++
	case "s":
		const most = 1024
		r.mark(bytes.Repeat([]byte{' '}, max(1, min(r.el.spaces, most))))
	case "tab", "tab-stop":
		r.mark([]byte{'\t'})
	case "line-break":
		r.mark([]byte{'\n'})
	case "annotation", "note", "note-body", "text-box", "frame", "shapes", "custom-shape", "footnote", "endnote", "forms":
		r.boxes = append(r.boxes, box{r.deep, r.deep > 0 || r.cells > 0 || r.interrupts()})
	case "a", "section-source", "table-source", "cell-range-source":
		r.link(r.el.href)
	case "title", "desc", "footer-decl", "header-decl", "date-time-decl":
		r.deep++
	case "spreadsheet":
		r.sheets = true
	default:
		return r.openTable(name)
	}
	return nil
}

// link notes where something leads to: the address may say of whom it is.
func (r *reader) link(address []byte) {
	const most = 1 << 20
	if len(address) > 0 {
		r.links = append(append(r.links, address...), '\n')
	}
	if len(r.links) >= most {
		r.line(r.links)
		r.links = r.links[:0]
	}
}

// mark writes a character that stands in text as an element.
func (r *reader) mark(b []byte) {
	if r.skip == 0 && r.deep > r.floor() {
		r.write(b)
	}
}

// openTable takes an element of a table, or one of which nothing is known but
// that its attributes may be text.
func (r *reader) openTable(name string) error {
	switch name {
	case "table":
		return r.beginTable()
	case "table-cell", "covered-table-cell":
		r.beginCell()
	case "change-track-table-cell":
		r.line(r.el.stored())
		r.line(r.el.text)
	default:
		r.line(r.el.text)
		r.line(r.el.current)
	}
	return nil
}

func (r *reader) beginTable() error {
	switch {
	case r.sheet != nil:
		r.tables++
	case r.sheets && !r.interrupts():
		r.interrupt()
		if err := r.flush(); err != nil {
			return err
		}
		r.sheet, r.tables = grid.New(r.sink, string(r.el.title)), 0
		r.cell.column = 0
	case !r.interrupts():
		r.table.Open()
	}
	return nil
}

// stored is a value that is no text, as it is stored.
func (e *element) stored() []byte {
	if len(e.date) > 0 {
		return e.date
	}
	return number.Plain(e.number)
}

func (r *reader) beginCell() {
	if r.interrupts() {
		return
	}
	r.cells++
	r.newline = false
	switch {
	case r.sheet == nil:
		r.buf = r.table.Cell(r.buf)
	case r.cells == 1:
		r.cell.repeated = max(1, r.el.columns)
		r.cell.date = len(r.el.date) > 0
		r.cell.value = append(r.cell.value[:0], r.el.stored()...)
		r.cell.text = append(r.cell.text[:0], r.el.text...)
		r.value = r.value[:0]
	}
}

// close takes the end of an element.
func (r *reader) close(name string) error {
	switch name {
	case "note-citation", "ruby-text", "script", "event-listeners":
		r.skip = max(0, r.skip-1)
	case "p", "h", "title", "desc", "footer-decl", "header-decl", "date-time-decl":
		if r.deep > 0 {
			r.paragraph()
			r.deep--
		}
	case "annotation", "note", "note-body", "text-box", "frame", "shapes", "custom-shape", "footnote", "endnote", "forms":
		if n := len(r.boxes); n > 0 {
			r.deep = r.boxes[n-1].deep
			r.boxes = r.boxes[:n-1]
		}
	case "page":
		r.interrupt()
		if err := r.flush(); err != nil {
			return err
		}
		return r.sink.Break()
	case "table", "table-row", "table-cell", "covered-table-cell":
		if !r.interrupts() {
			return r.closeTable(name)
		}
		if name == "table-row" {
			r.aside = append(r.aside, '\n')
		} else if name != "table" {
			r.aside = append(r.aside, '\t')
		}
	}
	return nil
}

func (r *reader) closeTable(name string) error {
	if r.sheet != nil {
		return r.closeSheet(name)
	}
	switch name {
	case "table":
		r.table.Close()
		r.interrupt()
	case "table-row":
		r.buf = append(r.buf, '\n')
		r.table.RowEnds()
	default:
		r.cells = max(0, r.cells-1)
		r.newline = false
		r.table.CellEnds(r.buf)
		r.buf = append(r.buf, '\t')
	}
	return nil
}

func (r *reader) closeSheet(name string) error {
	switch name {
	case "table":
		if r.tables > 0 { // one in a cell
			r.tables--
			return nil
		}
		err := r.sheet.End()
		r.sheet, r.cells = nil, 0
		if err != nil {
			return err
		}
		r.interrupt()
		return r.flush()
	case "table-row":
		r.cell.column = 0
		return r.sheet.EndRow()
	}
	if r.cells = max(0, r.cells-1); r.cells > 0 {
		return nil
	}
	return r.put()
}

// put adds the cell at hand to the sheet, as often as it is repeated.
func (r *reader) put() error {
	value := r.cell.shown(r.value)
	times := 1
	const short = 64
	if len(value) <= short {
		times = min(r.cell.repeated, grid.MaxColumn)
	}
	for i := range times {
		if len(value) == 0 {
			break
		}
		if err := r.sheet.Cell(r.cell.column+i, value); err != nil {
			return err
		}
	}
	r.cell.column = min(r.cell.column+r.cell.repeated, grid.MaxColumn)
	return nil
}

// shown is the cell's value: a date as it is stored, a number as its digits,
// with the zeros before them that are shown; else the text.
func (c *cell) shown(text []byte) []byte {
	switch {
	case c.date:
		return c.value
	case len(c.value) == 0 && len(text) == 0:
		return c.text
	case len(c.value) == 0:
		return text
	}
	if len(text) > 0 && text[0] == '0' {
		digits := bytes.Map(func(r rune) rune {
			if r == ' ' || r == '-' || r == '\u00a0' {
				return -1
			}
			return r
		}, text)
		if bytes.Equal(bytes.TrimLeft(digits, "0"), c.value) {
			return digits
		}
	}
	return c.value
}
