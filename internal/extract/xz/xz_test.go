package xz_test

import (
	"testing"

	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extract/xz"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, xz.Format,
		unpacktest.Sample{Name: "list.txt.xz", Inside: "list.txt"},
		unpacktest.Sample{Name: "many.txz", Inside: "many.tar"},
	)
	unpacktest.Cut(t, xz.Format, "list.txt.xz", true)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, xz.Format, "list.txt.xz") }
