package identify

import "math/bits"

// kindSet is a set of kinds by number.
type kindSet uint64

func (s kindSet) has(k int) bool { return s>>k&1 != 0 }
func (s kindSet) first() int     { return bits.TrailingZeros64(uint64(s)) }

// with returns the set with a kind if it is to be in it.
func (s kindSet) with(k int, in bool) kindSet {
	if in {
		return s | 1<<k
	}
	return s
}

// cellKinds tells by what a cell is made of which kinds to ask about it: there is
// a set for each count of a sort of byte, of the kinds whose range holds it.
type cellKinds struct {
	digits, letters, other, length [maxCell + 1]kindSet
	called                         kindSet // that ask for a heading
	checked                        kindSet // that have a check digit
}

func readCells(kinds []Kind) *cellKinds {
	c := &cellKinds{}
	for k := range kinds {
		if kinds[k].Cell == nil {
			continue
		}
		ranges := &kinds[k].Cells
		for n := range maxCell + 1 {
			c.digits[n] = c.digits[n].with(k, ranges.Digits.has(n))
			c.letters[n] = c.letters[n].with(k, ranges.Letters.has(n))
			c.other[n] = c.other[n].with(k, ranges.Other.has(n))
			c.length[n] = c.length[n].with(k, ranges.Length.has(n))
		}
		c.called = c.called.with(k, ranges.Called)
		c.checked = c.checked.with(k, kinds[k].Column.CheckDigit)
	}
	return c
}

// of returns the kinds whose ranges hold a cell.
func (c *cellKinds) of(shape *CellShape, length int) kindSet {
	return c.digits[shape.Digits] & c.letters[shape.Letters] & c.other[shape.Other] & c.length[length]
}
