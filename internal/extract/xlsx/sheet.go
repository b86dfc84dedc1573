package xlsx

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/extract/heading"
	"trustaudit/internal/extract/number"
	"trustaudit/internal/extract/xml/markup"
)

const (
	maxColumn = 1024    // an empty cell is given for those left out before it
	maxRow    = 1 << 20 // bytes of a row
	ahead     = 6       // rows looked at for a heading
)

// reader reads one sheet.
type reader struct {
	b    *book
	name string

	row   []byte
	ends  []int // of the cells in row
	cells [][]byte
	first [][]string // rows held back until the heading is found
	begun bool
	form  bool // a name and its value in each row: the sheet is text

	where cell
	tag   bool // the attributes that come are the cell's
	value []byte
	in    bool // the text at hand belongs to the cell
	aside bool // it is a header's or footer's
	rows  int
}

// cell is what its element says of a cell.
type cell struct {
	column int
	kind   string
	style  int
}

// sheet reads a sheet as a table.
func (b *book) sheet(name, part string) error {
	s, closer, err := b.p.Stream(part)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	r := &reader{b: b, name: name}
	for {
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t.Kind == markup.EOF {
			if err := r.endRow(); err != nil { // a row that was cut off
				return err
			}
			return r.begin()
		}
		if err := r.take(t); err != nil {
			return err
		}
	}
}

func (r *reader) take(t markup.Token) error {
	switch t.Kind {
	case markup.Start:
		r.start(string(t.Name))
	case markup.Attr:
		r.attr(string(t.Name), t.Text)
	case markup.Text:
		switch {
		case r.aside:
			return r.b.sink.Text(t.Text)
		case r.in && len(r.value) < maxRow:
			r.value = append(r.value, t.Text...)
		case r.in: // longer than a cell can be: no piece of it is lost
			r.put()
			r.value = append(r.value, t.Text...)
			return r.endRow()
		}
	case markup.End:
		return r.end(string(t.Name))
	}
	return nil
}

func (r *reader) start(name string) {
	r.tag = name == "c"
	switch name {
	case "c":
		r.where = cell{column: len(r.ends)}
		r.value = r.value[:0]
	case "v", "t":
		r.in = true
	case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
		r.aside = true
	}
}

func (r *reader) attr(name string, text []byte) {
	if !r.tag {
		return
	}
	switch name {
	case "r":
		if column, ok := columnOf(text); ok {
			r.where.column = column
		}
	case "t":
		r.where.kind = string(text[:min(len(text), 16)])
	case "s":
		r.where.style, _ = strconv.Atoi(string(text))
	}
}

func (r *reader) end(name string) error {
	switch name {
	case "v", "t":
		r.in = false
	case "c":
		r.put()
		if len(r.row) >= maxRow {
			return r.endRow()
		}
	case "row":
		return r.endRow()
	case "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter":
		r.aside = false
		return r.b.sink.Text([]byte("\n"))
	}
	return nil
}

// put adds the cell at hand to the row, in its column.
func (r *reader) put() {
	for len(r.ends) < r.where.column {
		r.ends = append(r.ends, len(r.row))
	}
	r.row = append(r.row, r.b.shown(r.where, r.value)...)
	r.ends = append(r.ends, len(r.row))
	r.value = r.value[:0]
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
		if n = n*26 + int(c-'A') + 1; n > maxColumn {
			return 0, false
		}
	}
	return n - 1, n > 0
}

// shown is a cell's value as it is read: its string, its date, its digits.
func (b *book) shown(c cell, value []byte) []byte {
	switch c.kind {
	case "s":
		i, err := strconv.Atoi(string(value))
		if err != nil {
			return value
		}
		text, _ := b.shared.at(i)
		return text
	case "inlineStr", "str", "b", "e", "d":
		return value
	}
	if c.style >= 0 && c.style < len(b.dates) && b.dates[c.style] {
		if date, ok := b.date(value); ok {
			return date
		}
	}
	return number.Plain(value)
}

// date turns days since the workbook's beginning of time into a date.
func (b *book) date(value []byte) ([]byte, bool) {
	days, err := strconv.ParseFloat(string(value), 64)
	if err != nil || days < 1 || days >= 2958466 {
		return nil, false
	}
	zero := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if b.from04 {
		zero = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if days < 61 {
		zero = zero.AddDate(0, 0, 1) // Excel has a 29 February 1900
	}
	whole := math.Floor(days)
	at := zero.AddDate(0, 0, int(whole)).Add(time.Duration((days-whole)*86400+0.5) * time.Second)
	if days == whole {
		return []byte(at.Format(time.DateOnly)), true
	}
	return []byte(at.Format(time.DateTime)), true
}

// endRow gives the row, or holds it back while a heading may follow.
func (r *reader) endRow() error {
	if len(r.row) == 0 {
		r.ends = r.ends[:0]
		return nil
	}
	r.cells = r.cells[:0]
	start := 0
	for _, end := range r.ends {
		r.cells = append(r.cells, r.row[start:end:end])
		start = end
	}
	r.row, r.ends = r.row[:0], r.ends[:0]
	if r.rows++; r.rows%256 == 0 && r.b.ctx.Err() != nil {
		return fmt.Errorf("read sheet: %w", r.b.ctx.Err())
	}
	if r.form {
		return r.b.sink.Text(append(bytes.Join(r.cells, []byte("\t")), '\n'))
	}
	if r.begun {
		return r.b.sink.Row(r.cells)
	}
	held := make([]string, len(r.cells))
	for i, c := range r.cells {
		held[i] = string(c)
	}
	if r.first = append(r.first, held); len(r.first) < ahead {
		return nil
	}
	return r.begin()
}

// begin finds the heading among the rows held back and gives them. What stands
// above it is a title, and text.
func (r *reader) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	at := -1
	for i, row := range r.first {
		if (len(row) > 1 || i == 0) && heading.Is(row, r.first[i+1:]) {
			at = i
			break
		}
	}
	var columns []string
	rows := r.first
	if at >= 0 {
		columns, rows = r.first[at], r.first[at+1:]
	}
	if r.form = at < 0 && heading.IsForm(rows); r.form {
		at, rows = len(rows), nil
	}
	if err := r.above(at); err != nil || r.form {
		return err
	}
	if err := r.b.sink.Table(r.name, columns); err != nil {
		return err
	}
	for _, row := range rows {
		r.cells = r.cells[:0]
		for _, c := range row {
			r.cells = append(r.cells, []byte(c))
		}
		if err := r.b.sink.Row(r.cells); err != nil {
			return err
		}
	}
	r.first = nil
	return nil
}

// above gives the first rows as text: a title, or a form.
func (r *reader) above(rows int) error {
	for _, row := range r.first[:max(0, rows)] {
		if err := r.b.sink.Text([]byte(strings.Join(row, "\t") + "\n")); err != nil {
			return err
		}
	}
	return nil
}
