package identify

import "bytes"

// A form is a table that lies on its side: what stands in the first cell of a row
// calls what stands in the second, and all rows are of one person. It is told by
// its first rows, which are held until then.

// Bounds of a form.
const (
	formRows  = 48
	formText  = 8 << 10
	formCells = 6 // of a row: a few pairs may stand side by side
	formNames = 2 // that call kinds tell a form
)

// sideways holds the rows of what may be a form.
type sideways struct {
	told  bool   // the table at hand is none, or too long for one
	text  []byte // of the cells, one behind the other
	ends  []int  // of each cell in the text
	rows  []int  // how many cells each row has
	calls int    // names that call kinds
	names []string
	cells [][]byte
}

func (f *sideways) reset(told bool) {
	*f = sideways{told: told, text: f.text[:0], ends: f.ends[:0], rows: f.rows[:0], names: f.names[:0], cells: f.cells[:0]}
}

// hold takes a row of what may be a form, and reports whether it did.
func (s *Scanner) hold(cells [][]byte) bool {
	f := &s.sideways
	if f.told {
		return false
	}
	cells = filled(cells)
	if len(f.rows) == 0 && s.rows < titleRows && (len(cells) < 2 || ruled(cells)) {
		return false // a title
	}
	if ruled(cells) {
		return true
	}
	calls, ok := s.pairs(cells)
	if !ok || len(f.rows) == formRows || len(f.text) > formText {
		s.letGo()
		f.told = true
		return false
	}
	f.calls += calls
	f.rows = append(f.rows, len(cells))
	for _, cell := range cells {
		f.text = append(f.text, cell...)
		f.ends = append(f.ends, len(f.text))
	}
	return true
}

// filled returns a row without the empty cells at its ends, as a table in text has
// them that is drawn with strokes.
func filled(cells [][]byte) [][]byte {
	for len(cells) > 0 && len(bare(cells[0])) == 0 {
		cells = cells[1:]
	}
	for len(cells) > 2 && len(bare(cells[len(cells)-1])) == 0 {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// ruled reports whether a row is a line that is drawn below headings.
func ruled(cells [][]byte) bool {
	for _, cell := range cells {
		if len(bytes.Trim(cell, "-:= ")) > 0 {
			return false
		}
	}
	return true
}

// pairs reports whether a row is of names and values, one behind the other, and how
// many of the names call a kind. A first row of more than two cells without such a
// name is of headings.
func (s *Scanner) pairs(cells [][]byte) (calls int, ok bool) {
	if len(cells) < 2 || len(cells) > formCells || len(cells)%2 != 0 {
		return 0, false
	}
	for i := 0; i < len(cells); i += 2 {
		name := bare(cells[i])
		if len(name) > maxHeading || len(cells[i+1]) > formText {
			return 0, false
		}
		if shape := ShapeOf(name); shape.Letters == 0 || shape.Digits > 0 {
			return 0, false
		}
		calls += min(s.callsKind(string(name)), 1)
	}
	return calls, len(cells) == 2 || calls > 0 || len(s.sideways.rows) > 0
}

// letGo reads the rows that are held: as one record if they are a form.
func (s *Scanner) letGo() {
	f := &s.sideways
	if len(f.rows) == 0 {
		return
	}
	f.cells = f.cells[:0]
	from := 0
	for _, end := range f.ends {
		f.cells = append(f.cells, f.text[from:end])
		from = end
	}
	rows, cells, form := f.rows, f.cells, f.calls >= formNames
	f.rows = f.rows[:0]
	if form {
		s.readForm(cells)
	} else {
		for _, n := range rows {
			s.row(cells[:n])
			cells = cells[n:]
		}
	}
	f.reset(true)
}

// readForm reads names and values as the fields of one record, or of several where
// the first name comes again.
func (s *Scanner) readForm(cells [][]byte) {
	f, table := &s.sideways, s.tableName
	var values [][]byte
	take := func() {
		s.takeFields(f.names, values)
		s.tableName = table
		f.names, values = f.names[:0], values[:0]
	}
	for i := 0; i < len(cells); i += 2 {
		name := string(bare(cells[i]))
		if len(f.names) > 0 && name == f.names[0] {
			take()
		}
		f.names, values = append(f.names, name), append(values, cells[i+1])
	}
	take()
}
