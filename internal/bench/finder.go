package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/text"
	"trustaudit/internal/identify"
	kinds "trustaudit/internal/identify/all"
	"trustaudit/internal/source"
)

// reach is how far a match, with what decides it, goes at most, and how far
// before it a kind may look.
const reach = 256

// counter counts what kinds find by form and checksum in text that comes in
// pieces: a match may be split between them. The words around a match are not
// weighed.
type counter struct {
	kinds   []identify.Kind
	counts  []int64
	finder  *identify.Finder
	sweep   identify.Sweep
	context identify.Context
	take    identify.Taker
	seam    []byte // the end of the pieces before
	next    int    // place in seam from which to look on
}

// newCounter returns a counter of the kinds of these names.
func newCounter(names []string) *counter {
	c := &counter{kinds: slices.DeleteFunc(kinds.Kinds(), func(k identify.Kind) bool { return !slices.Contains(names, k.Name) })}
	c.context.Now = time.Now() // nobody is born later
	for i := range c.kinds {
		if c.kinds[i].Name == "date-of-birth" {
			c.kinds[i].Shapes = inFigures(c.kinds[i].Shapes)
		}
	}
	c.counts = make([]int64, len(c.kinds))
	c.finder = identify.NewFinder(c.kinds)
	c.take = func(kind uint8, _ int, m identify.Match) int {
		if needs := c.kinds[kind].Needs; needs == 0 || m.Signals&needs != 0 {
			c.counts[kind]++
		}
		return m.End
	}
	return c
}

// inFigures keeps the shapes of dates that ripgrep is asked for: the day first, in
// figures.
func inFigures(shapes []string) []string {
	return slices.DeleteFunc(slices.Clone(shapes), func(s string) bool {
		return !strings.HasPrefix(s, "d/d") && !strings.HasPrefix(s, "dd/d")
	})
}

// find counts in text from from up to limit, and returns where to look on.
func (c *counter) find(text []byte, from, limit int) int {
	if from >= limit {
		return from
	}
	c.context.Text = text
	return c.finder.Find(&c.context, &c.sweep, from, limit, c.take)
}

// text takes the next piece. It is read where it lies; only its ends are copied,
// to be read together with those of its neighbours.
func (c *counter) text(b []byte) {
	had := len(c.seam)
	if had > 0 {
		c.seam = append(c.seam, b[:min(len(b), 2*reach)]...)
		if len(b) <= 2*reach {
			c.next = c.find(c.seam, c.next, len(c.seam)-reach)
			drop := max(0, c.next-reach)
			c.seam, c.next = c.seam[:copy(c.seam, c.seam[drop:])], c.next-drop
			return
		}
		c.next = c.find(c.seam, c.next, had+reach)
	}
	next := c.find(b, c.next-had, len(b)-reach)
	drop := max(0, next-reach)
	c.seam, c.next = append(c.seam[:0], b[drop:]...), next-drop
}

// end counts in what is left: nothing follows it.
func (c *counter) end() {
	c.find(c.seam, c.next, len(c.seam))
	c.seam, c.next = c.seam[:0], 0
}

// byKind is what was counted.
func (c *counter) byKind() map[string]int64 {
	counts := map[string]int64{}
	for i, k := range c.kinds {
		counts[k.Name] = c.counts[i]
	}
	return counts
}

// countText counts kinds in the text of a folder's files, by the way that a
// scan reads them, without records and evidence.
func countText(folder string, names ...string) (found, error) {
	items, closeStore, err := itemsOf(folder)
	if err != nil {
		return found{}, err
	}
	defer closeStore()
	c := newCounter(names)
	for _, item := range items {
		if err := readText(item, textSink{c}); err != nil {
			return found{}, err
		}
		c.end()
	}
	f := found{Kinds: c.byKind()}
	for _, n := range f.Kinds {
		f.Count += n
	}
	return f, nil
}

// readText reads an item as plain text.
func readText(item source.Item, sink extract.Sink) error {
	f, err := item.File()
	if err != nil {
		return err
	}
	defer f.Close()
	size, _, err := f.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, min(size, 1<<20))
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read head: %w", err)
	}
	doc := extract.Document{Name: item.Path, Size: size, Head: head[:n], Data: f}
	return text.Format.Read(context.Background(), doc, sink)
}

// textSink gives text to a counter.
type textSink struct{ counter *counter }

func (s textSink) Text(b []byte) error           { s.counter.text(b); return nil }
func (s textSink) Break() error                  { s.counter.end(); return nil }
func (textSink) Table(string, []string) error    { return errors.ErrUnsupported }
func (textSink) Row([][]byte) error              { return errors.ErrUnsupported }
func (textSink) Fields([]string, [][]byte) error { return errors.ErrUnsupported }
func (textSink) Child(extract.Child) error       { return errors.ErrUnsupported }
func (textSink) Seal(extract.Seal) error         { return errors.ErrUnsupported }
func (textSink) Partial(string)                  {}
