package cms

import (
	"bufio"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Identifiers of the values that messages are made of.
const (
	integerTag  = 0x02
	octetsTag   = 0x04
	oidTag      = 0x06
	sequenceTag = 0x30
	setTag      = 0x31
	outerTag    = 0xa0 // the first that is numbered by its place
	built       = 0x20 // a bit: it is made of values
)

// maxDepth is how deep values may lie in one another.
const maxDepth = 64

// stream is read from its beginning to its end, value by value: lengths may be
// left open (BER), and what is signed may be of any size.
type stream struct {
	in  *bufio.Reader
	at  int64
	err error // of reading, kept: a child's reader may have met it
}

// value is one that has been begun.
type value struct {
	s     *stream
	tag   byte
	end   int64 // where it ends; -1 when an end mark says so
	depth int
}

// fail keeps an error: one of reading on at the end is that of a broken file.
func (s *stream) fail(err error) error {
	var noDigit base64.CorruptInputError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &noDigit) {
		err = extract.ErrCorrupt
	}
	if s.err == nil {
		s.err = fmt.Errorf("read value: %w", err)
	}
	return s.err
}

func (s *stream) byte() (byte, error) {
	if s.err != nil {
		return 0, s.err
	}
	b, err := s.in.ReadByte()
	if err != nil {
		return 0, s.fail(err)
	}
	s.at++
	return b, nil
}

// begin reads the tag and length of the next value.
func (s *stream) begin(depth int) (value, error) {
	v := value{s: s, end: -1, depth: depth}
	tag, err := s.byte()
	if err != nil {
		return v, err
	}
	n, err := s.byte()
	if err != nil {
		return v, err
	}
	v.tag = tag
	if depth > maxDepth || tag&0x1f == 0x1f || n > 0x88 || n == 0x80 && tag&built == 0 {
		return v, s.fail(extract.ErrCorrupt)
	}
	if n == 0x80 {
		return v, nil
	}
	length := int64(n)
	if n > 0x80 {
		length = 0
		for range n & 0x7f {
			b, err := s.byte()
			if err != nil {
				return v, err
			}
			if length >= 1<<54 {
				return v, s.fail(extract.ErrCorrupt)
			}
			length = length<<8 | int64(b)
		}
	}
	v.end = s.at + length
	return v, nil
}

// next begins the next value within; it is not ok behind the last.
func (v value) next() (w value, ok bool, err error) {
	if v.s.err != nil {
		return w, false, v.s.err
	}
	if v.end >= 0 && v.s.at >= v.end {
		return w, false, nil
	}
	if v.end < 0 {
		if b, err := v.s.in.Peek(2); err != nil {
			return w, false, v.s.fail(err)
		} else if b[0] == 0 && b[1] == 0 {
			v.s.in.Discard(2)
			v.s.at += 2
			return w, false, nil
		}
	}
	w, err = v.s.begin(v.depth + 1)
	if err == nil && v.end >= 0 && w.end > v.end {
		err = v.s.fail(extract.ErrCorrupt)
	}
	return w, err == nil, err
}

// want begins the next value, which must be of a tag.
func (v value) want(tag byte) (value, error) {
	w, ok, err := v.next()
	if err == nil && (!ok || w.tag != tag) {
		err = v.s.fail(extract.ErrCorrupt)
	}
	return w, err
}

// skip passes over what is left of the value.
func (v value) skip() error {
	if v.end >= 0 {
		n, err := io.CopyN(io.Discard, v.s.in, v.end-v.s.at)
		if v.s.at += n; err != nil {
			return v.s.fail(err)
		}
		return nil
	}
	for {
		w, ok, err := v.next()
		if err != nil || !ok {
			return err
		}
		if err := w.skip(); err != nil {
			return err
		}
	}
}

// maxShort bounds a value that is held.
const maxShort = 1 << 10

// bytes reads a short value that is not made of others.
func (v value) bytes() ([]byte, error) {
	if v.tag&built != 0 || v.end-v.s.at > maxShort {
		return nil, v.s.fail(extract.ErrCorrupt)
	}
	b := make([]byte, v.end-v.s.at)
	n, err := io.ReadFull(v.s.in, b)
	if v.s.at += int64(n); err != nil {
		return nil, v.s.fail(err)
	}
	return b, nil
}

// number reads an integer.
func (v value) number() (int64, error) {
	b, err := v.bytes()
	n := int64(0)
	for _, c := range b[:min(len(b), 7)] {
		n = n<<8 | int64(c)
	}
	return n, err
}

// oid reads an object identifier, with points.
func (v value) oid() (string, error) {
	b, err := v.bytes()
	if err != nil {
		return "", err
	}
	if len(b) > 127 {
		return "", v.s.fail(extract.ErrCorrupt)
	}
	var id asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(append([]byte{oidTag, byte(len(b))}, b...), &id); err != nil {
		return "", v.s.fail(extract.ErrCorrupt)
	}
	return id.String(), nil
}

// octets reads the bytes of an octet string, whole or in pieces.
type octets struct {
	open []value // the innermost last
}

// Read implements io.Reader.
func (o *octets) Read(p []byte) (int, error) {
	for len(o.open) > 0 {
		v := o.open[len(o.open)-1]
		if v.tag&built != 0 {
			w, ok, err := v.next()
			if err != nil {
				return 0, err
			}
			if o.open = o.open[:len(o.open)-1]; ok {
				o.open = append(o.open, v, w)
			}
			continue
		}
		left := v.end - v.s.at
		if left == 0 {
			o.open = o.open[:len(o.open)-1]
			continue
		}
		n, err := v.s.in.Read(p[:min(int64(len(p)), left)])
		if v.s.at += int64(n); err != nil && n == 0 {
			return 0, v.s.fail(err)
		}
		return n, nil
	}
	return 0, io.EOF
}
