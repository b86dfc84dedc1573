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
		w.digit[b], w.upper[b], w.lower[b], w.at[b], w.slash[b] = digit, upper, lower, at, slash
	}
}

// classifyDigitWords is classifyWords for digits alone.
func classifyDigitWords(digits *[chunkBlocks + 1]uint64, text []byte, blocks int) {
	for b := range blocks {
		block := text[b*blockSize : (b+1)*blockSize]
		var digit uint64
		for i := 0; i < blockSize; i += 8 {
			digit |= gather(between(word(block[i:]), '0', '9')) << i
		}
		digits[b] = digit
	}
}

// keepWords keeps the places in the blocks that have, k bytes on, a byte of the
// class.
func keepWords(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint8, blocks int) {
	for b := range blocks {
		places[b] &= class[b]>>(k&63) | class[b+1]<<(-k&63)
	}
}

// dropWords drops them.
func dropWords(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint8, blocks int) {
	for b := range blocks {
		places[b] &^= class[b]>>(k&63) | class[b+1]<<(-k&63)
	}
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
