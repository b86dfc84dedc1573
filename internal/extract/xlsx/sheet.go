package xlsx

import (
	"strconv"

	"trustaudit/internal/extract/grid"
	"trustaudit/internal/extract/xml/markup"
)

// reader reads one sheet.
type reader struct {
	b    *book
	grid *grid.Grid

	where cell
	tag   bool // the attributes that come are the cell's
	value []byte
	in    bool // the text at hand belongs to the cell
	sound bool // it says how the cell's is pronounced
	aside bool // it is a header's or footer's
}

// cell is what its element says of a cell.
type cell struct {
	column int
	kind   kind
	style  int
}

// kind is what a cell's value is.
type kind int8

const (
	numeric kind = iota
	sharedText
	text
)

// sheet reads a sheet as a table, and so the cells that are kept of another
// workbook.
func (b *book) sheet(name, part string) error {
	s, closer, err := b.p.Stream(part)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	r := &reader{b: b, grid: grid.New(b.sink, name)}
	for {
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t.Kind == markup.EOF {
			return r.grid.End()
		}
		if err := r.take(t); err != nil {
			return err
		}
	}
}

func (r *reader) take(t markup.Token) error {
	switch t.Kind {
	case markup.Start:
		r.start(t.Name)
	case markup.Attr:
		if r.tag {
			r.attr(t.Name, t.Text)
		}
	case markup.Text:
		switch {
		case r.aside:
			return r.b.sink.Text(t.Text)
		case r.in && !r.sound:
			if r.value = append(r.value, t.Text...); len(r.value) >= grid.MaxRow { // longer than a cell can be: no piece of it is lost
				return r.put()
			}
		}
	case markup.End:
		return r.end(t.Name)
	}
	return nil
}

func (r *reader) start(name []byte) {
	r.tag = false
	switch string(name) {
	case "c", "cell":
		r.tag = true
		r.where = cell{column: r.grid.Next()}
		r.value = r.value[:0]
	case "v", "t":
		r.in = true
	case "rPh":
		r.sound = true
	case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
		r.aside = true
	}
}

func (r *reader) attr(name, value []byte) {
	switch string(name) {
	case "r":
		if column, ok := columnOf(value); ok {
			r.where.column = column
		}
	case "t":
		switch string(value) {
		case "s":
			r.where.kind = sharedText
		case "inlineStr", "str", "b", "e", "d":
			r.where.kind = text
		}
	case "s":
		r.where.style = atoi(value)
	}
}

func (r *reader) end(name []byte) error {
	switch string(name) {
	case "v", "t":
		r.in = false
	case "rPh":
		r.sound = false
	case "c", "cell":
		return r.put()
	case "row":
		return r.grid.EndRow()
	case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
		r.aside = false
		return r.b.sink.Text([]byte("\n"))
	}
	return nil
}

// put adds the cell at hand to the row, in its column.
func (r *reader) put() error {
	value := r.b.shown(r.where, r.value)
	r.value = r.value[:0]
	return r.grid.Cell(r.where.column, value)
}

// shown is a cell's value as it is read: its string, its date, its digits.
func (b *book) shown(c cell, value []byte) []byte {
	switch c.kind {
	case sharedText:
		held, _ := b.shared.At(atoi(value))
		return held
	case text:
		return value
	}
	return b.styles.Shown(c.style, value)
}

// atoi reads a whole number; what is none is -1.
func atoi(b []byte) int {
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return -1
	}
	return n
}

// columnOf reads the column of a reference like BC12.
func columnOf(ref []byte) (int, bool) {
	n := 0
	for _, c := range ref {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > grid.MaxColumn {
			return 0, false
		}
	}
	return n - 1, n > 0
}
