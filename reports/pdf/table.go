package pdf

// column is a column of a table.
type column struct {
	title string
	width float64 // share of the table's width
	right bool    // numbers
	style string  // of the font: "", "B" or mono
	max   int     // lines in a cell; 0: 6
}

// cell is what stands in one place of a table: words, or what draw puts there.
type cell struct {
	words string
	style string // overrides the column's
	color string // ink if empty
	id    string // an identifier, small below the words
	note  string // a remark, small below the words
	draw  func(x, y, w float64)
}

// number is a column of numbers.
func number(title string, width float64) column {
	return column{title: title, width: width, right: true}
}

// The measures of a table.
const (
	cellPadX, cellPadY = 5.0, 4.0
	maxCellLines       = 6
	tableSkip          = 8.0
	tableHeadHeight    = 20.0 // of titles on one line
)

// table sets rows below a header that is repeated on every page. No row is
// split. A table without rows is not set at all: the caller says so in words.
func (s *sheet) table(columns []column, rows [][]cell) {
	if len(rows) == 0 {
		return
	}
	columns = scaled(columns)
	head := s.tableHead(columns)
	s.room(head.height + s.together(columns, rows, 0))
	s.place(head)
	for i, r := range rows {
		if i > 0 && s.y+s.together(columns, rows, i) > bottom {
			s.page()
			s.place(head)
		}
		s.place(s.row(columns, r))
	}
	s.y += tableSkip
}

// scaled gives columns their widths in points.
func scaled(columns []column) []column {
	total := 0.0
	for _, c := range columns {
		total += c.width
	}
	all := make([]column, len(columns))
	for i, c := range columns {
		all[i] = c
		all[i].width = c.width / total * width
	}
	return all
}

// together is the height of what must stand on one page from row i on: the row,
// and after the last but one also the last, which is not to stand alone.
func (s *sheet) together(columns []column, rows [][]cell, i int) float64 {
	h := s.row(columns, rows[i]).height
	if i == len(rows)-2 {
		h += s.row(columns, rows[i+1]).height
	}
	return h
}

// tableHead is the row of titles.
func (s *sheet) tableHead(columns []column) block {
	f := font{"B", smallSize, white}
	cells := make([][]string, len(columns))
	most := 1
	for i, c := range columns {
		cells[i] = s.wrap(c.title, f, c.width-2*cellPadX, 3)
		most = max(most, len(cells[i]))
	}
	leading := f.size * 1.25
	h := float64(most)*leading + 2*cellPadY
	return block{height: h, draw: func(y float64) {
		s.fill(left, y, width, h, navy)
		x := left
		for i, c := range columns {
			for n, line := range cells[i] {
				s.cellLine(x, y+cellPadY+float64(n)*leading+f.size, c, f, line)
			}
			x += c.width
		}
	}}
}

// styled is a line of a cell in its font.
type styled struct {
	words string
	font  font
}

// row is a row of cells.
func (s *sheet) row(columns []column, cells []cell) block {
	leading := tableSize * 1.3
	lines := make([][]styled, len(columns))
	most := 1
	for i, c := range columns {
		lines[i] = s.cellLines(c, cells[i])
		most = max(most, len(lines[i]))
	}
	h := float64(most)*leading + 2*cellPadY
	return block{height: h, draw: func(y float64) {
		x := left
		for i, c := range columns {
			if cells[i].draw != nil {
				cells[i].draw(x+cellPadX, y+cellPadY, c.width-2*cellPadX)
			}
			for n, line := range lines[i] {
				s.cellLine(x, y+cellPadY+float64(n)*leading+tableSize, c, line.font, line.words)
			}
			x += c.width
		}
		s.line(left, right, y+h, rule, 0.5)
	}}
}

// cellLines wraps the words of a cell, and its identifier below them.
func (s *sheet) cellLines(c column, of cell) []styled {
	var all []styled
	limit := c.max
	if limit == 0 {
		limit = maxCellLines
	}
	if c.right && of.words != "" { // a number, which is set in full
		return []styled{{of.words, s.fitted(of.words, cellFont(c, of), c.width-2*cellPadX)}}
	}
	add := func(words string, f font, limit int) {
		if words == "" {
			return
		}
		for _, line := range s.wrap(words, f, c.width-2*cellPadX, limit) {
			all = append(all, styled{line, f})
		}
	}
	add(of.words, cellFont(c, of), limit)
	add(of.id, font{mono, 8, grey}, 2)
	add(of.note, font{"", 8.5, cellFont(c, of).color}, 6)
	return all
}

func cellFont(c column, of cell) font {
	f := font{c.style, tableSize, ink}
	if of.style != "" {
		f.style = of.style
	}
	if f.style == mono {
		f.size = 8.6 // of the same apparent size
	}
	if of.color != "" {
		f.color = of.color
	}
	return f
}

func (s *sheet) cellLine(x, y float64, c column, f font, line string) {
	if c.right {
		s.textRight(x+c.width-cellPadX, y, f, line)
	} else {
		s.text(x+cellPadX, y, f, line)
	}
}

// bounded cuts rows to what the report prints, and tells how many are left out.
func bounded[T any](rows []T, most int) ([]T, int) {
	if len(rows) <= most {
		return rows, 0
	}
	return rows[:most], len(rows) - most
}
