package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/bench/corpus"
	"trustaudit/internal/content"
	formats "trustaudit/internal/extract/all"
	kinds "trustaudit/internal/identify/all"
	"trustaudit/internal/probe/content/fact"
	"trustaudit/internal/source"
)

// TestEnginesCount holds the engines of this program to what was planted.
func TestEnginesCount(t *testing.T) {
	b := bench{dir: t.TempDir()}
	m, err := b.plant("dense", corpus.Dense(), 3_000_000)
	if err != nil {
		t.Fatal(err)
	}
	told := m.tally
	numbers, err := matchRegexp(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(found{Count: told.TenDigits, Valid: told.Valid}, numbers); diff != "" {
		t.Errorf("regular expression:\n%s", diff)
	}
	four, err := countText(m.folder, fourKinds()...)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"nhs-number": told.Valid, "nino": told.NINOs, "postcode": told.Postcodes, "date-of-birth": told.Dates}
	for kind, got := range four.Kinds {
		if got != want[kind] {
			t.Errorf("%s: %d, want %d", kind, got, want[kind])
		}
	}
	if four.Kinds["nhs-number"] == 0 || four.Kinds["date-of-birth"] == 0 {
		t.Errorf("four kinds: %v", four.Kinds)
	}
	one, err := examine(m.folder, 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := examine(m.folder, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("one worker (-), two (+):\n%s", diff)
	}
	if one.Count < told.Planted*99/100 {
		t.Errorf("%d NHS numbers of %d", one.Count, told.Planted)
	}
}

func TestSums(t *testing.T) {
	if !canMap {
		t.Skip("files cannot be mapped here")
	}
	b := bench{dir: t.TempDir()}
	m, err := b.plant("sparse", corpus.Sparse(), 3_000_000)
	if err != nil {
		t.Fatal(err)
	}
	read, err := sumRead(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	mapped, err := sumMapped(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	if read.Sum == 0 || read.Sum != mapped.Sum {
		t.Errorf("read %d, mapped %d", read.Sum, mapped.Sum)
	}
}

// TestCounterPieces holds that it does not matter how text is cut into pieces.
func TestCounterPieces(t *testing.T) {
	var b bytes.Buffer
	told, err := corpus.Dense().Write(&b, 9, 200_000)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 4))
	for _, most := range []int{1, 7, 300, 600, 5000, 1 << 20} {
		c := newCounter([]string{"nhs-number", "postcode"})
		for rest := b.Bytes(); len(rest) > 0; {
			n := min(1+r.IntN(most), len(rest))
			piece := bytes.Clone(rest[:n])
			c.text(piece)
			clear(piece) // pieces belong to the reader
			rest = rest[n:]
		}
		c.end()
		want := map[string]int64{"nhs-number": told.Valid, "postcode": told.Postcodes}
		if diff := cmp.Diff(want, c.byKind()); diff != "" {
			t.Errorf("pieces of up to %d bytes:\n%s", most, diff)
		}
	}
}

// shrinking is a file that is cut short behind the reader's back.
type shrinking struct {
	source.File
	path  string
	size  int64
	reads int
}

func (f *shrinking) ReadAt(p []byte, off int64) (int, error) {
	if f.reads++; f.reads == 4 {
		if err := os.Truncate(f.path, f.size); err != nil {
			return 0, err
		}
	}
	return f.File.ReadAt(p, off)
}

// TestShrinkingFile holds that a file that shrinks while it is read is read as
// far as it goes, and said to have changed.
func TestShrinkingFile(t *testing.T) {
	for _, left := range []int64{0, 1, 1 << 20, 3<<20 + 5} {
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			b := bench{dir: t.TempDir()}
			m, err := b.plant("dense", corpus.Dense(), 16<<20)
			if err != nil {
				t.Fatal(err)
			}
			items, closeStore, err := itemsOf(m.folder)
			if err != nil {
				t.Fatal(err)
			}
			defer closeStore()
			item := items[0]
			item.File = func() (source.File, error) {
				f, err := items[0].File()
				return &shrinking{File: f, path: m.files[0], size: left}, err
			}
			var got []fact.Item
			x := content.New(content.Config{
				Target: "file:///bench", Key: audit.NewKey([32]byte{1}), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
				Formats: formats.Formats(), Kinds: kinds.Kinds(),
				Emit: func(a audit.Fact) error {
					if i, ok := a.(fact.Item); ok {
						got = append(got, i)
					}
					return nil
				},
			})
			if err := x.Examine(context.Background(), item); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Status != fact.Partial || !strings.Contains(got[0].Reason, "changed while being read") {
				t.Fatalf("facts: %+v", got)
			}
			if n := got[0].Identifiers["nhs-number"].Count; n == 0 || n > m.tally.Planted/2 {
				t.Errorf("%d NHS numbers of %d", n, m.tally.Planted)
			}
		})
	}
}

// cutter is a sink that cuts the file it is fed from.
type cutter struct {
	textSink
	path string
	size int64
}

func (c cutter) Text(b []byte) error {
	if err := os.Truncate(c.path, c.size); err != nil {
		return err
	}
	return c.textSink.Text(b)
}

func TestShrinkingText(t *testing.T) {
	b := bench{dir: t.TempDir()}
	m, err := b.plant("dense", corpus.Dense(), 16<<20)
	if err != nil {
		t.Fatal(err)
	}
	items, closeStore, err := itemsOf(m.folder)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore()
	c := newCounter([]string{"nhs-number"})
	if err := readText(items[0], cutter{textSink{c}, m.files[0], 4096}); err != nil {
		t.Fatal(err)
	}
	c.end()
	if n := c.byKind()["nhs-number"]; n == 0 || n >= m.tally.Valid/2 {
		t.Errorf("%d NHS numbers of %d", n, m.tally.Valid)
	}
}

func TestBar(t *testing.T) {
	tests := []struct {
		bar  bar
		want string
	}{
		{bar{what: "speed", figure: 8, unit: "x", wanted: 8}, "pass"},
		{bar{what: "speed", figure: 7.9, unit: "x", wanted: 8}, "miss"},
		{bar{what: "memory", figure: 64, unit: "MiB", wanted: 64, most: true}, "pass"},
		{bar{what: "memory", figure: 65, unit: "MiB", wanted: 64, most: true}, "miss"},
		{bar{what: "speed", missing: "the peer is missing"}, "not measured: the peer is missing"},
	}
	for _, tt := range tests {
		if got := tt.bar.String(); !strings.HasPrefix(got, tt.bar.what) || !strings.HasSuffix(got, tt.want) {
			t.Errorf("%+v: %q", tt.bar, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	tests := map[string]int64{"100MB": 1e8, "1GB": 1e9, "4096": 4096, "": 0, "MB": 0, "-1MB": 0, "0": 0, "1e9": 0, "9999999999GB": 0}
	for text, want := range tests {
		got, err := parseSize(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

// TestPaged holds that the hostile texts that would not pass for text do.
func TestPaged(t *testing.T) {
	for _, h := range hostileTexts() {
		if !h.paged {
			continue
		}
		folder := t.TempDir()
		path := filepath.Join(folder, "text.txt")
		if err := writeFile(path, func(f *os.File) error { return h.write(f, 4<<20) }); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != 4<<20 {
			t.Fatalf("%s: %v, %v", h.name, info, err)
		}
		got, err := examine(folder, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Read) != 1 || !strings.HasPrefix(got.Read[0], "text") || got.Count == 0 {
			t.Errorf("%s: %+v", h.name, got)
		}
	}
}
