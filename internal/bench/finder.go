package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/bench/corpus"
	"trustaudit/internal/extract"
	"trustaudit/internal/extract/text"
	"trustaudit/internal/identify"
	"trustaudit/internal/source"
)

// counter counts matches in text that comes in pieces: a match may be split
// between them.
type counter interface {
	Text([]byte)
	Break()
	Counts() map[string]int64
}

// newCounter returns a counter of the kinds by name.
func newCounter(names []string) counter {
	return &standIn{kinds: names, counts: map[string]int64{}, forms: map[string][]string{
		"nhs-number":    {"dddddddddd", "ddd ddd dddd", "ddd-ddd-dddd"},
		"nino":          {"UUddddddU", "UU dd dd dd U"},
		"postcode":      {"Udd dUU", "Ud dUU", "UUd dUU", "UUdd dUU"},
		"date-of-birth": {"dd/dd/dddd"},
	}}
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
		c.Break()
	}
	f := found{Kinds: c.Counts()}
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
type textSink struct{ counter }

func (s textSink) Text(b []byte) error        { s.counter.Text(b); return nil }
func (s textSink) Break() error               { s.counter.Break(); return nil }
func (textSink) Table(string, []string) error { return errors.ErrUnsupported }
func (textSink) Row([][]byte) error           { return errors.ErrUnsupported }
func (textSink) Child(extract.Child) error    { return errors.ErrUnsupported }
func (textSink) Seal(extract.Seal) error      { return errors.ErrUnsupported }
func (textSink) Partial(string)               {}

// standIn is a plain loop until the engine can be asked: it gathers lines.
type standIn struct {
	kinds  []string
	counts map[string]int64
	forms  map[string][]string
	line   []byte
}

func (s *standIn) Counts() map[string]int64 { return s.counts }
func (s *standIn) Break()                   { s.scan(); s.line = s.line[:0] }
func (s *standIn) Text(b []byte) {
	for _, ch := range b {
		s.line = append(s.line, ch)
		if ch == '\n' || len(s.line) > 1<<20 {
			s.Break()
		}
	}
}

func (s *standIn) scan() {
	for i := 0; i < len(s.line); {
		if i > 0 && identify.IsWord(s.line[i-1]) || !identify.IsWord(s.line[i]) {
			i++
			continue
		}
		n := 1
		for _, k := range s.kinds {
			if m := s.match(k, s.line[i:]); m > 0 {
				s.counts[k]++
				n = m
				break
			}
		}
		i += n
	}
}

// match returns the length of a match at the beginning of the text.
func (s *standIn) match(kind string, b []byte) int {
	for _, form := range s.forms[kind] {
		if number, ok := shaped(b, form); ok && (kind != "nhs-number" || corpus.Valid(number)) {
			return len(form)
		}
	}
	return 0
}

func shaped(b []byte, form string) (number uint64, ok bool) {
	if len(b) < len(form) || len(b) > len(form) && identify.IsWord(b[len(form)]) {
		return 0, false
	}
	for i, f := range []byte(form) {
		switch ch := b[i]; {
		case f == 'd' && identify.IsDigit(ch):
			number = number*10 + uint64(ch-'0')
		case f == 'U' && identify.IsUpper(ch):
		case f != ch:
			return 0, false
		}
	}
	return number, true
}
