//go:build !amd64

package identify

// classify fills the masks of the first blocks of text, which holds them whole.
func classify(w *Sweep, text []byte, blocks int) { classifyWords(w, text, blocks) }

// classifyDigits is classify for digits alone.
func classifyDigits(digits *[chunkBlocks + 1]uint64, text []byte, blocks int) {
	classifyDigitWords(digits, text, blocks)
}

// keep keeps the places in the blocks that have, k bytes on, a byte of the
// class.
func keep(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint8, blocks int) {
	keepWords(places, class, k, blocks)
}

// drop drops them.
func drop(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint8, blocks int) {
	dropWords(places, class, k, blocks)
}
