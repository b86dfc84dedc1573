package compress_test

import (
	"testing"

	"trustaudit/internal/extract/compress"
	"trustaudit/internal/extract/unpack/unpacktest"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, compress.Format,
		unpacktest.Sample{Name: "list.txt.Z", Inside: "list.txt"},
		unpacktest.Sample{Name: "narrow.Z", Inside: "narrow"},
	)
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, compress.Format, "list.txt.Z", "narrow.Z") }
