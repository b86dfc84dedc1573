package identify

// Fields of fixed width are written without anything between them, and a number
// of ten digits then stands inside a longer run of them: in the same place of
// each row. Every place is a column of its own, which counts only when its test
// accepts it.

// Bounds of glued digits.
const (
	gluedDigits = 10 // more than that are glued
	gluedMost   = 40
	maxPlaces   = 64      // of a column
	virtualBase = 1 << 16 // columns from here on are places in glued digits
	maxWindows  = 96      // of a table
	windowRows  = 12      // after which a place that mostly fails is looked at no more
)

// glued looks at every ten digits of a cell that has more of them.
func (s *Scanner) glued(i int, cell []byte) {
	if len(cell) > gluedMost {
		return
	}
	for at := 0; at+gluedDigits <= len(cell); at++ {
		v, ok := s.window(i, at)
		if !ok {
			return
		}
		s.gluedAt(v, cell[at:at+gluedDigits])
	}
}

// window returns the virtual column of a place in a column, making it.
func (s *Scanner) window(i, at int) (int, bool) {
	col := &s.columns[i]
	if len(col.places) == 0 {
		col.places = make([]int32, maxPlaces)
	}
	if v := col.places[at]; v > 0 {
		return int(v) - 1, true
	}
	v := len(s.virtual)
	if v == maxWindows {
		return 0, false
	}
	if v < cap(s.virtual) {
		s.virtual = s.virtual[:v+1]
	} else {
		s.virtual = append(s.virtual, column{})
	}
	s.virtual[v].reset(len(s.config.Kinds))
	col.places[at] = int32(v) + 1
	return v, true
}

// gluedAt asks the kinds that have a check digit about ten digits.
func (s *Scanner) gluedAt(v int, digits []byte) {
	col := &s.virtual[v]
	s.cellContext.Text, s.cellContext.Head = digits, None
	for asked := s.asks.checked &^ col.spent; asked != 0; asked &= asked - 1 {
		k := asked.first()
		kind, test := &s.config.Kinds[k], &col.tests[k]
		m, tested, ok := kind.Cell(&s.cellContext, CellShape{Digits: len(digits)})
		if !tested {
			continue
		}
		hash := mix(s.seed, m.Value)
		pass := ok && kind.Column.passes(m.Signals)
		test.see(m.Value, hash, pass)
		if pass && len(s.rowHits) < maxRowHits {
			m.Signals |= kind.Window
			s.rowHits = append(s.rowHits, hit{kind: uint8(k), column: int32(virtualBase + v), value: m.Value, hash: hash, match: m})
		}
		col.spent = col.spent.with(k, test.tested >= windowRows && test.passed*2 < test.tested)
	}
}
