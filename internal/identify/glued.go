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
	key := i*maxPlaces + at
	if v, ok := s.windows[key]; ok {
		return v, true
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
	if s.windows == nil {
		s.windows = map[int]int{}
	}
	s.windows[key] = v
	return v, true
}

// gluedAt asks the kinds that have a check digit about ten digits.
func (s *Scanner) gluedAt(v int, digits []byte) {
	col := &s.virtual[v]
	for k := range s.config.Kinds {
		kind := &s.config.Kinds[k]
		test := &col.tests[k]
		if !kind.Column.CheckDigit || test.tested >= windowRows && test.passed*2 < test.tested {
			continue
		}
		s.cellContext.Text, s.cellContext.Head = digits, None
		m, tested, ok := kind.Cell(&s.cellContext, CellShape{Digits: len(digits)})
		if !tested {
			continue
		}
		hash := mix(s.seed, m.Value)
		pass := ok && kind.Column.passes(m.Signals)
		if test.see(m.Value, hash, pass); pass && len(s.rowHits) < maxRowHits {
			m.Signals |= kind.Window
			s.rowHits = append(s.rowHits, hit{kind: uint8(k), column: int32(virtualBase + v), value: m.Value, hash: hash, match: m})
		}
	}
}
