//go:build !amd64

package identify

// classify fills the masks of the first blocks of text, which holds them whole.
func classify(w *Sweep, text []byte, blocks int) { classifyWords(w, text, blocks) }

// classifyDigits is classify for digits alone.
func classifyDigits(digits *mask, text []byte, blocks int) {
	classifyDigitWords(digits, text, blocks)
}

// pass adds to the places the starts that a filter lets through.
func pass(w *Sweep, f filter, blocks int) { passWords(w, f, blocks) }

// thin keeps only the starts that a filter lets through.
func thin(w *Sweep, f filter, blocks int) { thinWords(w, f, blocks) }
