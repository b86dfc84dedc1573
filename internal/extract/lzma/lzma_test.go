package lzma_test

import (
	"testing"

	"trustaudit/internal/extract/lzma"
	"trustaudit/internal/extract/unpack/unpacktest"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, lzma.Format,
		unpacktest.Sample{Name: "list.txt.lzma", Inside: "list.txt"},
		unpacktest.Sample{Name: "list.txt.lz", Inside: "list.txt"},
		unpacktest.Sample{Name: "many.txt.lz", Inside: "many.txt"},
	)
	unpacktest.Cut(t, lzma.Format, "list.txt.lz", false)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, lzma.Format, "list.txt.lzma", "list.txt.lz") }
