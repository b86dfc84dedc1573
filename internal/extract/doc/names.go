package doc

import (
	"encoding/binary"
	"errors"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
)

// names reads what a document of Word 97 or later names beside its text: the
// variables that macros and mail merge keep in it, its bookmarks, who wrote
// comments and changes, and where it was saved by whom.
func (d *document) names() error {
	if d.fib.mark != markWord97 || d.table == d.stream { // its own stream is lost
		return nil
	}
	if err := d.variables(); err != nil {
		return err
	}
	for _, at := range []int{fibAssociated, fibBookmarks, fibRevisers, fibSavedBy} {
		b, err := d.structure(at)
		if err != nil {
			return err
		}
		list, _, ok := stringTable(b)
		if !ok {
			d.sink.Partial("names in the document are corrupt")
		}
		var text []byte
		for _, s := range list {
			if len(s) > 0 {
				text = append(append(text, s...), '\n')
			}
		}
		if len(text) == 0 {
			continue
		}
		if err := d.sink.Text(text); err != nil {
			return err
		}
		if err := d.sink.Break(); err != nil {
			return err
		}
	}
	return nil
}

// Where the places of lists of strings stand.
const (
	fibBookmarks  = 0x142
	fibAssociated = 0x19a // title, author and the like, as the document itself has them
	fibRevisers   = 0x232
	fibVariables  = 0x27a
	fibSavedBy    = 0x2d2
)

// variables gives the document's variables as one record: their values follow
// the list of their names.
func (d *document) variables() error {
	b, err := d.structure(fibVariables)
	if err != nil || len(b) == 0 {
		return err
	}
	names, rest, ok := stringTable(b)
	var values [][]byte
	for ok && len(values) < len(names) {
		var value []byte
		if value, rest, ok = wideString(rest); ok {
			values = append(values, value)
		}
	}
	if !ok {
		d.sink.Partial("variables of the document are corrupt")
	}
	if len(values) == 0 {
		return nil
	}
	return d.sink.Fields(names[:len(values)], values)
}

// structure reads one of the table stream, by where its place stands; none if
// the document has none.
func (d *document) structure(at int) ([]byte, error) {
	off, size := d.fib.place(at)
	if size == 0 {
		return nil, nil
	}
	b, err := region(d.table, off, size)
	if errors.Is(err, extract.ErrCorrupt) {
		d.sink.Partial("names in the document are corrupt")
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return b, nil
}

// stringTable reads a list of strings of sixteen bits, each with something
// behind it that is passed over. It returns what it could, and what is behind.
func stringTable(b []byte) (list []string, rest []byte, ok bool) {
	const mark, head = 0xffff, 6
	if len(b) == 0 {
		return nil, nil, true
	}
	if len(b) < head || binary.LittleEndian.Uint16(b) != mark {
		return nil, nil, false
	}
	n, extra := int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint16(b[4:]))
	for b = b[head:]; len(list) < n; b = b[extra:] {
		var s []byte
		if s, b, ok = wideString(b); !ok || len(b) < extra {
			return list, nil, false
		}
		list = append(list, string(s))
	}
	return list, b, true
}

// wideString reads a string behind its length.
func wideString(b []byte) (s, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := 2 * int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; n > len(b) {
		return nil, nil, false
	}
	return codepage.Wide(nil, b[:n]), b[n:], true
}
