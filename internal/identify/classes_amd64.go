package identify

import "golang.org/x/sys/cpu"

// classify fills the masks of the first blocks of text, which holds them whole.
func classify(w *Sweep, text []byte, blocks int) {
	if cpu.X86.HasAVX2 {
		classifyAVX2(w, &text[0], blocks)
		return
	}
	classifyWords(w, text, blocks)
}

// classifyDigits is classify for digits alone.
func classifyDigits(digits *mask, text []byte, blocks int) {
	if cpu.X86.HasAVX2 {
		digitsAVX2(digits, &text[0], blocks)
		return
	}
	classifyDigitWords(digits, text, blocks)
}

// few is the number of blocks for which a call of the assembly is not worth
// while.
const few = 4

// pass adds to the places the starts that a filter lets through. What it leaves
// in other blocks means nothing.
func pass(w *Sweep, f filter, blocks int) {
	if cpu.X86.HasAVX2 && blocks > few && len(f) > 0 {
		passAVX2(w, &f[0], len(f), (blocks+3)/4)
		return
	}
	passWords(w, f, blocks)
}

// thin keeps only the starts that a filter lets through.
func thin(w *Sweep, f filter, blocks int) {
	if cpu.X86.HasAVX2 && blocks > few && len(f) > 0 {
		thinAVX2(w, &f[0], len(f), (blocks+3)/4)
		return
	}
	thinWords(w, f, blocks)
}

// passAVX2 handles four blocks at a time.
//
//go:noescape
func passAVX2(w *Sweep, first *term, terms, fours int)

// thinAVX2 handles four blocks at a time.
//
//go:noescape
func thinAVX2(w *Sweep, first *term, terms, fours int)

// classifyAVX2 reads blocks*64 bytes from text on.
//
//go:noescape
func classifyAVX2(w *Sweep, text *byte, blocks int)

// digitsAVX2 reads blocks*64 bytes from text on.
//
//go:noescape
func digitsAVX2(digits *mask, text *byte, blocks int)
