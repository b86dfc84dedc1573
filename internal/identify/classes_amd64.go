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

// few is the number of blocks for which a call of the assembly is not worth
// while.
const few = 4

// keep keeps the places in the blocks that have, k bytes on, a byte of the
// class. What it leaves in other blocks means nothing.
func keep(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint8, blocks int) {
	if cpu.X86.HasAVX2 && blocks > few {
		keepAVX2(places, class, uint64(k), (blocks+3)/4)
		return
	}
	keepWords(places, class, k, blocks)
}

// drop drops them.
func drop(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint8, blocks int) {
	if cpu.X86.HasAVX2 && blocks > few {
		dropAVX2(places, class, uint64(k), (blocks+3)/4)
		return
	}
	dropWords(places, class, k, blocks)
}

// keepAVX2 handles four blocks at a time.
//
//go:noescape
func keepAVX2(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint64, fours int)

// dropAVX2 handles four blocks at a time.
//
//go:noescape
func dropAVX2(places *[chunkBlocks]uint64, class *[chunkBlocks + 1]uint64, k uint64, fours int)

// classifyAVX2 reads blocks*64 bytes from text on.
//
//go:noescape
func classifyAVX2(w *Sweep, text *byte, blocks int)

// digitsAVX2 reads blocks*64 bytes from text on.
//
//go:noescape
func digitsAVX2(digits *[chunkBlocks + 1]uint64, text *byte, blocks int)
