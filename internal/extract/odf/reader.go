package odf

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/grid"
	"trustaudit/internal/extract/heading"
	"trustaudit/internal/extract/xml/markup"
)

const flushAt = 32 << 10

// reader turns a part into text and tables.
type reader struct {
	ctx  context.Context
	x    *markup.Scanner
	sink extract.Sink
	el   element

	buf   []byte
	aside []byte // follows the paragraph, or the table
	links []byte // addresses, which follow all

	deep    int   // paragraphs at hand: one in another interrupts it
	skip    int   // elements at hand that do not count
	boxes   []box // at hand
	newline bool  // due if another paragraph follows in this cell
	cells   int   // cells at hand
	table   heading.Names

	sheets   bool // tables are sheets
	sheet    *grid.Grid
	tables   int // at hand within the sheet
	cell     cell
	value    []byte
	pictures int
}

// box is what stands at a place without being part of the text there.
type box struct {
	deep  int  // paragraphs around it
	aside bool // it interrupts
}

// element is the one begun last, with the attributes that matter.
type element struct {
	name            string
	title, href     []byte
	number, date    []byte // values of a cell
	text, current   []byte
	columns, spaces int
}

func newReader(ctx context.Context, x *markup.Scanner, sink extract.Sink) *reader {
	return &reader{ctx: ctx, x: x, sink: sink}
}

func (r *reader) read() error {
	for {
		t, err := r.x.Next()
		if err != nil {
			return err
		}
		if t.Kind == markup.Attr {
			r.el.attr(t.Name, t.Text)
			continue
		}
		if r.el.name != "" {
			name := r.el.name
			r.el.name = ""
			if err := r.open(name); err != nil {
				return err
			}
			if name == "binary-data" && t.Kind == markup.Text {
				if err := r.picture(t.Text); err != nil {
					return err
				}
				continue
			}
		}
		if t.Kind == markup.EOF {
			return r.end()
		}
		if err := r.take(t); err != nil {
			return err
		}
		if len(r.buf) < flushAt && len(r.aside) < 1<<20 {
			continue
		}
		if err := r.flush(); err != nil {
			return err
		}
	}
}

// attr keeps an attribute that matters.
func (e *element) attr(name, value []byte) {
	switch string(name) {
	case "name":
		e.title = append(e.title[:0], value...)
	case "href":
		e.href = append(e.href[:0], value...)
	case "value":
		e.number = append(e.number[:0], value...)
	case "date-value":
		e.date = append(e.date[:0], value...)
	case "string-value", "string-value-if-true", "string-value-if-false":
		e.text = append(e.text[:0], value...)
	case "current-value":
		e.current = append(e.current[:0], value...)
	case "number-columns-repeated":
		e.columns, _ = strconv.Atoi(string(value)) // none is one
	case "c":
		e.spaces, _ = strconv.Atoi(string(value))
	}
}

func (e *element) begin(name []byte) {
	e.name = string(name)
	for _, b := range []*[]byte{&e.title, &e.href, &e.number, &e.date, &e.text, &e.current} {
		*b = (*b)[:0]
	}
	e.columns, e.spaces = 1, 1
}

func (r *reader) take(t markup.Token) error {
	switch t.Kind {
	case markup.Start:
		r.el.begin(t.Name)
	case markup.End:
		return r.close(string(t.Name))
	case markup.Text:
		if r.skip == 0 && r.deep > r.floor() {
			r.write(spaced(t.Text))
		}
	}
	return nil
}

// floor is how many paragraphs there are around the box at hand: what stands
// in it but in no paragraph of its own is no text.
func (r *reader) floor() int {
	if n := len(r.boxes); n > 0 {
		return r.boxes[n-1].deep
	}
	return 0
}

// interrupts reports whether what is at hand is no part of the text around it.
func (r *reader) interrupts() bool {
	n := len(r.boxes)
	return n > 0 && r.boxes[n-1].aside || r.deep > 1
}

// spaced turns the ends of lines and what indents them into a space.
func spaced(b []byte) []byte {
	if bytes.IndexByte(b, '\n') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	gap := false
	for _, c := range b {
		if blank := c == '\n' || c == '\r' || c == '\t'; blank || gap && c == ' ' {
			if !gap {
				out = append(out, ' ')
			}
			gap = true
			continue
		}
		gap = false
		out = append(out, c)
	}
	return out
}

// write adds text where it belongs.
func (r *reader) write(b []byte) {
	switch {
	case r.interrupts():
		r.aside = append(r.aside, b...)
	case r.sheet != nil && r.cells > 0:
		if len(r.value) < grid.MaxRow {
			r.value = append(r.value, b...)
		} else { // no cell is as long, but nothing is lost
			r.aside = append(r.aside, b...)
		}
	default:
		r.buf = append(r.buf, b...)
	}
}

// line writes a line of its own, beside the text.
func (r *reader) line(b []byte) {
	if len(b) > 0 {
		r.aside = append(append(r.aside, b...), '\n')
	}
}

// paragraph ends one.
func (r *reader) paragraph() {
	switch {
	case r.interrupts():
		r.aside = append(r.aside, '\n')
	case r.cells > 0:
		r.newline = true
	default:
		r.buf = append(r.buf, '\n')
		r.interrupt()
	}
}

// interrupt writes the notes and boxes that stand in the paragraph before.
func (r *reader) interrupt() {
	r.buf = append(r.buf, r.aside...)
	r.aside = r.aside[:0]
}

func (r *reader) flush() error {
	if r.sheet == nil && r.cells == 0 && r.deep == 0 || len(r.aside) >= 1<<20 {
		r.interrupt()
	}
	b := r.buf
	r.buf = r.buf[:0]
	r.table.Flushed()
	if err := r.ctx.Err(); err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	return r.sink.Text(b)
}

func (r *reader) end() error {
	if r.sheet != nil { // cut off
		if err := r.sheet.End(); err != nil {
			return err
		}
	}
	r.sheet, r.cells, r.deep = nil, 0, 0
	r.buf = append(r.buf, '\n')
	r.line(r.links)
	return r.flush()
}

// picture gives a picture of a flat document: the text of the element at hand.
func (r *reader) picture(first []byte) error {
	r.pictures++
	in := &encoded{x: r.x, rest: bytes.Clone(first)}
	err := r.sink.Child(extract.Child{Name: fmt.Sprintf("picture-%d", r.pictures), Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(base64.NewDecoder(base64.StdEncoding, in)), nil
	}})
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// encoded reads the text of an element, without its white space.
type encoded struct {
	x     *markup.Scanner
	rest  []byte
	ended bool
}

func (e *encoded) Read(p []byte) (n int, err error) {
	for n == 0 {
		for len(e.rest) > 0 && n < len(p) {
			if c := e.rest[0]; c > ' ' {
				p[n] = c
				n++
			}
			e.rest = e.rest[1:]
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
		if e.ended {
			return 0, io.EOF
		}
		t, err := e.x.Next()
		if err != nil {
			return 0, err
		}
		e.ended = t.Kind != markup.Text && t.Kind != markup.Comment
		if t.Kind == markup.Text {
			e.rest = t.Text
		}
	}
	return n, nil
}
