package postcode

import (
	"encoding/binary"
	"math/bits"

	"trustaudit/internal/identify"
)

// glance is parseAny for what most postcodes are: in capitals, with one space between
// the halves. done says that it is one. How long the first half is, is told without
// branches: the processor would often guess wrong.
func glance(c *identify.Context, at int) (m identify.Match, ok, done bool) {
	const longest = len("EX14 8AG")
	if at == 0 || at+longest >= len(c.Text) || c.Name {
		return m, false, false
	}
	b := c.Text[at : at+longest+1]
	text, digit := binary.LittleEndian.Uint64(b), bits.TrailingZeros64(c.Digits(at)|1<<longest)
	n := firstBlank(text) // which is behind the first half
	if digit < 1 || digit > 2 || n <= digit || n > digit+2 || !identify.IsUpper(b[0]) || !identify.IsUpper(b[digit-1]) ||
		!identify.IsUpper(b[n-1]) && !identify.IsDigit(b[n-1]) ||
		!identify.IsDigit(b[n+1]) || !final(b[n+2], false) || !final(b[n+3], false) {
		return m, false, false
	}
	if identify.IsWord(c.Text[at-1]) || identify.IsWord(b[n+4]) {
		return m, false, false
	}
	out := bits.ReverseBytes64(text) >> (64 - 8*n)
	in := bits.ReverseBytes32(binary.LittleEndian.Uint32(b[n+1:])) >> 8
	m, ok = judged(uint32(out), in, at+n+len(" 8AG"))
	return m, ok, true
}

// firstBlank returns where the first space of eight bytes is, eight when there is none.
func firstBlank(text uint64) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	other := text ^ ' '*each
	return bits.TrailingZeros64((other-each)&^other&high) / 8
}
