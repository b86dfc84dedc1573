package content_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	"trustaudit/internal/extract"
	"trustaudit/internal/extract/all"
	kinds "trustaudit/internal/identify/all"
	"trustaudit/internal/probe/content/fact"
	"trustaudit/internal/source"
)

// elsewhere plays a contained process: it does to each file what is said of it.
type elsewhere struct {
	does    map[string]error // of files, by path: how they end; those with an error give a member before
	waiting []content.Handed
	dropped int
	most    int             // that waited at once
	whole   map[string]bool // files, by path, and whether they came as their bytes alone
}

func (e *elsewhere) Hand(_ context.Context, h content.Handed) {
	e.waiting = append(e.waiting, h)
	e.most = max(e.most, len(e.waiting))
	if e.whole == nil {
		e.whole = map[string]bool{}
	}
	e.whole[h.Path] = h.File == nil && len(h.Whole) > 0
}

func (e *elsewhere) Next(context.Context) error {
	h := e.waiting[0]
	e.waiting = e.waiting[1:]
	item := h.Named
	item.Status, item.Format = fact.Read, h.Format
	err := e.does[h.Path]
	if err != nil {
		item.Path += "!/member"
	}
	return errors.Join(h.Emit(item), err)
}

func (e *elsewhere) Drop() { e.dropped++; e.waiting = nil }

// TestContained holds that facts come in the order of the items wherever these
// are examined, and that a process that ends costs one item.
func TestContained(t *testing.T) {
	archive := pack(t, "a.txt", "x")
	e := &elsewhere{does: map[string]error{"c.zip": content.ErrCrashed, "d.zip": content.ErrMemory, "f.zip": context.DeadlineExceeded}}
	got := run(t, content.Config{Contained: e},
		item("a.txt", []byte("a letter")), item("b.zip", archive), item("c.txt", []byte("a letter")), item("c.zip", archive),
		item("d.zip", archive), source.Item{Path: "e", Refused: "locked"}, item("f.zip", archive), item("g.txt", []byte("a letter")))
	want := []string{
		"a.txt text read", "b.zip zip read", "c.txt text read",
		"c.zip!/member zip read", "c.zip zip partial: parser crashed",
		"d.zip!/member zip read", "d.zip zip partial: memory limit reached",
		"e  unreadable: locked",
		"f.zip!/member zip read", "f.zip zip partial: time limit of 10m0s reached", "g.txt text read",
	}
	if diff := cmp.Diff(want, short(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if e.dropped > 0 || len(e.waiting) > 0 {
		t.Errorf("dropped %d times, %d waiting", e.dropped, len(e.waiting))
	}
}

// TestContainedMany holds that of many files some are always waited for, and
// never all, and that facts keep their order.
func TestContainedMany(t *testing.T) {
	e := &elsewhere{}
	var items []source.Item
	var want []string
	for i := range 300 {
		name := fmt.Sprintf("%d.zip", i)
		items = append(items, item(name, pack(t, name, "x")), item(name+".txt", []byte("a letter")))
		want = append(want, name+" zip read", name+".txt text read")
	}
	if diff := cmp.Diff(want, short(run(t, content.Config{Contained: e}, items...))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if e.most < 2 || e.most > 100 || len(e.waiting) > 0 {
		t.Errorf("%d waited at once, and %d in the end", e.most, len(e.waiting))
	}
}

// TestWhole holds that a small file that holds still is handed over as its bytes,
// and that no other is.
func TestWhole(t *testing.T) {
	small, large := pack(t, "a.txt", "x"), append(pack(t, "a.txt", "x"), make([]byte, 40_000)...)
	n := int64(len(small))
	e := &elsewhere{}
	run(t, content.Config{Contained: e},
		item("a.zip", small), item("grows.zip", small, n, n+1), item("longer.zip", small, n-1), item("large.zip", large))
	want := map[string]bool{"a.zip": true, "grows.zip": false, "longer.zip": false, "large.zip": false}
	if diff := cmp.Diff(want, e.whole); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestContainedStops holds that what was handed over is let go of when facts can
// no longer be recorded.
func TestContainedStops(t *testing.T) {
	full := errors.New("disk full")
	e := &elsewhere{}
	x := content.New(content.Config{
		Target: "file:///share", Key: audit.NewKey([32]byte{7}), Now: day, Formats: all.Formats(), Kinds: kinds.Kinds(),
		Contained: e, Emit: func(audit.Fact) error { return full },
	})
	for _, name := range []string{"a.zip", "b.zip"} {
		if err := x.Examine(t.Context(), item(name, pack(t, "a.txt", "x"))); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Settle(t.Context()); !errors.Is(err, full) || e.dropped != 1 {
		t.Errorf("%v, dropped %d times; want the disk's error, and once", err, e.dropped)
	}
}

// TestPlainHoldsNoFiles holds that what lies in a format that calls itself plain
// is not parsed in the scanning process, and not passed over either.
func TestPlainHoldsNoFiles(t *testing.T) {
	lying := fake(func(_ context.Context, _ extract.Document, s extract.Sink) error {
		return s.Child(extract.Child{Name: "a.txt", Size: -1, Open: nil})
	})
	lying[0].Plain = true
	got := short(run(t, content.Config{Formats: lying, Contained: &elsewhere{}}, item("a", []byte("x"))))
	want := "a!/a.txt  unreadable: not read: it lies in a format that promised to hold no files"
	if len(got) != 2 || got[0] != want {
		t.Errorf("got %q, want %q first", got, want)
	}
}

func TestRatio(t *testing.T) {
	archive := pack(t, "zeros.txt", string(bytes.Repeat([]byte("no news\n"), 300<<20/8)))
	got := short(run(t, content.Config{Limits: audit.Limits{Ratio: 10}}, item("a.zip", archive)))
	want := "a.zip!/zeros.txt text partial: limit of 10 bytes unpacked for each byte reached"
	if len(got) != 2 || !bytes.HasPrefix([]byte(got[0]), []byte(want)) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := short(run(t, content.Config{}, item("a.zip", archive))); got[0] != "a.zip!/zeros.txt text read" {
		t.Errorf("by default: %q", got)
	}
}
