package bzip2_test

import (
	"testing"

	"trustaudit/internal/extract/bzip2"
	"trustaudit/internal/extract/unpack/unpacktest"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, bzip2.Format,
		unpacktest.Sample{Name: "list.txt.bz2", Inside: "list.txt"},
		unpacktest.Sample{Name: "many.tbz2", Inside: "many.tar"},
	)
	unpacktest.Cut(t, bzip2.Format, "list.txt.bz2", true)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, bzip2.Format, "list.txt.bz2") }
