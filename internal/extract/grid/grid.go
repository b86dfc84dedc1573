// Package grid gives the rows of a spreadsheet's sheet as a table: it finds the
// heading below a title, and a form, which is text.
package grid

import (
	"bytes"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/heading"
)

const (
	// MaxColumn is up to which column an empty cell is given for those left out.
	MaxColumn = 1024
	// MaxRow bounds the bytes of a row; the cells of a longer one come in several.
	MaxRow = 1 << 20
	ahead  = 6 // rows looked at for a heading
)

// Grid is a sheet while it is read.
type Grid struct {
	sink extract.Sink
	name string

	row   []byte
	ends  []int // of the cells in row
	cells [][]byte
	first [][]string // rows held back until the heading is found
	begun bool
	form  bool // a name and its value in each row: the sheet is text
}

// New returns the grid of a sheet.
func New(sink extract.Sink, name string) *Grid { return &Grid{sink: sink, name: name} }

// Headed returns a grid whose columns are known.
func Headed(sink extract.Sink, name string, columns []string) (*Grid, error) {
	return &Grid{sink: sink, name: name, begun: true}, sink.Table(name, columns)
}

// Next is the column behind the cell added last.
func (g *Grid) Next() int { return len(g.ends) }

// Cell adds a cell to the row, in its column when that is not behind it.
func (g *Grid) Cell(column int, value []byte) error {
	for len(g.ends) < min(column, MaxColumn) {
		g.ends = append(g.ends, len(g.row))
	}
	g.row = append(g.row, value...)
	g.ends = append(g.ends, len(g.row))
	if len(g.row) >= MaxRow {
		return g.EndRow()
	}
	return nil
}

// EndRow gives the row, or holds it back while a heading may follow. One
// without a value is none.
func (g *Grid) EndRow() error {
	if len(g.row) == 0 {
		g.ends = g.ends[:0]
		return nil
	}
	g.cells = g.cells[:0]
	start := 0
	for _, end := range g.ends {
		g.cells = append(g.cells, g.row[start:end:end])
		start = end
	}
	g.row, g.ends = g.row[:0], g.ends[:0]
	if g.form {
		return g.sink.Text(append(bytes.Join(g.cells, []byte("\t")), '\n'))
	}
	if g.begun {
		return g.sink.Row(g.cells)
	}
	held := make([]string, len(g.cells))
	for i, c := range g.cells {
		held[i] = string(c)
	}
	if g.first = append(g.first, held); len(g.first) < ahead {
		return nil
	}
	return g.begin()
}

// End ends the sheet, with the row that was cut off.
func (g *Grid) End() error {
	if err := g.EndRow(); err != nil {
		return err
	}
	return g.begin()
}

// begin finds the heading among the rows held back and gives them. What stands
// above it is a title, and text.
func (g *Grid) begin() error {
	if g.begun {
		return nil
	}
	g.begun = true
	at := -1
	for i, row := range g.first {
		if (len(row) > 1 || i == 0) && heading.Is(row, g.first[i+1:]) {
			at = i
			break
		}
	}
	var columns []string
	rows := g.first
	if at >= 0 {
		columns, rows = g.first[at], g.first[at+1:]
	}
	if g.form = at < 0 && heading.IsForm(rows); g.form {
		at, rows = len(rows), nil
	}
	if err := g.above(at); err != nil || g.form {
		return err
	}
	if err := g.sink.Table(g.name, columns); err != nil {
		return err
	}
	for _, row := range rows {
		g.cells = g.cells[:0]
		for _, c := range row {
			g.cells = append(g.cells, []byte(c))
		}
		if err := g.sink.Row(g.cells); err != nil {
			return err
		}
	}
	g.first = nil
	return nil
}

// above gives the first rows as text: a title, or a form.
func (g *Grid) above(rows int) error {
	for _, row := range g.first[:max(0, rows)] {
		if err := g.sink.Text([]byte(strings.Join(row, "\t") + "\n")); err != nil {
			return err
		}
	}
	return nil
}
