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
func classifyDigits(digits *[chunkBlocks + 1]uint64, text []byte, blocks int) {
	if cpu.X86.HasAVX2 {
		digitsAVX2(digits, &text[0], blocks)
		return
	}
	classifyDigitWords(digits, text, blocks)
}

// classifyAVX2 reads blocks*64 bytes from text on.
//
//go:noescape
func classifyAVX2(w *Sweep, text *byte, blocks int)

// digitsAVX2 reads blocks*64 bytes from text on.
//
//go:noescape
func digitsAVX2(digits *[chunkBlocks + 1]uint64, text *byte, blocks int)
