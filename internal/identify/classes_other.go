//go:build !amd64

package identify

// classify fills the masks of the first blocks of text, which holds them whole.
func classify(w *Sweep, text []byte, blocks int) { classifyWords(w, text, blocks) }

// classifyDigits is classify for digits alone.
func classifyDigits(digits *[chunkBlocks + 1]uint64, text []byte, blocks int) {
	classifyDigitWords(digits, text, blocks)
}
