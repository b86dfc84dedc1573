package fhir

import (
	"bytes"
	"context"
	"fmt"

	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/xml/markup"
)

// namespace is that of FHIR's elements.
const namespace = "http://hl7.org/fhir"

// elements turns the elements of XML into what a walker takes: a value is an
// attribute, the narrative is text.
type elements struct {
	w       *walker
	pending []byte // an element begun, of which no part has come
	entered []bool // by depth: the walker knows of the element
	over    int    // elements beyond maxDepth
	div     int    // elements in the narrative, itself included; zero outside one
	text    []byte
	attr    []byte // the attribute at hand: a long value comes in several tokens
	value   []byte
}

func readXML(ctx context.Context, s *charset.Stream, w *walker) error {
	x := markup.NewScanner(s)
	e := &elements{w: w}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read FHIR: %w", ctx.Err())
		}
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t.Kind != markup.Attr || !bytes.Equal(t.Name, e.attr) {
			if err := e.attribute(); err != nil {
				return err
			}
		}
		if t.Kind == markup.EOF {
			return w.end()
		}
		if err := e.take(t); err != nil {
			return err
		}
	}
}

func (e *elements) take(t markup.Token) error {
	switch t.Kind {
	case markup.Start:
		return e.start(t.Name)
	case markup.End:
		return e.finish()
	case markup.Attr:
		e.attr = append(e.attr[:0], t.Name...)
		e.value = e.hold(e.value, t.Text)
	case markup.Text:
		e.text = e.hold(e.text, t.Text)
	}
	return nil
}

// hold appends as much of a value as is held.
func (e *elements) hold(to, b []byte) []byte { return append(to, e.w.most(b, maxText-len(to))...) }

func (e *elements) start(name []byte) error {
	if e.div > 0 {
		e.div++
		e.text = append(e.text, ' ')
		return nil
	}
	if len(e.entered) == maxDepth {
		e.over++
		return nil
	}
	e.enter()
	e.text = e.text[:0]
	if string(name) == "div" {
		e.div = 1
		return nil
	}
	e.entered = append(e.entered, false)
	e.pending = append(e.pending[:0], name...)
	return nil
}

// enter tells the walker of an element that has parts.
func (e *elements) enter() {
	if len(e.pending) == 0 {
		return
	}
	name := e.pending
	e.pending = e.pending[:0]
	e.entered[len(e.entered)-1] = true
	e.w.enter(name)
	if isType(name) {
		e.w.resource(name)
	}
}

func (e *elements) finish() error {
	switch {
	case e.div > 1:
		e.div--
		e.text = append(e.text, '\n')
		return nil
	case e.div == 1:
		e.div = 0
		return e.w.value([]byte("div"), e.text)
	case e.over > 0:
		e.over--
		return nil
	case len(e.entered) == 0:
		return nil
	}
	key := e.pending // text is not FHIR's way to give a value
	if len(key) == 0 {
		key = []byte("text")
	}
	var err error
	if text := bytes.TrimSpace(e.text); len(text) > 0 {
		err = e.w.value(key, text)
	}
	e.pending, e.text = e.pending[:0], e.text[:0]
	entered := e.entered[len(e.entered)-1]
	e.entered = e.entered[:len(e.entered)-1]
	if entered && err == nil {
		err = e.w.leave()
	}
	return err
}

// attribute takes the attribute that has been read. That of an element's value
// makes it a value of its parent's.
func (e *elements) attribute() error {
	if len(e.attr) == 0 {
		return nil
	}
	defer func() { e.attr, e.value = e.attr[:0], e.value[:0] }()
	switch name := string(e.attr); {
	case e.div > 0, e.over > 0, name == "xmlns", name == "id":
		return nil
	case name == "value" && len(e.pending) > 0:
		key := e.pending
		e.pending = e.pending[:0]
		return e.w.value(key, e.value)
	}
	e.enter()
	return e.w.value(e.attr, e.value)
}

// isType reports whether an element's name is that of a resource.
func isType(name []byte) bool { return len(name) > 0 && name[0] >= 'A' && name[0] <= 'Z' }
