package json

import (
	"bytes"

	"trustaudit/internal/extract/charset"
)

// Window returns what is at hand of a stream, reading on when nothing is. It is
// empty at the end.
func Window(s *charset.Stream) ([]byte, error) {
	if b := s.Bytes(); len(b) > 0 {
		return b, nil
	}
	if _, err := s.More(); err != nil {
		return nil, err
	}
	return s.Bytes(), nil
}

// Quoted reads a string behind its opening quote, without its escapes, and hands
// it on piece by piece.
func Quoted(s *charset.Stream, add func([]byte) error) error {
	for {
		b, err := Window(s)
		if err != nil || len(b) == 0 {
			return err
		}
		n := bytes.IndexAny(b, "\"\\")
		if n < 0 {
			n = len(b)
		}
		if err := add(b[:n]); err != nil {
			return err
		}
		s.Advance(n)
		if n == len(b) {
			continue
		}
		if b[n] == '"' {
			s.Advance(1)
			return nil
		}
		if err := escape(s, add); err != nil {
			return err
		}
	}
}

// escape reads an escape sequence.
func escape(s *charset.Stream, add func([]byte) error) error {
	const longest = 12 // two halves of a character
	for len(s.Bytes()) < longest {
		more, err := s.More()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	out, n := unescape(s.Bytes())
	s.Advance(n)
	return add(out)
}

// Literal reads a number or a word and hands it on piece by piece.
func Literal(s *charset.Stream, add func([]byte) error) error {
	for first := true; ; first = false {
		b, err := Window(s)
		if err != nil || len(b) == 0 {
			return err
		}
		n := bytes.IndexAny(b, " \t\r\n,:{}[]\"")
		switch {
		case n < 0:
			n = len(b)
		case n == 0 && first:
			n = 1 // whatever it is
		case n == 0:
			return nil
		}
		if err := add(b[:n]); err != nil {
			return err
		}
		s.Advance(n)
		if n < len(b) {
			return nil
		}
	}
}
