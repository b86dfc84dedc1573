package pgdump

import (
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"trustaudit/internal/extract"
)

// method is how rows are compressed.
type method int

const (
	plain method = iota
	deflated
	lz4ed
	zstded
)

// chunks reads the pieces in which rows come, up to an empty one.
type chunks struct {
	a     *archive
	left  int
	ended bool
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.left == 0 && !c.ended {
		c.left = c.a.int()
		c.ended = c.left <= 0
		if c.left < 0 {
			return 0, c.a.Corrupt("piece of rows")
		}
	}
	if err := c.a.Err(); err != nil {
		return 0, err
	}
	if c.ended {
		return 0, io.EOF
	}
	n, err := c.a.Read(p[:min(len(p), c.left)])
	c.left -= n
	if errors.Is(err, io.EOF) {
		err = c.a.Corrupt("piece of rows")
	}
	return n, err
}

// skip passes over the pieces that were not read.
func (c *chunks) skip() error {
	if _, err := io.Copy(io.Discard, c); err != nil {
		return fmt.Errorf("skip rows: %w", err)
	}
	return nil
}

// unpack decompresses what c yields.
func (a *archive) unpack(c *chunks) io.Reader {
	if a.method == plain {
		return c
	}
	return &unpacked{a: a, from: c}
}

// unpacked decompresses. Its errors are the archive's, or the bytes are corrupt.
type unpacked struct {
	a    *archive
	from *chunks
	r    io.Reader
	err  error
}

func (u *unpacked) Read(p []byte) (n int, err error) {
	if u.r == nil && u.err == nil {
		u.r, u.err = u.open()
	}
	if u.err == nil {
		n, u.err = u.r.Read(p)
	}
	switch {
	case u.err == nil, errors.Is(u.err, io.EOF), errors.Is(u.err, extract.ErrUnsupported):
	case u.a.Err() != nil:
		u.err = u.a.Err()
	default:
		u.err = u.a.Corrupt("compressed rows")
	}
	return n, u.err
}

func (u *unpacked) open() (io.Reader, error) {
	switch u.a.method {
	case deflated:
		r, err := zlib.NewReader(u.from)
		if err != nil {
			return nil, fmt.Errorf("decompress rows: %w", err)
		}
		return r, nil
	case lz4ed:
		return lz4.NewReader(u.from), nil
	case zstded:
		r, err := zstd.NewReader(u.from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20))
		if err != nil {
			return nil, fmt.Errorf("decompress rows: %w", err)
		}
		return r, nil
	}
	return nil, fmt.Errorf("decompress rows: %w", extract.ErrUnsupported)
}
