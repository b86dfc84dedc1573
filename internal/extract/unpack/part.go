package unpack

import (
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Part is a member that lies in its archive as it is: it can be read anywhere.
type Part struct {
	section *io.SectionReader
	left    int64
}

// NewPart returns the part of r that begins at start.
func NewPart(r io.ReaderAt, start, size int64) *Part {
	return &Part{io.NewSectionReader(r, start, size), size}
}

// Read implements io.Reader. A part whose end is missing is corrupt.
func (p *Part) Read(b []byte) (int, error) {
	n, err := p.section.Read(b)
	p.left -= int64(n)
	if errors.Is(err, io.EOF) && p.left > 0 {
		return n, fmt.Errorf("read member: %w", extract.ErrCorrupt)
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (p *Part) ReadAt(b []byte, off int64) (int, error) { return p.section.ReadAt(b, off) }

// Close implements io.Closer.
func (*Part) Close() error { return nil }
