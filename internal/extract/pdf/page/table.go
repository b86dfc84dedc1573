package page

import (
	"math"
	"slices"
)

const (
	columnGap  = 0.2 // heights of a letter that part columns in one line
	thinnest   = 0.1 // and all the way down
	fewestRows = 3
	fewestGaps = 2 // a table of two columns is a form, and reads well as text
	maxColumns = 256
	maxGaps    = 1024 // of a line
	rowGap     = 4    // heights between the rows of one table
)

// Part is a stretch of a page: text in lines, which may be the rows of a table.
type Part struct {
	Text []byte
	Rows [][][]byte

	from, to int // of the text
}

// gap is a stretch of a line without letters.
type gap struct{ from, to float64 }

// table looks for a table that begins with a line, and returns how many lines it
// has: lines with gaps that run through all of them from top to bottom.
func (l *layout) table(first int) int {
	gaps := l.gaps(l.row(first))
	if len(gaps) < fewestGaps || len(gaps) > maxGaps {
		return 0
	}
	n := 1
	for i := first + 1; i < len(l.lines); i++ {
		if l.far(i) {
			break
		}
		common := intersect(gaps, l.row(i), l.row(first)[0].size)
		if len(common) < fewestGaps || n >= fewestRows && len(common)*4 < len(gaps)*3 {
			break
		}
		gaps = common
		if n++; n == fewestRows && len(gaps) >= maxColumns {
			return 0
		}
	}
	if n < fewestRows {
		return 0
	}
	rows := l.cells(first, n, gaps)
	from := len(l.out)
	for i := range n {
		l.write(l.row(first + i))
		l.out = append(l.out, '\n')
	}
	l.parts = append(l.parts, Part{Rows: rows, from: from, to: len(l.out)})
	return n
}

// far reports whether a line is too far below the one before it to be of the
// same table.
func (l *layout) far(i int) bool {
	above, below := l.row(i - 1)[0], l.row(i)[0]
	return above.angle != below.angle || above.v-below.v > rowGap*max(above.size, below.size)
}

// gaps are those between the words of a line where a column may end. A single
// space in a stretch of text is none: the parts of a number stand below one
// another, too.
func (l *layout) gaps(row []word) []gap {
	var list []gap
	end := row[0].u1
	for _, w := range row[1:] {
		if w.spaces != 1 && w.u0-end > columnGap*w.size {
			list = append(list, gap{end, w.u0})
		}
		end = max(end, w.u1)
	}
	return list
}

// intersect takes from gaps what a line's words stand in.
func intersect(gaps []gap, row []word, size float64) []gap {
	left := make([]gap, 0, len(gaps))
	for _, g := range gaps {
		whole := true
		for _, w := range row {
			if w.u1 <= g.from || w.u0 >= g.to {
				continue
			}
			if inside := w.u0 > g.from && w.u1 < g.to; inside || w.u0 <= g.from && w.u1 >= g.to {
				whole = false
				break
			}
			if w.u0 <= g.from {
				g.from = w.u1
			} else {
				g.to = w.u0
			}
		}
		if whole && g.to-g.from > thinnest*size && !bridged(g, row) {
			left = append(left, g)
		}
	}
	return left
}

// bridged reports whether a gap lies between two words that a single space parts.
func bridged(g gap, row []word) bool {
	for i := 1; i < len(row); i++ {
		if row[i].spaces == 1 && row[i-1].u1 <= g.from && row[i].u0 >= g.to {
			return true
		}
	}
	return false
}

// cells cuts lines at the gaps. A line that leaves its first cell and most others
// empty goes on where the one above it stopped.
func (l *layout) cells(first, n int, gaps []gap) [][][]byte {
	slices.SortFunc(gaps, func(a, b gap) int { return int(math.Copysign(1, a.from-b.from)) })
	var rows [][][]byte
	for i := first; i < first+n; i++ {
		cells := l.split(l.row(i), gaps)
		if len(rows) > 0 && continues(cells) {
			join(rows[len(rows)-1], cells)
			continue
		}
		rows = append(rows, cells)
	}
	return rows
}

func (l *layout) split(row []word, gaps []gap) [][]byte {
	cells := make([][]byte, len(gaps)+1)
	k := 0
	for len(row) > 0 {
		n := 0
		for n < len(row) && (k == len(gaps) || row[n].u0 < gaps[k].to-1e-6) {
			n++
		}
		from := len(l.out)
		l.write(row[:n])
		cells[k] = slices.Clone(l.out[from:])
		l.out = l.out[:from]
		row = row[n:]
		k++
	}
	return cells
}

func continues(cells [][]byte) bool {
	filled := 0
	for _, c := range cells {
		if len(c) > 0 {
			filled++
		}
	}
	return len(cells[0]) == 0 && filled*2 < len(cells)
}

func join(row, more [][]byte) {
	for i, c := range more {
		if len(c) > 0 {
			row[i] = append(append(row[i], ' '), c...)
		}
	}
}
