package gzip_test

import (
	"testing"

	"trustaudit/internal/extract/gzip"
	"trustaudit/internal/extract/unpack/unpacktest"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, gzip.Format,
		unpacktest.Sample{Name: "renamed.gz", Inside: "original.txt"},
		unpacktest.Sample{Name: "list.txt.gz", Inside: "list.txt"},
		unpacktest.Sample{Name: "many.txt.gz", Inside: "many.txt"},
	)
	unpacktest.Cut(t, gzip.Format, "list.txt.gz", false)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, gzip.Format, "list.txt.gz", "many.txt.gz") }
