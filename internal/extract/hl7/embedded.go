package hl7

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// embedded gives the document that an observation holds as encapsulated data,
// in base 64, as a file of its own, and takes the rest of the line. ok says that
// there was one.
func (r *reader) embedded(b []byte, rest bool) (ok bool, err error) {
	const kind, observation = 2, 5
	value := r.cut(b, r.delimiters.field, observation)
	content := r.cut(value, r.delimiters.component, 4)
	if len(content) == 0 || string(r.one(b, r.delimiters.field, kind)) != "ED" ||
		!bytes.EqualFold(r.one(value, r.delimiters.component, 3), []byte("base64")) {
		return false, nil
	}
	in := &tail{r: r, held: content, more: rest}
	r.broken = false
	err = r.sink.Child(extract.Child{
		Name: "OBX-5" + extension(r.one(value, r.delimiters.component, 2)), Size: -1,
		Open: func() (io.ReadCloser, error) {
			return io.NopCloser(&decoder{base64.NewDecoder(base64.StdEncoding, in)}), nil
		},
	})
	if err != nil {
		return true, err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return true, fmt.Errorf("read HL7: %w", err)
	}
	return true, nil
}

// one returns the part of b behind the n-th separator.
func (r *reader) one(b []byte, separator byte, n int) []byte {
	part, _, _ := bytes.Cut(r.cut(b, separator, n), []byte{separator})
	return part
}

// cut returns what stands in b behind the n-th separator.
func (r *reader) cut(b []byte, separator byte, n int) []byte {
	for range n {
		_, after, found := bytes.Cut(b, []byte{separator})
		if !found {
			return nil
		}
		b = after
	}
	return b
}

// extension makes the ending of a file's name of the kind that HL7 names: pdf, PDF,
// text/rtf.
func extension(kind []byte) string {
	kind = kind[bytes.LastIndexByte(kind, '/')+1:]
	if len(kind) == 0 || len(kind) > 8 {
		return ""
	}
	for _, c := range kind {
		if !isDigit(c) && !isUpper(c&^0x20) {
			return ""
		}
	}
	return "." + string(bytes.ToLower(kind))
}

// tail reads what is left of a field: of the segment at hand, and of the
// stream when the segment goes on there.
type tail struct {
	r    *reader
	held []byte
	more bool
}

func (t *tail) Read(p []byte) (int, error) {
	for len(t.held) == 0 {
		if !t.more {
			return 0, io.EOF
		}
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
	n := min(len(p), len(t.held))
	if i := bytes.IndexAny(t.held[:n], string([]byte{t.r.delimiters.field, t.r.delimiters.component, t.r.delimiters.repetition})); i >= 0 {
		n = i
	}
	if n == 0 { // the field ends; the line may not
		t.held = t.held[:0]
		return 0, t.skip()
	}
	n = copy(p, t.held[:n])
	t.held = t.held[n:]
	return n, nil
}

// fill takes more of the line from the stream.
func (t *tail) fill() error {
	s := t.r.s
	if len(s.Bytes()) == 0 {
		if _, err := s.More(); err != nil {
			return err
		}
	}
	b := s.Bytes()
	n := bytes.IndexAny(b, ends)
	if n < 0 {
		t.held, t.more = b, len(b) > 0
		s.Advance(len(b))
		return nil
	}
	t.held, t.more = b[:n], false
	s.Advance(n + 1)
	return nil
}

// skip passes the rest of the line.
func (t *tail) skip() error {
	for t.more {
		if err := t.fill(); err != nil {
			return err
		}
	}
	t.held = nil
	return io.EOF
}

// decoder says what is no base 64 in the words of package extract.
type decoder struct{ io.Reader }

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	var corrupt base64.CorruptInputError
	if errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("decode base 64: %w", extract.ErrCorrupt)
	}
	return n, err
}
