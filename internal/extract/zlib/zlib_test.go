package zlib_test

import (
	"testing"

	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extract/zlib"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, zlib.Format,
		unpacktest.Sample{Name: "list.txt.zlib", Inside: "list.txt"},
		unpacktest.Sample{Name: "best.zz", Inside: "best"},
	)
	unpacktest.Cut(t, zlib.Format, "list.txt.zlib", false)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, zlib.Format, "list.txt.zlib") }
