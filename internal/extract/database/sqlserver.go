package database

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/input"
	"trustaudit/internal/extract/residue"
	"trustaudit/internal/extract/row"
)

// A data file of SQL Server is pages; a backup has them too, at the borders of
// sectors, and other things between them.
const (
	serverPage   = 8192
	serverHeader = 96
	sector       = 512

	pageRows  = 1
	pageTexts = 3 // and the next: long values
	mostKinds = 20
)

// isPage reports whether bytes begin with a page's header.
func isPage(b []byte) bool {
	if len(b) < serverPage || b[0] != 1 || b[1] == 0 || b[1] > mostKinds {
		return false
	}
	slots, free := le16(b[22:]), le16(b[30:])
	return serverHeader+2*slots <= serverPage && free <= serverPage && le16(b[36:]) < 256
}

func le16(b []byte) int { return int(binary.LittleEndian.Uint16(b)) }

// server hands the rows of pages to a sink. Where a row's columns of a changing
// size are stands in it; those of a fixed size stand together, and only texts
// among them are seen.
type server struct {
	sink   extract.Sink
	row    row.Row
	text   []byte
	object uint32
	width  int // of the table at hand
}

func serverRows(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	in := input.New(doc.Reader())
	s := &server{sink: sink}
	for n := 0; !in.End() && in.Err() == nil; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read pages: %w", ctx.Err())
		}
		b := in.Peek(serverPage)
		var err error
		if isPage(b) {
			err = s.page(in.Bytes(serverPage))
		} else {
			err = s.loose(in.Bytes(min(sector, len(b))))
		}
		if err != nil {
			return err
		}
	}
	return in.Err()
}

// page reads a page, if it has rows or long values.
func (s *server) page(b []byte) error {
	switch b[1] {
	case pageRows:
	case pageTexts, pageTexts + 1:
		return s.loose(b[serverHeader:])
	default:
		return nil
	}
	object := binary.LittleEndian.Uint32(b[24:])
	end := max(le16(b[30:]), serverHeader)
	for i := range le16(b[22:]) {
		at := le16(b[serverPage-2-2*i:])
		if at < serverHeader || at+4 > end {
			continue
		}
		if err := s.give(object, b[at:end]); err != nil {
			return err
		}
	}
	return nil
}

// Bits of what a row is.
const (
	rowCompressed = 0x01
	rowKind       = 0x0e
	rowMoved      = 0x04 // only where to
	rowMask       = 0x10 // it says what is missing
	rowVariable   = 0x20
)

// give gives a row: the texts of its fixed columns in one cell, and a cell for
// each of the others.
func (s *server) give(object uint32, b []byte) error {
	fixed := le16(b[2:])
	switch {
	case b[0]&rowCompressed != 0:
		return s.loose(b[:min(len(b), 1024)])
	case b[0]&rowKind == rowMoved, fixed < 4, fixed > len(b):
		return nil
	}
	s.text = residue.Text(s.text[:0], b[4:fixed])
	s.row.Add(bytes.TrimRight(s.text, "\n"))
	if b[0]&rowVariable != 0 {
		s.variable(b, fixed)
	}
	if s.row.Empty() {
		s.row.Drop()
		return nil
	}
	if object != s.object || s.row.Len() != s.width {
		s.object, s.width = object, s.row.Len()
		if err := s.sink.Table("", nil); err != nil {
			return err
		}
	}
	return s.row.Give(s.sink)
}

// variable adds the columns of a changing size.
func (s *server) variable(b []byte, at int) {
	const elsewhere = 0x8000
	if b[0]&rowMask != 0 && at+2 <= len(b) {
		at += 2 + (le16(b[at:])+7)/8
	}
	if at+2 > len(b) {
		return
	}
	count := le16(b[at:])
	from := at + 2 + 2*count
	for i := range count {
		place := at + 2 + 2*i
		if place+2 > len(b) {
			return
		}
		end := le16(b[place:])
		far := end&elsewhere != 0
		if end &^= elsewhere; end < from || end > len(b) {
			return
		}
		if !far {
			s.value(b[from:end])
		}
		s.row.End()
		from = end
	}
}

func (s *server) value(v []byte) {
	zeros := 0
	for i := 1; i < len(v); i += 2 {
		if v[i] == 0 {
			zeros++
		}
	}
	if len(v)%2 == 0 && zeros*4 >= len(v) {
		s.row.B, _ = charset.UTF16LE.Decode(s.row.B, v, true)
		return
	}
	s.row.Bytes(v)
}

// loose gives the text in bytes that are no rows.
func (s *server) loose(b []byte) error {
	if s.text = residue.Text(s.text[:0], b); len(s.text) == 0 {
		return nil
	}
	s.width = 0
	if err := s.sink.Text(s.text); err != nil {
		return err
	}
	return s.sink.Break()
}
