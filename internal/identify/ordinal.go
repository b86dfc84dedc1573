package identify

import (
	"bytes"
	"math/bits"
)

// ordinals bounds the numbers of a line that are told apart: the n-th number on
// each line is a column, as in a log.
const ordinals = 12

// ordinal returns how many numbers stand before the place on its line, at most
// ordinals-1, as far back as is looked.
func ordinal(text []byte, at int) int {
	const reach = 512
	line := text[max(0, at-reach):at]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	n := 0
	last := uint64(0) // the byte before is a digit
	for ; len(line) >= 8; line = line[8:] {
		digits := gather(between(word(line), '0', '9'))
		n += bits.OnesCount64(digits &^ (digits<<1 | last))
		last = digits >> 7
	}
	for _, ch := range line {
		digit := bit(IsDigit(ch))
		n += int(digit &^ last)
		last = digit
	}
	return min(n, ordinals-1)
}

// ordinalColumn is the column of a bare match that is the n-th number of its
// line.
func ordinalColumn(n int) int32 { return inProse - 1 - int32(n) }

// proseTest returns the tests of a bare match in prose: of its place in the
// line, and of all.
func (s *Scanner) proseTest(column int, kind uint8) (own, all *columnTest) {
	tests := s.proseTests[int(kind)*(ordinals+1):][:ordinals+1]
	if column >= inProse {
		return &tests[ordinals], &tests[ordinals]
	}
	return &tests[inProse-1-column], &tests[ordinals]
}
