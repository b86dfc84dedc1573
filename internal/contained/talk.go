package contained

import (
	"errors"
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	"trustaudit/internal/identify"
	"trustaudit/internal/probe/content/fact"
)

// mostColumns bounds the columns of one item.
const mostColumns = 1024

// talk is the parent's part while a child examines a file.
type talk struct {
	child  *child
	handed content.Handed
	begun  bool      // the child has begun with it
	item   fact.Item // the last that came
	own    bool      // what comes is of the file itself
	held   []event   // of it, until the child is done: told only if it gets there
	fatal  error     // of the receiver of facts
	room   []byte
}

// event is a fact, or the records that explain the one before.
type event struct {
	fact    audit.Fact
	records []identify.Record
}

func (t *talk) run() error {
	for {
		k, payload, err := t.child.frames.next()
		if err != nil {
			return err
		}
		t.begun = true
		switch k {
		case kindBegun:
		case kindItem, kindColumn, kindRecords:
			err = t.told(k, payload)
		case kindLocator:
			err = t.locator(payload)
		case kindOwn:
			t.own = true
		case kindRead:
			err = t.read(payload)
		case kindStat:
			err = t.stat()
		case kindDone:
			return t.done()
		default:
			err = errFrame
		}
		if err != nil {
			return err
		}
	}
}

// told takes a fact, or an explanation.
func (t *talk) told(k kind, payload []byte) error {
	var e event
	var err error
	switch k {
	case kindItem:
		t.item, err = itemOf(payload)
		e.fact = t.item
	case kindColumn:
		var c fact.Column
		c, err = columnOf(payload)
		e.fact = c
		if err == nil && (c.Item != t.item.ID || c.Path != t.item.Path || c.Format != t.item.Format) {
			err = errFrame
		}
	default:
		e.records, err = recordsOf(payload)
	}
	if err != nil {
		return err
	}
	if !t.own {
		return t.tell(e)
	}
	if t.held = append(t.held, e); len(t.held) > mostColumns {
		return errFrame
	}
	return nil
}

// tell passes on what a child told.
func (t *talk) tell(e event) error {
	if e.fact != nil {
		t.fatal = t.handed.Emit(e.fact)
		return t.fatal
	}
	if t.handed.Explain != nil {
		t.handed.Explain(t.item, e.records)
	}
	return nil
}

// locator keeps the raw path of a member.
func (t *talk) locator(payload []byte) error {
	l, err := decode[locator](payload)
	if err != nil || t.own || !isID(l.ID) || !strings.HasPrefix(string(l.Path), t.handed.Path+"!/") {
		return errFrame
	}
	t.fatal = t.handed.Reveal(l.ID, string(l.Path))
	return t.fatal
}

// done tells of the file itself, which must be called what the parent calls it.
func (t *talk) done() error {
	if len(t.held) == 0 {
		return errFrame
	}
	named := t.handed.Named
	for i, e := range t.held {
		item, ok := e.fact.(fact.Item)
		if ok != (i == 0) || ok && (item.ID != named.ID || item.Path != named.Path ||
			item.PathMasked != named.PathMasked || item.PathBase64 != named.PathBase64) {
			return errFrame
		}
	}
	for _, e := range t.held {
		if err := t.tell(e); err != nil {
			return err
		}
	}
	return nil
}

// read reads a piece of the file for the child.
func (t *talk) read(payload []byte) error {
	p, err := pieceOf(payload)
	if err != nil || t.handed.File == nil {
		return errFrame
	}
	if len(t.room) < int(p.n)+1 {
		t.room = make([]byte, p.n+1)
	}
	n, err := t.handed.File.ReadAt(t.room[1:p.n+1], p.off)
	t.room[0] = byte(causeOf(err))
	_, err = t.child.link.Write(appendFrame(nil, kindBytes, t.room[:n+1]))
	return err
}

func (t *talk) stat() error {
	if t.handed.File == nil {
		return errFrame
	}
	size, modified, err := t.handed.File.Stat()
	frame, err := frameOf(kindLook, look{
		Size: size, Seconds: modified.Unix(), Nanos: int64(modified.Nanosecond()), Cause: causeOf(err),
	})
	if err != nil {
		return err
	}
	_, err = t.child.link.Write(frame)
	return err
}

// greet tells a child its settings and waits until it is confined.
func (c *child) greet(settings []byte) error {
	if _, err := c.link.Write(settings); err != nil {
		return fmt.Errorf("tell settings: %w", err)
	}
	k, _, err := c.frames.next()
	if err != nil {
		return fmt.Errorf("wait for a contained process: %w", err)
	}
	if k != kindReady {
		return errors.New("a contained process is not ready")
	}
	return nil
}
