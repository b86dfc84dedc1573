package journal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// The files of a journal.
const (
	journalName = "journal.ndjson"
	indexName   = "journal.index"
	lockName    = "journal.lock"
	spillPrefix = "journal.spill-"
)

var (
	errTorn = errors.New("the file ends before the line does")
	errLong = errors.New("the line is too long for a header")
)

// window reads small pieces of a file without a system call for each.
type window struct {
	src   io.ReaderAt
	size  int64
	buf   []byte
	start int64 // of buf in the file
}

const windowSize = 16 << 10

// peek returns the want bytes at offset, or as many as there are. The slice is
// overwritten by the next call.
func (w *window) peek(offset int64, want int) ([]byte, error) {
	if offset >= w.size {
		return nil, nil
	}
	want = int(min(int64(want), w.size-offset))
	if from := offset - w.start; from >= 0 && from+int64(want) <= int64(len(w.buf)) {
		return w.buf[from : from+int64(want)], nil
	}
	load := int(min(int64(max(want, windowSize)), w.size-offset))
	w.buf, w.start = slices.Grow(w.buf[:0], load)[:load], offset
	n, err := w.src.ReadAt(w.buf, offset)
	if n < load {
		w.buf = w.buf[:0]
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return w.buf[:want], nil
}

// line returns the header line at offset without its line feed: errTorn if the
// file ends first, errLong if no header is that long.
func (w *window) line(offset int64) ([]byte, error) {
	for want := 2 << 10; ; want *= 4 {
		data, err := w.peek(offset, min(want, maxHeader))
		if err != nil {
			return nil, err
		}
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			return data[:i], nil
		}
		if offset+int64(len(data)) >= w.size {
			return nil, errTorn
		}
		if want >= maxHeader {
			return nil, errLong
		}
	}
}

// headerAt reports whether a header stands at offset.
func (w *window) headerAt(offset int64) (bool, error) {
	line, err := w.line(offset)
	if errors.Is(err, errTorn) || errors.Is(err, errLong) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = parseHeader(line)
	return err == nil, nil
}

// search returns where the next header stands, at the start of a line or not,
// or the end. It reads through buf.
func (w *window) search(from int64, buf []byte) (int64, error) {
	mark := []byte(headerStart)
	for at := from; at < w.size; at += int64(len(buf) - len(mark) + 1) {
		data := buf[:min(int64(len(buf)), w.size-at)]
		if n, err := w.src.ReadAt(data, at); n < len(data) {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		for i := 0; ; i++ {
			k := bytes.Index(data[i:], mark)
			if k < 0 {
				break
			}
			i += k
			if fits, err := w.headerAt(at + int64(i)); fits || err != nil {
				return at + int64(i), err
			}
		}
	}
	return w.size, nil
}

// trimNUL returns the size without the zero bytes at the end: neither file
// ever holds one, but a power cut can leave a file longer than what was
// written to it.
func trimNUL(src io.ReaderAt, size int64) (int64, error) {
	buf := make([]byte, 4<<10)
	for size > 0 {
		n := min(size, int64(len(buf)))
		if read, err := src.ReadAt(buf[:n], size-n); int64(read) < n {
			return 0, err
		}
		kept := int64(len(bytes.TrimRight(buf[:n], "\x00")))
		size -= n - kept
		if kept > 0 {
			break
		}
	}
	return size, nil
}

// chain is what following the headers has established.
type chain struct {
	blocks   int64
	head     sum
	end      int64 // of the last whole block
	finished bool
	closed   bool
}

// place is where a block lies and what its header hashes to.
type place struct {
	payload int64
	end     int64
	hash    sum
}

// walk follows the chain of headers to its end and shows each to visit. It
// looks at no payload. An incomplete last block that the index does not know
// is what a death of the process leaves: it is not part of the chain. Anything
// else that does not fit is a DamagedError.
func walk(src io.ReaderAt, size int64, idx *index, visit func(*headerLine, place) error) (chain, error) {
	var c chain
	size, err := trimNUL(src, size)
	if err != nil {
		return c, fmt.Errorf("read journal: %w", err)
	}
	w := window{src: src, size: size}
	for c.end < size {
		l, at, err := next(&w, &c)
		if err != nil {
			return c, err
		}
		if l == nil {
			break
		}
		if err := agree(idx, l.N, at, c.end); err != nil {
			return c, err
		}
		if c.closed {
			return c, damaged(Inserted, l.N, c.end, "it follows the record that closed the journal")
		}
		c.blocks, c.head, c.end = l.N, at.hash, at.end
		c.finished = c.finished || l.Kind == KindFinished
		c.closed = l.Kind == KindClosed
		if err := visit(l, at); err != nil {
			return c, err
		}
	}
	if idx.knows(c.blocks + 1) {
		return c, damaged(CutOff, c.blocks+1, c.end, "the index knows of %d blocks, the journal ends after %d", idx.count, c.blocks)
	}
	return c, nil
}

// next reads the header that should stand at the end of the chain; nil means
// that the last block is incomplete.
func next(w *window, c *chain) (*headerLine, place, error) {
	n := c.blocks + 1
	line, err := w.line(c.end)
	switch {
	case errors.Is(err, errTorn):
		rest, err := w.peek(c.end, maxHeader)
		if err == nil && !tornHeader(rest, n) {
			err = damaged(Trailing, n, c.end, "what follows the last block is not a block")
		}
		return nil, place{}, err
	case errors.Is(err, errLong):
		return nil, place{}, damaged(Altered, n, c.end, "its header cannot be read")
	case err != nil:
		return nil, place{}, fmt.Errorf("read journal: %w", err)
	}
	l, err := parseHeader(line)
	if err != nil {
		return nil, place{}, damaged(Altered, n, c.end, "its header cannot be read")
	}
	if l.N != n || l.Prev != c.head {
		return nil, place{}, damaged(Altered, n, c.end, "the chain of headers breaks here")
	}
	at := place{payload: c.end + int64(len(line)) + 1, hash: sha256.Sum256(line)}
	if l.Bytes > w.size-at.payload {
		return nil, place{}, reallyLast(w, n, c.end, at.payload)
	}
	at.end = at.payload + l.Bytes
	return l, at, nil
}

// reallyLast makes sure that a block that ends beyond the journal is the last:
// if another follows, its length was altered, and nothing must be cut off.
func reallyLast(w *window, n, offset, payload int64) error {
	following, err := w.search(payload, make([]byte, 256<<10))
	if err == nil && following < w.size {
		err = damaged(Altered, n, offset, "its header gives it more bytes than the journal has")
	}
	return err
}

// tornHeader reports whether rest can be the beginning of the header of block n.
func tornHeader(rest []byte, n int64) bool {
	start := headerStart + strconv.FormatInt(n, 10) + `,"kind":"`
	k := min(len(rest), len(start))
	return string(rest[:k]) == start[:k]
}

// agree holds a block against its line in the index.
func agree(idx *index, n int64, at place, offset int64) error {
	if !idx.knows(n) {
		return nil
	}
	e, ok, err := idx.at(n)
	if err != nil {
		return err
	}
	if !ok {
		return damaged(IndexDisagrees, n, offset, "its line in the index cannot be read")
	}
	if e != (entry{end: at.end, hash: at.hash}) {
		return damaged(Altered, n, offset, "its header and its line in the index disagree")
	}
	return nil
}

// hashRange returns the hash of n bytes at offset, reading through buf.
func hashRange(src io.ReaderAt, offset, n int64, buf []byte) (sum, error) {
	h := sha256.New()
	for n > 0 {
		part := buf[:min(n, int64(len(buf)))]
		if read, err := src.ReadAt(part, offset); read < len(part) {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return sum{}, fmt.Errorf("read journal: %w", err)
		}
		h.Write(part)
		offset += int64(len(part))
		n -= int64(len(part))
	}
	return sum(h.Sum(nil)), nil
}
