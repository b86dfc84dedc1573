package crypt

import (
	"crypto/rc4"
	"fmt"
	"io"
	"sort"

	"trustaudit/internal/extract"
)

// Span is a stretch of a stream that is encrypted by itself, from its beginning.
type Span struct {
	At, Size int64
	Block    uint32 // whose key it has
}

// Spans decrypts RC4 in stretches of a stream; what lies between them is in
// clear.
type Spans struct {
	key    Key
	source io.ReaderAt
	spans  []Span
	index  int // of the span whose cipher is at hand; -1 for none
	cipher *rc4.Cipher
	at     int64 // in the span, where the cipher stands
}

// Spans returns the stream decrypted. The spans are in order and do not overlap.
func (k Key) Spans(source io.ReaderAt, spans []Span) *Spans {
	return &Spans{key: k, source: source, spans: spans, index: -1}
}

// ReadAt implements io.ReaderAt; it is not for several at once, and best read
// from its beginning to its end.
func (s *Spans) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.source.ReadAt(p, off)
	b := p[:n]
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].At+s.spans[i].Size > off })
	for ; i < len(s.spans) && s.spans[i].At < off+int64(len(b)); i++ {
		span := s.spans[i]
		from, to := max(span.At, off), min(span.At+span.Size, off+int64(len(b)))
		if e := s.apply(b[from-off:to-off], i, from-span.At); e != nil {
			return 0, e
		}
	}
	return n, err
}

// apply decrypts what lies at a place of a span.
func (s *Spans) apply(b []byte, index int, at int64) error {
	if s.index != index || at < s.at {
		if s.key.stream == nil {
			return fmt.Errorf("decrypt stream: %w", extract.ErrUnsupported)
		}
		c, err := s.key.stream(s.spans[index].Block)
		if err != nil {
			return fmt.Errorf("decrypt stream: %w", extract.ErrCorrupt)
		}
		s.index, s.cipher, s.at = index, c, 0
	}
	var pad [4096]byte
	for s.at < at {
		n := min(int64(len(pad)), at-s.at)
		s.cipher.XORKeyStream(pad[:n], pad[:n])
		s.at += n
	}
	s.cipher.XORKeyStream(b, b)
	s.at += int64(len(b))
	return nil
}
