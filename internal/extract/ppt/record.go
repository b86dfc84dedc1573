package ppt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// The records that are read.
const (
	recDocument     = 0x03e8
	recSlide        = 0x03ee
	recNotes        = 0x03f0
	recSlidePersist = 0x03f3
	recMaster       = 0x03f8
	recOutlineRef   = 0x0f9e
	recTextHeader   = 0x0f9f
	recTextChars    = 0x0fa0
	recTextBytes    = 0x0fa8
	recString       = 0x0fba
	recSlideList    = 0x0ff0
	recUserEdit     = 0x0ff5
	recObject       = 0x1011
	recPersist      = 0x1772
	recEncryption   = 0x2f14
	recTagData      = 0x138b // of a later version's: records, though it says that it is none
)

const headerSize = 8

// record is a record's header, and where its body lies in the stream.
type record struct {
	kind      uint16
	instance  uint16
	container bool
	at, size  int64
}

// maxDepth bounds containers within containers.
const maxDepth = 32

// records reads the records of a stream, through a window on it.
type records struct {
	ctx    context.Context
	r      io.ReaderAt
	size   int64
	window []byte
	at     int64 // where the window begins
	broken bool  // some are longer than what they are in, or too deep
}

// windowSize is how much is read at a time.
const windowSize = 32 << 10

// read fills b from a place of the stream; what there is of it is returned
// beside an error.
func (s *records) read(b []byte, at int64) (n int, err error) {
	switch {
	case len(b) > windowSize:
		n, err = s.r.ReadAt(b, at)
	default:
		if at < s.at || at+int64(len(b)) > s.at+int64(len(s.window)) {
			err = s.move(at)
		}
		n = copy(b, s.window[min(int64(len(s.window)), at-s.at):])
	}
	if n < len(b) {
		return n, fmt.Errorf("read record: %w", cut(err))
	}
	return n, nil
}

// move moves the window.
func (s *records) move(at int64) error {
	if s.window == nil {
		s.window = make([]byte, windowSize)
	}
	s.window, s.at = s.window[:0], at
	if err := s.ctx.Err(); err != nil {
		return err
	}
	n, err := s.r.ReadAt(s.window[:windowSize], at)
	s.window = s.window[:n]
	return err
}

// header reads the record that begins at a place.
func (s *records) header(at int64) (record, error) {
	var h [headerSize]byte
	if _, err := s.read(h[:], at); err != nil {
		return record{}, err
	}
	version, kind := binary.LittleEndian.Uint16(h[:]), binary.LittleEndian.Uint16(h[2:])
	return record{
		kind: kind, instance: version >> 4, container: version&0xf == 0xf || kind == recTagData,
		at: at + headerSize, size: int64(binary.LittleEndian.Uint32(h[4:])),
	}, nil
}

func cut(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return extract.ErrCorrupt
	}
	return err
}

// all is the stream as a record around its records.
func (s *records) all() record { return record{container: true, size: s.size} }

// walk calls see for the records within another, one after another, and for
// those within the containers that see wants to enter.
func (s *records) walk(in record, depth int, see func(record) (enter bool, err error)) error {
	from, to := in.at, in.at+in.size
	for from+headerSize <= to {
		rec, err := s.header(from)
		if err != nil {
			return err
		}
		if rec.kind < recDocument { // no record, but room between two
			from += 2
			continue
		}
		enter, err := see(rec)
		if err != nil {
			return err
		}
		end := rec.at + rec.size
		switch {
		case !rec.container || !enter:
		case depth == maxDepth:
			s.broken = true
		default:
			within := rec
			within.size = min(end, to) - rec.at
			if err := s.walk(within, depth+1, see); err != nil {
				return err
			}
		}
		if from = end; end > to {
			s.broken = s.broken || in.kind != recTagData // which may hold anything
		}
	}
	return nil
}

// body reads a record whole, up to most bytes.
func (s *records) body(rec record, most int64) ([]byte, error) {
	b := make([]byte, max(0, min(rec.size, most, s.size-rec.at)))
	n, err := s.read(b, rec.at)
	return b[:n], err
}
