package ole

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
)

// maxPackager bounds the names before a packed file.
const maxPackager = 4 << 10

// Object gives what is embedded in a storage to the sink as a child: the file
// that was packed into it, or the document that the storage is.
func (f *File) Object(storage *Entry, name string, sink extract.Sink) error {
	if equation, err := f.equation(storage); equation || err != nil {
		return err
	}
	if e := storage.Stream("\x01Ole10Native"); e != nil {
		return f.packed(e, name, sink)
	}
	for _, stream := range []string{"Package", "CONTENTS", "Contents"} {
		if e := storage.Stream(stream); e != nil && e.Size > 0 {
			return sink.Child(f.child(e, name))
		}
	}
	if !slices.ContainsFunc(storage.Children, holds) {
		return nil // a link, or a control of a form
	}
	return sink.Child(extract.Child{Name: name, Size: -1, Modified: storage.Modified, Open: func() (io.ReadCloser, error) {
		r, err := f.Copy(storage)
		return io.NopCloser(r), err
	}})
}

// equation reports whether an object is one: it holds no words.
func (f *File) equation(storage *Entry) (bool, error) {
	const name = "Equation"
	if storage.Stream(name+" Native") != nil {
		return true, nil
	}
	e := storage.Stream("\x01CompObj")
	if e == nil {
		return false, nil
	}
	b, err := f.ReadAll(e, maxPackager)
	if err != nil && !errors.Is(err, extract.ErrCorrupt) {
		return false, fmt.Errorf("read embedded object: %w", err)
	}
	return bytes.Contains(b, []byte(name)), nil
}

// holds tells the streams and storages of a document from those that describe
// an object's looks and links.
func holds(e *Entry) bool {
	switch e.Name {
	case "\x01Ole", "\x01CompObj", "\x03ObjInfo", "\x03OCXDATA", "\x03OCXNAME", "\x03EPRINT", "\x03PRINT", "\x02OlePres000", "\x03LINKINFO", "\x03PIC", "\x03META",
		"\x05SummaryInformation", "\x05DocumentSummaryInformation":
		return false
	}
	return e.Storage || e.Size > 0
}

func (f *File) child(e *Entry, name string) extract.Child {
	return extract.Child{Name: name, Size: e.Size, Modified: e.Modified, Open: func() (io.ReadCloser, error) {
		s, err := f.Open(e)
		if err != nil {
			return nil, err
		}
		return struct {
			*Stream
			io.Closer
		}{s, io.NopCloser(nil)}, nil
	}}
}

// packed gives the file that the packager of Windows put into a stream, or
// whatever another program did.
func (f *File) packed(e *Entry, name string, sink extract.Sink) error {
	s, err := f.Open(e)
	if err == nil {
		b := make([]byte, min(e.Size, maxPackager))
		n, readErr := s.ReadAt(b, 0)
		if err = readErr; n == len(b) || errors.Is(err, io.EOF) {
			err = nil
		}
		if label, at, size, ok := Packager(b[:n]); ok && err == nil {
			size = min(size, e.Size-at)
			return sink.Child(extract.Child{Name: name + "/" + label, Size: size, Open: func() (io.ReadCloser, error) {
				return stretch(s, at, size), nil
			}})
		}
	}
	if errors.Is(err, extract.ErrCorrupt) {
		sink.Partial("an embedded object is corrupt")
		return nil
	}
	if err != nil {
		return fmt.Errorf("read embedded object: %w", err)
	}
	return sink.Child(extract.Child{Name: name, Size: max(0, e.Size-4), Open: func() (io.ReadCloser, error) {
		return stretch(s, min(4, e.Size), max(0, e.Size-4)), nil
	}})
}

// stretch reads a part of a stream.
func stretch(s *Stream, at, size int64) io.ReadCloser {
	return struct {
		*io.SectionReader
		io.Closer
	}{io.NewSectionReader(s, at, size), io.NopCloser(nil)}
}

// Packager reads what stands before a packed file: a label, the path it came
// from, the path of a temporary copy, its size.
func Packager(b []byte) (label string, at, size int64, ok bool) {
	const begin = 6 // the size of all, and a mark
	if len(b) < begin || binary.LittleEndian.Uint16(b[4:]) != 2 {
		return "", 0, 0, false
	}
	rest := b[begin:]
	take := func() string {
		word, after, found := bytes.Cut(rest, []byte{0})
		if !found {
			return ""
		}
		rest = after
		return string(codepage.Decode(nil, codepage.Of(1252), word))
	}
	label = take()
	source := take()
	if len(rest) < 8 {
		return "", 0, 0, false
	}
	n := int64(binary.LittleEndian.Uint32(rest[4:]))
	rest = rest[8:]
	if n > int64(len(rest)) {
		return "", 0, 0, false
	}
	if rest = rest[n:]; len(rest) < 4 {
		return "", 0, 0, false
	}
	size = int64(binary.LittleEndian.Uint32(rest))
	if label == "" {
		label = source
	}
	label = label[strings.LastIndexAny(label, `/\`)+1:]
	return label, int64(len(b)-len(rest)) + 4, size, label != ""
}
