package rtf

import (
	"context"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// windowSize is how much of the document is held.
const windowSize = 64 << 10

// input is a window over the document.
type input struct {
	ctx context.Context
	src io.Reader
	buf []byte
	pos int
	eof bool
}

func newInput(ctx context.Context, doc extract.Document) *input {
	return &input{ctx: ctx, src: doc.Reader(), buf: make([]byte, 0, windowSize)}
}

// window returns what is at hand: nothing at the end of the document.
func (in *input) window() ([]byte, error) {
	for in.pos == len(in.buf) && !in.eof {
		if err := in.ctx.Err(); err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		n, err := in.src.Read(in.buf[:cap(in.buf)])
		in.buf, in.pos = in.buf[:n], 0
		if in.eof = errors.Is(err, io.EOF); err != nil && !in.eof {
			return nil, fmt.Errorf("read document: %w", err)
		}
	}
	return in.buf[in.pos:], nil
}

func (in *input) advance(n int) { in.pos += n }

// next takes a byte; ok is false at the end.
func (in *input) next() (c byte, ok bool, err error) {
	b, err := in.window()
	if err != nil || len(b) == 0 {
		return 0, false, err
	}
	in.pos++
	return b[0], true, nil
}

// back gives back the byte taken last.
func (in *input) back() { in.pos-- }

// word is a control word with its number, or a control symbol.
type word struct {
	name   string // a symbol is its one byte
	number int
	has    bool // it has a number
}

const (
	maxWord   = 32
	maxDigits = 10
)

// word reads what follows a backslash.
func (in *input) word() (w word, err error) {
	c, ok, err := in.next()
	if !ok || err != nil {
		return word{}, err
	}
	if !letter(c) {
		return word{name: string([]byte{c})}, nil
	}
	var name [maxWord]byte
	n := 0
	for ok && letter(c) && n < maxWord {
		name[n] = c
		n++
		if c, ok, err = in.next(); err != nil {
			return word{}, err
		}
	}
	w.name = string(name[:n])
	minus := ok && c == '-'
	if minus {
		if c, ok, err = in.next(); err != nil {
			return word{}, err
		}
	}
	for digits := 0; ok && c >= '0' && c <= '9' && digits < maxDigits; digits++ {
		w.number, w.has = w.number*10+int(c-'0'), true
		if c, ok, err = in.next(); err != nil {
			return word{}, err
		}
	}
	if minus {
		w.number = -w.number
	}
	if ok && c != ' ' { // a space is part of the word
		in.back()
	}
	return w, nil
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// hex reads the two digits of \'xx.
func (in *input) hex() (c byte, ok bool, err error) {
	for range 2 {
		d, more, err := in.next()
		if err != nil || !more {
			return 0, false, err
		}
		v, digit := nibble(d)
		if !digit {
			in.back()
			return 0, false, nil
		}
		c = c<<4 | v
	}
	return c, true, nil
}

func nibble(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
