package identify

import "math/bits"

// classifyWords is classify in plain Go, eight bytes at a time (SWAR). It is
// what the assembly is held equal to, and what runs where there is none.
func classifyWords(w *Sweep, text []byte, blocks int) {
	for b := range blocks {
		block := text[b*blockSize : (b+1)*blockSize]
		var digit, upper, lower, at, slash uint64
		for i := 0; i < blockSize; i += 8 {
			x := word(block[i:])
			digit |= gather(between(x, '0', '9')) << i
			upper |= gather(between(x, 'A', 'Z')) << i
			lower |= gather(between(x, 'a', 'z')) << i
			at |= gather(between(x, '@', '@')) << i
			slash |= gather(between(x, '-', '/')) << i
		}
		w.is[digitClass][b], w.is[upperClass][b], w.is[lowerClass][b] = digit, upper, lower
		w.is[atClass][b], w.is[slashClass][b] = at, slash
	}
}

// classifyDigitWords is classifyWords for digits alone.
func classifyDigitWords(digits *mask, text []byte, blocks int) {
	for b := range blocks {
		block := text[b*blockSize : (b+1)*blockSize]
		var digit uint64
		for i := 0; i < blockSize; i += 8 {
			digit |= gather(between(word(block[i:]), '0', '9')) << i
		}
		digits[b] = digit
	}
}

// passWords adds to the places the starts that a filter lets through.
func passWords(w *Sweep, f filter, blocks int) {
	for b := range blocks {
		w.places[b] |= w.starts[b] & f.at(w, b)
	}
}

// thinWords keeps only the starts that a filter lets through.
func thinWords(w *Sweep, f filter, blocks int) {
	for b := range blocks {
		w.starts[b] &= f.at(w, b)
	}
}

// at returns where in a block the terms hold.
func (f filter) at(w *Sweep, b int) uint64 {
	places := ^uint64(0)
	for i := range f {
		t := &f[i]
		is := &w.is[t.class()]
		places &= (is[b]>>(t.right[0]&63) | is[b+1]<<1<<((t.left[0]-1)&63)) ^ t.flip
	}
	return places
}

const (
	eachLow  = 0x0101010101010101
	eachHigh = 0x8080808080808080
)

// between sets the high bit of every byte from low to high, both ASCII.
func between(x uint64, low, high byte) uint64 {
	seven := x &^ eachHigh
	from := seven + uint64(0x80-low)*eachLow
	beyond := seven + uint64(0x7f-high)*eachLow
	return from &^ beyond &^ x & eachHigh
}

// gather makes a byte of the high bits of eight, the first lowest.
func gather(x uint64) uint64 {
	return x >> 7 * 0x0102040810204080 >> 56
}

// letters returns how many ASCII letters stand at the beginning of text, eight
// at most when it is cut off.
func letters(text []byte) int {
	if len(text) < 8 {
		n := 0
		for n < len(text) && IsLetter(text[n]) {
			n++
		}
		return n
	}
	x := word(text)
	return bits.TrailingZeros64(^between(x|0x20*eachLow, 'a', 'z')&eachHigh) / 8
}
