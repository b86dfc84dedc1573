// Package xml reads XML as labelled text: "element: text", a line each, and a line
// for each element in which others begin, which says whose they are. There is a
// break between elements that have parts and repeat with none of another name
// between them, which are the records of an export. From the second on, such a
// record is named fields, unless something in it repeats. Entities of a document's
// own are not expanded.
package xml

import (
	"bytes"
	"context"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/xml/markup"
)

// Format is XML.
var Format = extract.Format{Name: "xml", Plain: true, Detect: detect, Read: read}

func detect(head *extract.Head) extract.Confidence {
	sample := bytes.TrimLeft(head.Sample(512), " \t\r\n")
	switch {
	case len(sample) < 2 || sample[0] != '<' || !head.IsText():
		return extract.No
	case bytes.HasPrefix(sample, []byte("<?xml")):
		return extract.ByContent
	case head.Ext == ".xml":
		return extract.ByName
	}
	return extract.No
}

const (
	flushAt = 32 << 10
	// maxLevel is how deep records are looked for; the root is level 1.
	maxLevel = 4
)

// reader turns tokens into text.
type reader struct {
	sink  extract.Sink
	buf   []byte
	depth int
	label []byte // of the element at hand, until its text has come
	name  []byte // of the element at hand

	last  [maxLevel + 1]sibling
	level int // at which records were seen to repeat
	flat  flat
}

// sibling is the element seen last at a level.
type sibling struct {
	name  string
	parts bool // it has elements in it
	mixed bool // it has siblings of other names that have parts: they describe one thing
}

// records are the names of elements that are records among elements that are not.
var records = map[string]bool{"entry": true, "record": true, "patient": true, "row": true, "message": true}

func read(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	return Labelled(ctx, charset.Open(doc), sink)
}

// Labelled reads XML from a stream as labelled text: formats that are made of
// XML use it for their lesser parts.
func Labelled(ctx context.Context, s *charset.Stream, sink extract.Sink) error {
	x := markup.NewScanner(s)
	r := &reader{sink: sink, level: maxLevel}
	for {
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t.Kind == markup.EOF {
			return r.flush()
		}
		if err := r.take(t); err != nil {
			return err
		}
		if len(r.buf) < flushAt {
			continue
		}
		if err := r.flush(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("read XML: %w", err)
		}
	}
}

func (r *reader) take(t markup.Token) error {
	if r.flat.open && r.flat.take(t) {
		if fields, err := r.flat.give(r.sink); fields || err != nil {
			r.buf = r.buf[:0]
			r.leave()
			return err
		}
	}
	switch t.Kind {
	case markup.Start:
		r.depth++
		r.head()
		r.name = append(r.name[:0], t.Name...)
		r.label = r.name
		return r.begin(t.Name)
	case markup.Attr:
		r.line()
		r.buf = append(append(r.buf, r.name...), ' ')
		r.buf = append(append(append(r.buf, t.Name...), ": "...), t.Text...)
	case markup.End:
		r.leave()
	case markup.Text:
		r.text(t.Text)
	case markup.Comment:
		if !bytes.HasPrefix(t.Text, []byte("xml ")) {
			r.line()
			r.buf = append(append(r.buf, t.Text...), '\n')
		}
	}
	return nil
}

// leave ends an element.
func (r *reader) leave() {
	r.depth = max(0, r.depth-1)
	r.label = nil
}

// begin notes an element, and breaks before it when it repeats its sibling.
func (r *reader) begin(name []byte) error {
	if r.depth > 1 && r.depth <= maxLevel+1 {
		r.last[r.depth-1].parts = true
	}
	if r.depth > maxLevel {
		return nil
	}
	before := r.last[r.depth]
	same := before.name == string(name)
	mixed := before.mixed || before.parts && !same
	r.last[r.depth] = sibling{name: string(name), mixed: mixed}
	if r.depth < maxLevel {
		r.last[r.depth+1] = sibling{}
	}
	if r.depth < 2 || r.depth > r.level || !before.parts || !same || mixed && !records[string(bytes.ToLower(name))] {
		return nil
	}
	r.level = r.depth
	if err := r.flush(); err != nil {
		return err
	}
	r.flat.begin()
	return r.sink.Break()
}

func (r *reader) text(b []byte) {
	if len(bytes.TrimSpace(b)) == 0 {
		if n := len(r.buf); n > 0 && r.buf[n-1] > ' ' {
			r.buf = append(r.buf, ' ')
		}
		return
	}
	if r.label != nil {
		r.line()
		r.buf = append(append(r.buf, r.label...), ": "...)
		r.label = nil
	}
	r.buf = append(r.buf, b...)
}

// head gives the label of the element at hand, which has no text before the first
// element in it.
func (r *reader) head() {
	if r.label == nil {
		return
	}
	r.line()
	r.buf = append(append(r.buf, r.label...), ':')
	r.label = nil
}

// line begins a line.
func (r *reader) line() {
	if n := len(r.buf); n == 0 || r.buf[n-1] != '\n' {
		r.buf = append(r.buf, '\n')
	}
}

func (r *reader) flush() error {
	b := r.buf
	r.buf, r.flat.open = r.buf[:0], false
	if len(b) == 0 {
		return nil
	}
	return r.sink.Text(b)
}
