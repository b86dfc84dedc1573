package heading

import "bytes"

// Bounds of the names of columns.
const (
	maxName    = 64 // bytes
	maxColumns = 64
)

// Names writes the names of a table's columns in running text before the cells
// below them, so that a value stands beside what it is called: "NHS number: 999…".
// Tables within a cell have none.
type Names struct {
	depth    int
	row, at  int // the row and the column at hand
	start    int // where the cell at hand begins in the text; -1 when unknown
	headings []string
}

// Open begins a table.
func (t *Names) Open() {
	if t.depth++; t.depth == 1 {
		t.row, t.at, t.headings = 0, 0, t.headings[:0]
	}
}

// Close ends it.
func (t *Names) Close() { t.depth = max(0, t.depth-1) }

// Flushed says that the text so far is gone: the cell at hand, if there is one,
// is too long for a name.
func (t *Names) Flushed() { t.start = -1 }

// Cell begins a cell: it returns the text with the cell's heading behind it.
func (t *Names) Cell(text []byte) []byte {
	if t.depth != 1 {
		return text
	}
	if t.row > 0 && t.at < len(t.headings) && t.headings[t.at] != "" {
		text = append(append(text, t.headings[t.at]...), ": "...)
	}
	t.start = len(text)
	return text
}

// CellEnds notes the cells of the first row.
func (t *Names) CellEnds(text []byte) {
	if t.depth != 1 {
		return
	}
	t.at++
	if t.row > 0 || len(t.headings) == maxColumns {
		return
	}
	name := ""
	if t.start >= 0 && len(text)-t.start <= maxName {
		name = string(bytes.TrimSpace(text[t.start:]))
	}
	t.headings = append(t.headings, name)
}

// RowEnds settles after the first row whether it names the columns.
func (t *Names) RowEnds() {
	if t.depth != 1 {
		return
	}
	if t.row == 0 && !Is(t.headings, nil) {
		t.headings = t.headings[:0]
	}
	t.row, t.at = t.row+1, 0
}
