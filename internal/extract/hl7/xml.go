package hl7

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"trustaudit/internal/extract/xml/markup"
)

// inXML reports whether text is messages in XML, by their namespace.
func inXML(sample []byte) bool {
	sample = bytes.TrimLeft(sample, " \t\r\n")
	return len(sample) > 0 && sample[0] == '<' && bytes.Contains(sample, []byte("urn:hl7-org:v2xml"))
}

// builder writes a segment with signs for tags.
type builder struct {
	segment []byte // empty outside one
	within  int    // depth of elements in the segment, itself included
	field   int
	part    int // component of the field
	sub     int // and the part of the component
}

// maxIndex is the highest number of a field or a component.
const maxIndex = 200

// readXML reads messages in XML.
func (r *reader) readXML(ctx context.Context) error {
	x := markup.NewScanner(r.s)
	var b builder
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read HL7: %w", ctx.Err())
		}
		t, err := x.Next()
		if err != nil {
			return err
		}
		switch t.Kind {
		case markup.EOF:
			if err := r.segment(b.end(), false); err != nil {
				return err
			}
			return r.give()
		case markup.Start:
			b.start(t.Name)
		case markup.Text:
			if !b.text(t.Text) {
				r.sink.Partial("a segment too long to be held")
			}
		case markup.End:
			if b.leave(); b.within > 0 || len(b.segment) == 0 {
				continue
			}
			if err := r.segment(b.end(), false); err != nil {
				return err
			}
		}
	}
}

// start begins a segment, a field, a component or a part of one.
func (b *builder) start(name []byte) {
	if len(b.segment) == 0 {
		if len(name) == 3 && isSegment(append(bytes.Clone(name), standard.field), standard.field, true) {
			*b = builder{segment: append(b.segment, name...), within: 1}
			if string(name) == header {
				b.segment, b.field = append(b.segment, `|^~\&`...), 2
			}
		}
		return
	}
	b.within++
	index, err := strconv.Atoi(string(name[bytes.LastIndexByte(name, '.')+1:]))
	if err != nil || index < 1 || index > maxIndex || len(b.segment) >= maxSegment {
		return
	}
	switch b.within {
	case 2:
		if index == b.field {
			b.segment = append(b.segment, standard.repetition)
		}
		b.to(&b.field, index, standard.field)
		b.part, b.sub = 1, 1
	case 3:
		b.to(&b.part, index, standard.component)
		b.sub = 1
	case 4:
		b.to(&b.sub, index, standard.sub)
	}
}

// to writes signs up to a place.
func (b *builder) to(at *int, index int, sign byte) {
	for ; *at < index; *at++ {
		b.segment = append(b.segment, sign)
	}
}

// maxSegment bounds a segment that is put together.
const maxSegment = 1 << 20

// text writes a value, its signs escaped; false if it is too long.
func (b *builder) text(text []byte) (whole bool) {
	if b.within < 2 || b.field < 3 && bytes.HasPrefix(b.segment, []byte(header)) || len(bytes.TrimSpace(text)) == 0 {
		return true
	}
	room := max(maxSegment-len(b.segment), 0)
	for _, c := range text[:min(len(text), room)] {
		escape, sign := escapes[c]
		switch {
		case sign:
			b.segment = append(b.segment, escape...)
		case c == '\r', c == '\n':
			b.segment = append(b.segment, ' ')
		default:
			b.segment = append(b.segment, c)
		}
	}
	return len(text) <= room
}

// escapes are the standard's signs as they are written in a value.
var escapes = map[byte]string{'|': `\F\`, '^': `\S\`, '~': `\R\`, '&': `\T\`, '\\': `\E\`}

func (b *builder) leave() {
	if len(b.segment) > 0 {
		b.within--
	}
}

// end returns the segment.
func (b *builder) end() []byte {
	segment := b.segment
	b.segment, b.within = nil, 0
	if len(segment) > 0 {
		segment = append(segment, standard.field)
	}
	return segment
}
