package material

import "iter"

// A Column is one column of a table and what is true of it.
type Column struct {
	Template string
	Heading  string // empty if it has none
	Values   []string
	NHS      bool // its values are patients' numbers
}

// A Record is one passage or one row, and what is true of it.
type Record struct {
	Template     string
	Text         string   // a passage
	Columns      []string // headings of a row, if it has any
	Cells        []string // a row, if there is no text
	Identifiable bool
}

// RandomColumns yields columns of ten digits that are nobody's number.
func RandomColumns(seed uint64, n int) iter.Seq[Column] {
	return func(yield func(Column) bool) {
		for i := range n {
			m := newMaker(seed, uint64(i))
			c := Column{Template: "uniform"}
			for range 50 + m.IntN(9951) {
				c.Values = append(c.Values, m.value("ten", nil))
			}
			if !yield(c) {
				return
			}
		}
	}
}

// NumberColumns yields columns of patients' numbers that nothing names.
func NumberColumns(seed uint64, n int) iter.Seq[Column] {
	return func(yield func(Column) bool) {
		for i := range n {
			m := newMaker(seed, uint64(i))
			c := Column{Template: "nhs", NHS: true}
			for range 8 + m.IntN(193) {
				c.Values = append(c.Values, m.nhs(m.style.scheme))
			}
			if !yield(c) {
				return
			}
		}
	}
}

// Records yields records that are hard to tell.
func Records(seed uint64, n int) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for i := range n {
			m := newMaker(seed, uint64(i))
			p := m.patient()
			r := Record{Template: "lone-number", Identifiable: m.IntN(2) == 0}
			if r.Identifiable {
				r.Text = m.fill("Ring back «~re bloods¦today¦asap» «nhs»", p)
			} else {
				r.Text = m.fill("Ring back «~re bloods¦today¦asap» «pass»", p)
			}
			if !yield(r) {
				return
			}
		}
	}
}
