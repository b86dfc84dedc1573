package xz_test

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/unpack/unpacktest"
	"trustaudit/internal/extract/xz"
	"trustaudit/internal/extracttest"
)

func TestConformance(t *testing.T) {
	unpacktest.Run(t, xz.Format,
		unpacktest.Sample{Name: "list.txt.xz", Inside: "list.txt"},
		unpacktest.Sample{Name: "many.txz", Inside: "many.tar"},
		unpacktest.Sample{Name: "delta.xz", Inside: "delta"},
	)
	unpacktest.Cut(t, xz.Format, "list.txt.xz", false)
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What a filter for programs went over is not supported; it is not corrupt.
func TestFilter(t *testing.T) {
	got := extracttest.Read(t, xz.Format, "x.xz", read(t, "filtered.xz"))
	if len(got.Kids) != 1 || !errors.Is(got.Kids[0].Err, extract.ErrUnsupported) {
		t.Errorf("children %d, want one that is not supported", len(got.Kids))
	}
}

// Every byte counts: whichever is changed, it is told or makes no difference.
func TestDamage(t *testing.T) {
	whole := read(t, "many.txz")
	for i := 0; i < len(whole); i += 1 + len(whole)/300 {
		data := bytes.Clone(whole)
		data[i] ^= 0x41
		for _, k := range extracttest.Read(t, xz.Format, "x.xz", data).Kids {
			if k.Err == nil && k.Data != unpacktest.Text() {
				t.Errorf("byte %d changed, and nothing said", i)
			}
		}
	}
}

func FuzzRead(f *testing.F) { unpacktest.Fuzz(f, xz.Format, "list.txt.xz", "many.txz") }
