package unpack

import (
	"errors"
	"io"
)

// At is an archive that a library reads. It remembers how reading it failed.
type At struct {
	r    io.ReaderAt
	size int64
	err  error
}

// NewAt returns an At over size bytes of r.
func NewAt(r io.ReaderAt, size int64) *At { return &At{r: r, size: size} }

// ReadAt implements io.ReaderAt.
func (a *At) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= a.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > a.size-off
	if short {
		p = p[:a.size-off]
	}
	n, err := a.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		a.err = err
	}
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// Failed returns the error of reading the archive; its end is none.
func (a *At) Failed() error { return a.err }

// Judge makes an error of the library one of package extract, unless the
// archive itself could not be read.
func (a *At) Judge(err error) error { return judge(a.err, err) }
