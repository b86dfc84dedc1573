package ooxml

import (
	"bytes"

	"trustaudit/internal/extract/heading"
)

// Bounds of a heading.
const (
	maxHeading = 64 // bytes
	maxColumns = 64
)

// table writes the headings of a table in running text before the cells below
// them, so that a value stands beside what it is called: "NHS number: 999…".
// Tables within a cell have none.
type table struct {
	depth    int
	row, at  int // the row and the column at hand
	start    int // where the cell at hand begins in the text; -1 when unknown
	headings []string
}

func (t *table) open() {
	if t.depth++; t.depth == 1 {
		t.row, t.at, t.headings = 0, 0, t.headings[:0]
	}
}

func (t *table) close() { t.depth = max(0, t.depth-1) }

// cell begins a cell: it returns the text with the cell's heading behind it.
func (t *table) cell(text []byte) []byte {
	if t.depth != 1 {
		return text
	}
	if t.row > 0 && t.at < len(t.headings) && t.headings[t.at] != "" {
		text = append(append(text, t.headings[t.at]...), ": "...)
	}
	t.start = len(text)
	return text
}

// cellEnds notes the cells of the first row.
func (t *table) cellEnds(text []byte) {
	if t.depth != 1 {
		return
	}
	t.at++
	if t.row > 0 || len(t.headings) == maxColumns {
		return
	}
	name := ""
	if t.start >= 0 && len(text)-t.start <= maxHeading {
		name = string(bytes.TrimSpace(text[t.start:]))
	}
	t.headings = append(t.headings, name)
}

// rowEnds settles after the first row whether it names the columns.
func (t *table) rowEnds() {
	if t.depth != 1 {
		return
	}
	if t.row == 0 && !heading.Is(t.headings, nil) {
		t.headings = t.headings[:0]
	}
	t.row, t.at = t.row+1, 0
}
