package zstd_test

import (
	"testing"

	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extract/zstd"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, zstd.Format,
		unpacktest.Sample{Name: "list.txt.zst", Inside: "list.txt"},
		unpacktest.Sample{Name: "many.tzst", Inside: "many.tar"},
	)
	unpacktest.Cut(t, zstd.Format, "list.txt.zst", true)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, zstd.Format, "list.txt.zst") }
