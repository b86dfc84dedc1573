package charset

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"trustaudit/internal/extract"
)

const (
	chunk = 64 << 10
	// MaxWindow bounds what a Stream holds at once.
	MaxWindow = 1 << 20
)

// Stream is a window over a document that moves forward, in UTF-8.
//
//	for {
//		b := s.Bytes()       // what is in the window
//		…                    // take some of it
//		s.Advance(n)
//		more, err := s.More() // read on
//	}
type Stream struct {
	src io.Reader
	enc Encoding

	buf []byte // decoded; buf[pos:] is the window
	pos int
	raw []byte // as read, an unfinished character first
	has int    // bytes in raw

	eof bool
}

// Open returns a Stream over a document. One that is whole in its head and in
// UTF-8 is not copied: the window is then the head itself, not to be changed.
func Open(doc extract.Document) *Stream {
	s := new(Stream)
	s.Reset(doc)
	return s
}

// Reset makes s a stream over doc.
func (s *Stream) Reset(doc extract.Document) {
	enc, mark := Guess(doc.Head)
	*s = Stream{enc: enc}
	if enc == UTF8 && int64(len(doc.Head)) >= doc.Size && utf8.Valid(doc.Head) {
		s.buf, s.pos, s.eof = doc.Head, mark, true
		return
	}
	s.src = doc.Reader()
	s.raw = make([]byte, chunk)
	if mark > 0 {
		io.ReadFull(s.src, s.raw[:mark]) //nolint:errcheck // an error comes again in More
	}
}

// FromReader returns a Stream over what r yields, of unknown length.
func FromReader(r io.Reader) (*Stream, error) {
	s := &Stream{src: r, raw: make([]byte, chunk)}
	n, err := io.ReadFull(r, s.raw[:sample])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read text: %w", err)
	}
	enc, mark := Guess(s.raw[:n])
	s.enc = enc
	s.has = copy(s.raw, s.raw[mark:n])
	return s, nil
}

// Sample decodes the beginning of a head, for a format that must tell what it is.
func Sample(head []byte, limit int) []byte {
	enc, mark := Guess(head)
	head = head[mark:min(len(head), max(limit, mark))]
	if enc == UTF8 && utf8.Valid(head) {
		return head
	}
	out, _ := enc.Decode(nil, head, false)
	return out
}

// Bytes is the window. It stays valid until More.
func (s *Stream) Bytes() []byte { return s.buf[s.pos:] }

// Advance moves the window's start by n bytes.
func (s *Stream) Advance(n int) { s.pos += n }

// EOF says that nothing follows the window.
func (s *Stream) EOF() bool { return s.eof }

// More reads on, and says whether the window grew. It did not at the end of
// the document, or when the window is as large as it may be.
func (s *Stream) More() (bool, error) {
	if s.eof || len(s.buf)-s.pos >= MaxWindow {
		return false, nil
	}
	s.buf = s.buf[:copy(s.buf, s.buf[s.pos:])]
	s.pos = 0
	before := len(s.buf)
	for len(s.buf) == before && !s.eof {
		if err := s.fill(); err != nil {
			return false, err
		}
	}
	return len(s.buf) > before, nil
}

func (s *Stream) fill() error {
	n, err := s.src.Read(s.raw[s.has:])
	s.has += n
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read text: %w", err)
	}
	s.eof = err != nil
	out, took := s.enc.Decode(s.buf, s.raw[:s.has], s.eof)
	s.buf = out
	s.has = copy(s.raw, s.raw[took:s.has])
	return nil
}
