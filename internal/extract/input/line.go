package input

import (
	"bytes"

	"trustaudit/internal/extract/charset"
)

// Line returns the next line, or as much of it as a window holds; nil at the
// end. It holds until the next call.
func Line(s *charset.Stream) ([]byte, error) {
	for {
		b := s.Bytes()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			s.Advance(i + 1)
			return bytes.TrimRight(b[:i:i], "\r"), nil
		}
		more, err := s.More()
		if err != nil {
			return nil, err
		}
		if more {
			continue
		}
		if b = s.Bytes(); len(b) == 0 {
			return nil, nil
		}
		s.Advance(len(b))
		return b, nil
	}
}
