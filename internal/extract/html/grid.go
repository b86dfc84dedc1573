package html

import (
	"bytes"
	"slices"
	"strings"

	"trustaudit/internal/extract/heading"
)

// What a table is taken for.
type gridState int

const (
	holding gridState = iota // not known yet: its first rows are held
	asTable
	asText // a form, or a layout
)

const (
	heldRows  = 20
	heldBytes = 64 << 10
	maxGrids  = 32
	maxCells  = 4096
)

// grid is a table at hand.
type grid struct {
	state  gridState
	inner  int // tables in a cell of it, which are part of the cell
	rows   []gridRow
	held   int
	row    gridRow
	inRow  bool
	cell   []byte
	inCell bool

	flat  []byte // of a table: the cells of the row at hand, one behind another
	ends  []int
	cells [][]byte
}

type gridRow struct {
	cells []string
	heads int // cells that are headings
}

func (w *writer) grid() *grid {
	if len(w.grids) == 0 {
		return nil
	}
	return w.grids[len(w.grids)-1]
}

func (w *writer) inTable() bool {
	return slices.ContainsFunc(w.grids, func(g *grid) bool { return g.state == asTable })
}

// beginTable begins a table. One in a cell of another makes that a layout,
// unless it is known for a table.
func (w *writer) beginTable() error {
	if g := w.grid(); g != nil {
		if g.state == asTable || len(w.grids) == maxGrids {
			g.inner++
			return nil
		}
		if err := w.settle(g, false); err != nil {
			return err
		}
	}
	w.grids = append(w.grids, new(grid))
	return nil
}

func (w *writer) endTable() error {
	g := w.grid()
	if g == nil {
		return nil
	}
	if g.inner > 0 {
		g.inner--
		space(w.out())
		return nil
	}
	if err := w.endRow(); err != nil {
		return err
	}
	if err := w.settle(g, true); err != nil {
		return err
	}
	w.grids = w.grids[:len(w.grids)-1]
	w.newline()
	return nil
}

func (w *writer) beginRow() error {
	g := w.grid()
	if g == nil || g.inner > 0 {
		w.part("tr")
		return nil
	}
	if err := w.endRow(); err != nil {
		return err
	}
	g.inRow = true
	return nil
}

func (w *writer) beginCell(head bool) error {
	g := w.grid()
	if g == nil || g.inner > 0 {
		w.part("td")
		return nil
	}
	if err := w.endCell(); err != nil {
		return err
	}
	g.inRow = true
	if head {
		g.row.heads++
	}
	if g.state == asText {
		if len(g.row.cells) > 0 {
			w.buf = append(w.buf, '\t')
		}
		g.row.cells = append(g.row.cells[:0], "")
		return nil
	}
	g.inCell = true
	return nil
}

func (w *writer) endCell() error {
	g := w.grid()
	if g == nil || g.inner > 0 {
		w.part("td")
		return nil
	}
	if !g.inCell {
		return nil
	}
	cell := bytes.TrimSpace(g.cell)
	if g.state == asTable {
		g.flat = append(g.flat, cell...)
		g.ends = append(g.ends, len(g.flat))
	} else {
		g.row.cells = append(g.row.cells, string(cell))
	}
	g.cell, g.inCell = g.cell[:0], false
	if len(g.row.cells)+len(g.ends) >= maxCells || len(g.flat) > heldBytes {
		return w.endRow()
	}
	return nil
}

func (w *writer) endRow() error {
	g := w.grid()
	if g == nil || g.inner > 0 {
		w.part("tr")
		return nil
	}
	if err := w.endCell(); err != nil || !g.inRow {
		return err
	}
	row := g.row
	g.row, g.inRow = gridRow{}, false
	switch {
	case g.state == asText:
		w.newline()
		return nil
	case g.state == asTable:
		return w.give(g)
	case len(row.cells) == 0:
		return nil
	}
	g.rows = append(g.rows, row)
	for _, c := range row.cells {
		g.held += len(c) + 16
	}
	if len(g.rows) < heldRows && g.held < heldBytes {
		return nil
	}
	return w.settle(g, true)
}

// settle decides what a table is, and gives the rows held. One that cannot be
// a table is a layout.
func (w *writer) settle(g *grid, can bool) error {
	if g.state != holding {
		return nil
	}
	rows := g.rows
	g.rows = nil
	titles := 0
	for titles < len(rows) && filled(rows[titles].cells) == 1 {
		titles++
	}
	if can = can && isTable(rows[titles:]); !can {
		titles = len(rows)
	}
	for _, row := range rows[:titles] {
		w.label(row)
	}
	g.state = asText
	if !can {
		w.label(g.row)
		w.buf = append(w.buf, g.cell...)
		g.cell, g.inCell = nil, false
		return nil
	}
	w.newline()
	if err := w.flush(); err != nil {
		return err
	}
	g.state = asTable
	rows = rows[titles:]
	names, rows := headings(rows)
	if err := w.sink.Table("", names); err != nil {
		return err
	}
	for _, row := range rows {
		g.add(row)
		if err := w.give(g); err != nil {
			return err
		}
	}
	g.add(g.row) // of a row that is too long to be held
	return nil
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}

// isTable reports whether rows are those of a table: of one width, with names
// above rather than beside them.
func isTable(rows []gridRow) bool {
	widths := make(map[int]int)
	beside, pairs, size, cells := 0, 0, 0, 0
	var plain [][]string
	for _, row := range rows {
		widths[len(row.cells)]++
		if len(row.cells) >= 2 && row.heads > 0 && row.heads*2 <= len(row.cells) {
			beside++
		}
		if len(row.cells) == 2 {
			pairs++
		}
		for _, c := range row.cells {
			size += len(c)
			cells++
		}
		plain = append(plain, row.cells)
	}
	most := 0
	for width, n := range widths {
		if width > 1 {
			most = max(most, n)
		}
	}
	switch {
	case len(rows) < 2 || most*5 < len(rows)*4 || size > cells*300:
		return false
	case beside*2 > len(rows):
		return false
	}
	return rows[0].heads > 1 || !heading.IsForm(plain)
}

// headings parts the names of columns from the rows below them.
func headings(rows []gridRow) ([]string, []gridRow) {
	first := rows[0]
	if first.heads == len(first.cells) {
		return first.cells, rows[1:]
	}
	var below [][]string
	for _, row := range rows[1:] {
		below = append(below, row.cells)
	}
	if heading.Is(first.cells, below) {
		return first.cells, rows[1:]
	}
	return nil, rows
}

// add moves the cells of a row that was held to those of the row at hand.
func (g *grid) add(row gridRow) {
	for _, c := range row.cells {
		g.flat = append(g.flat, c...)
		g.ends = append(g.ends, len(g.flat))
	}
}

// give hands the row at hand to the sink.
func (w *writer) give(g *grid) error {
	if len(g.ends) == 0 {
		return nil
	}
	g.cells = g.cells[:0]
	start := 0
	for _, end := range g.ends {
		g.cells = append(g.cells, g.flat[start:end:end])
		start = end
	}
	g.flat, g.ends = g.flat[:0], g.ends[:0]
	return w.sink.Row(g.cells)
}

// label gives a row as a line: a name and its value, where these alternate.
func (w *writer) label(row gridRow) {
	for i, c := range row.cells {
		switch {
		case c == "":
			continue
		case i == 0:
		case i%2 == 1 && len(row.cells)%2 == 0 && !strings.HasSuffix(row.cells[i-1], ":"):
			w.buf = append(w.buf, ": "...)
		default:
			w.buf = append(w.buf, '\t')
		}
		w.buf = append(w.buf, c...)
	}
	if n := len(w.buf); n > 0 && w.buf[n-1] != '\n' {
		w.buf = append(w.buf, '\n')
	}
}
