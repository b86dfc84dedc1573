package dicom

import (
	"compress/flate"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// input reads forward, and passes over what is not read without reading it.
type input struct {
	doc  extract.Document
	r    io.Reader // of what is compressed; nil when the document is read as it is
	held []byte    // read, not yet taken
	buf  []byte
	at   int64 // place of what is held
	read int64 // bytes read of what is compressed
	err  error
}

const window = 64 << 10

func newInput(doc extract.Document) *input { return &input{doc: doc} }

// inflate says that what follows is compressed.
func (in *input) inflate() {
	in.r = flate.NewReader(io.NewSectionReader(in.doc.Data, in.at, max(in.doc.Size-in.at, 0)))
	in.held, in.at = nil, 0
}

// fill reads on until n bytes are held.
func (in *input) fill(n int) error {
	for len(in.held) < n && in.err == nil {
		in.buf = append(in.buf[:0], in.held...)
		from := len(in.buf)
		if want := max(window, n); cap(in.buf) < want {
			in.buf = append(make([]byte, 0, want), in.buf...)
		}
		m, err := in.readAt(in.buf[from:cap(in.buf)])
		in.buf = in.buf[:from+m]
		in.held, in.err = in.buf, err
	}
	if len(in.held) >= n {
		return nil
	}
	return in.err
}

// readAt reads what follows what is held.
func (in *input) readAt(p []byte) (int, error) {
	switch {
	case in.r != nil:
		if in.read >= maxInflated {
			return 0, fmt.Errorf("inflate: too long: %w", extract.ErrCorrupt)
		}
		n, err := io.ReadAtLeast(in.r, p, 1)
		in.read += int64(n)
		var corrupt flate.CorruptInputError
		if errors.As(err, &corrupt) {
			err = fmt.Errorf("inflate: %w", extract.ErrCorrupt)
		}
		return n, err
	case in.doc.Data == nil:
		return 0, io.EOF
	}
	from := in.at + int64(len(in.held))
	if from >= in.doc.Size {
		return 0, io.EOF
	}
	n, err := in.doc.Data.ReadAt(p[:min(int64(len(p)), in.doc.Size-from)], from)
	if errors.Is(err, io.EOF) && n > 0 {
		err = nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("read DICOM: %w", err)
	}
	return n, err
}

// peek returns up to n bytes that follow, fewer at the end, with the reason.
func (in *input) peek(n int) ([]byte, error) {
	err := in.fill(n)
	return in.held[:min(n, len(in.held))], err
}

// take returns the next n bytes; they hold until more is read.
func (in *input) take(n int) ([]byte, error) {
	if err := in.fill(n); err != nil {
		return nil, err
	}
	b := in.held[:n]
	in.held, in.at = in.held[n:], in.at+int64(n)
	return b, nil
}

// skip passes n bytes.
func (in *input) skip(n int64) error {
	if m := min(n, int64(len(in.held))); m > 0 {
		in.held, in.at, n = in.held[m:], in.at+m, n-m
	}
	switch {
	case n <= 0:
		return nil
	case in.r == nil && in.at+n > in.doc.Size:
		return io.ErrUnexpectedEOF
	case in.r == nil:
		in.at += n
		return nil
	}
	for n > 0 {
		b, err := in.peek(int(min(n, window)))
		if len(b) == 0 {
			return err
		}
		in.held, in.at, n = in.held[len(b):], in.at+int64(len(b)), n-int64(len(b))
	}
	return nil
}

// Read reads a value that is a file.
func (in *input) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := in.peek(min(len(p), window))
	if len(b) == 0 {
		return 0, err
	}
	n := copy(p, b)
	in.held, in.at = in.held[n:], in.at+int64(n)
	return n, nil
}
