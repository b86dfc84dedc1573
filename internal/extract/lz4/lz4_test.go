package lz4_test

import (
	"testing"

	"trustaudit/internal/extract/lz4"
	"trustaudit/internal/extract/unpack/unpacktest"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, lz4.Format,
		unpacktest.Sample{Name: "list.txt.lz4", Inside: "list.txt"},
		unpacktest.Sample{Name: "legacy.txt.lz4", Inside: "legacy.txt"},
	)
	unpacktest.Cut(t, lz4.Format, "list.txt.lz4", true)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, lz4.Format, "list.txt.lz4", "legacy.txt.lz4") }
