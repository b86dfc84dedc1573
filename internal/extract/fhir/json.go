package fhir

import (
	"context"
	"fmt"

	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/json"
	"trustaudit/internal/extract/number"
)

// tokens reads JSON, whatever its faults, into a walker.
type tokens struct {
	s     *charset.Stream
	w     *walker
	stack []byte // of '{' and '['
	over  int    // containers beyond maxDepth
	due   bool   // a key is due
	key   []byte
	text  []byte
	cut   bool // the text is longer than what is held
}

const (
	maxDepth = 256
	maxKey   = 64
	maxText  = 8 << 20
)

func readJSON(ctx context.Context, s *charset.Stream, w *walker) error {
	t := &tokens{s: s, w: w}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read FHIR: %w", ctx.Err())
		}
		b, err := json.Window(t.s)
		if err != nil {
			return err
		}
		if len(b) == 0 {
			return w.end()
		}
		if err := t.token(b[0]); err != nil {
			return err
		}
	}
}

func (t *tokens) inObject() bool {
	return len(t.stack) > 0 && t.stack[len(t.stack)-1] == '{'
}

func (t *tokens) token(c byte) error {
	switch c {
	case ' ', '\t', '\r', '\n', 0x1e:
		t.s.Advance(1)
	case '{', '[':
		t.s.Advance(1)
		return t.open(c)
	case '}', ']':
		t.s.Advance(1)
		return t.close()
	case ',':
		t.s.Advance(1)
		t.due = t.inObject()
	case ':':
		t.s.Advance(1)
		t.due = false
	default:
		return t.scalar(c)
	}
	return nil
}

func (t *tokens) open(c byte) error {
	if len(t.stack) == maxDepth {
		t.over++
		return nil
	}
	t.stack = append(t.stack, c)
	if c == '[' {
		return nil
	}
	t.due = true
	t.w.enter(t.key)
	return nil
}

func (t *tokens) close() error {
	switch {
	case t.over > 0:
		t.over--
		return nil
	case len(t.stack) == 0:
		return nil
	}
	object := t.inObject()
	t.stack = t.stack[:len(t.stack)-1]
	t.due = false
	if !object {
		return nil
	}
	t.key = append(t.key[:0], t.w.top().key...)
	return t.w.leave()
}

// scalar takes a key or a plain value.
func (t *tokens) scalar(c byte) error {
	t.text, t.cut = t.text[:0], false
	read := json.Literal
	if c == '"' {
		t.s.Advance(1)
		read = json.Quoted
	}
	if err := read(t.s, t.add); err != nil {
		return err
	}
	if t.due && t.inObject() {
		t.key = append(t.key[:0], t.text[:min(len(t.text), maxKey)]...)
		return nil
	}
	if t.cut {
		t.w.sink.Partial("a value too long to be held")
	}
	if c != '"' {
		return t.w.value(t.key, number.Plain(t.text))
	}
	return t.w.value(t.key, t.text)
}

func (t *tokens) add(b []byte) error {
	n := min(len(b), maxText-len(t.text))
	t.text = append(t.text, b[:n]...)
	t.cut = t.cut || n < len(b)
	return nil
}
