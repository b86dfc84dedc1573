package ole

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Stream reads a stream, from the front or anywhere. Where the file breaks off
// before the stream's end, the error wraps extract.ErrCorrupt.
type Stream struct {
	f     *File
	c     chain
	small bool
	size  int64
	at    int64
}

// Open opens a stream for reading.
func (f *File) Open(e *Entry) (*Stream, error) {
	if e.Storage {
		return nil, fmt.Errorf("open stream: %w", extract.ErrCorrupt)
	}
	s := &Stream{f: f, size: e.Size, small: e.Size < f.cutoff}
	if e.Size == 0 {
		return s, nil
	}
	var err error
	if s.small {
		s.c, err = follow(e.start, (e.Size+miniSize-1)/miniSize, f.nextSmall)
	} else {
		most := (e.Size-1)>>f.shift + 1
		s.c, err = f.chain(e.start, min(most, maxSectors))
	}
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	return s, nil
}

// ReadAll reads a stream whole, up to most bytes; whether there is more the
// caller sees by the entry's size. What could be read is returned beside an
// error.
func (f *File) ReadAll(e *Entry, most int64) ([]byte, error) {
	s, err := f.Open(e)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(s, most))
	if err != nil {
		return b, fmt.Errorf("read stream: %w", err)
	}
	return b, nil
}

// Size is the stream's length as declared.
func (s *Stream) Size() int64 { return s.size }

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p, s.at)
	s.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > s.size-off
	if short {
		p = p[:s.size-off]
	}
	n := 0
	for n < len(p) {
		m, err := s.readRun(p[n:], off+int64(n))
		n += m
		if err != nil {
			return n, fmt.Errorf("read stream: %w", cut(err))
		}
	}
	if short {
		return n, io.EOF
	}
	return n, nil
}

// readRun reads as much as lies in one piece.
func (s *Stream) readRun(p []byte, off int64) (int, error) {
	shift := s.f.shift
	if s.small {
		shift = 6
	}
	r, skip, ok := s.c.find(off >> shift)
	if !ok {
		return 0, extract.ErrCorrupt
	}
	within := off & (1<<shift - 1)
	room := int64(r.n-skip)<<shift - within
	p = p[:min(int64(len(p)), room)]
	place := int64(r.first+skip)<<shift + within
	if s.small {
		return s.f.readSmall(p, place)
	}
	n, err := s.f.data.ReadAt(p, place+1<<shift)
	if n == len(p) {
		err = nil
	}
	return n, err
}

// readSmall reads from the stream of small sectors.
func (f *File) readSmall(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		at := off + int64(n)
		r, skip, ok := f.mini.find(at >> f.shift)
		if !ok {
			return n, extract.ErrCorrupt
		}
		within := at & (1<<f.shift - 1)
		room := int64(r.n-skip)<<f.shift - within
		q := p[n:min(int64(len(p)), int64(n)+room)]
		m, err := f.data.ReadAt(q, f.offset(r.first+skip)+within)
		if n += m; m < len(q) {
			return n, cut(err)
		}
	}
	return n, nil
}

// nextSmall is the small sector behind another.
func (f *File) nextSmall(sector uint32) (uint32, error) {
	at := int64(sector) * 4
	r, skip, ok := f.miniTable.find(at >> f.shift)
	if !ok {
		return 0, extract.ErrCorrupt
	}
	var b [4]byte
	if n, err := f.data.ReadAt(b[:], f.offset(r.first+skip)+at&(1<<f.shift-1)); n < len(b) {
		return 0, cut(err)
	}
	return binary.LittleEndian.Uint32(b[:]), nil
}
