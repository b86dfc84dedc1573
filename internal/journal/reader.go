package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"trustaudit/internal/audit"
)

// Reader reads a journal as it stood when it was opened. It locks and changes
// nothing: a scan may be under way. Its methods may be called from several
// goroutines.
type Reader struct {
	file    *os.File
	chain   chain
	headers []Header
	buffers sync.Pool // of *bufio.Reader
}

// OpenReader opens the journal in dir. The headers must form an unbroken chain
// that reaches as far as the index says, or else it returns a DamagedError; a
// payload is checked when it is read.
func OpenReader(dir string) (*Reader, error) {
	r := &Reader{}
	if err := r.open(dir); err != nil {
		if r.file != nil {
			r.file.Close()
		}
		return nil, fmt.Errorf("read journal in %s: %w", dir, err)
	}
	return r, nil
}

func (r *Reader) open(dir string) error {
	idx, closer, err := openIndex(dir)
	if err != nil {
		return err
	}
	defer closer.Close()
	if r.file, err = os.Open(filepath.Join(dir, journalName)); err != nil {
		return err
	}
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	seen := interned{strings: map[string]string{}, lists: map[string][]string{}}
	r.chain, err = walk(r.file, info.Size(), idx, func(l *headerLine, at place) error {
		r.headers = append(r.headers, seen.header(l, at))
		return nil
	})
	return err
}

// Close lets go of the journal.
func (r *Reader) Close() error { return r.file.Close() }

// Headers lists the blocks in the order in which they were written. The slice
// is the reader's: it is not to be changed.
func (r *Reader) Headers() []Header { return r.headers }

// Head returns the hash of the last header (64 zeros if there is none) and the
// count of blocks.
func (r *Reader) Head() (hash string, blocks int64) { return r.chain.head.String(), r.chain.blocks }

// Closed reports whether the journal has ended.
func (r *Reader) Closed() bool { return r.chain.closed }

// Finished reports whether the scan said that every unit is done.
func (r *Reader) Finished() bool { return r.chain.finished }

// interned keeps one copy of what headers have in common.
type interned struct {
	strings map[string]string
	lists   map[string][]string
}

func (in *interned) string(s string) string {
	if old, ok := in.strings[s]; ok {
		return old
	}
	in.strings[s] = s
	return s
}

func (in *interned) list(list []string) []string {
	key := strings.Join(list, " ")
	if old, ok := in.lists[key]; ok {
		return old
	}
	list = slices.Clip(list)
	in.lists[key] = list
	return list
}

func (in *interned) header(l *headerLine, at place) Header {
	h := Header{
		N: l.N, Kind: in.string(l.Kind), At: l.At, Unit: l.Unit, Status: in.string(l.Status), Reason: l.Reason,
		Facts: l.Facts, Kinds: in.list(l.Kinds), Bytes: l.Bytes, offset: at.payload, sum: l.SHA256,
	}
	if h.Unit != nil {
		h.Unit.Probe = in.string(h.Unit.Probe)
		h.Unit.Target = audit.Target(in.string(string(h.Unit.Target)))
	}
	return h
}

// Payload returns the bytes of a block. Read returns a DamagedError in place
// of io.EOF when they are not what the header says.
func (r *Reader) Payload(h Header) io.Reader {
	return &verified{from: io.NewSectionReader(r.file, h.offset, h.Bytes), hash: sha256.New(), header: h, left: h.Bytes}
}

// verified hashes what passes and compares at the end.
type verified struct {
	from   io.Reader
	hash   hash.Hash
	header Header
	left   int64
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.from.Read(p)
	v.hash.Write(p[:n])
	v.left -= int64(n)
	if err != io.EOF {
		return n, err
	}
	if v.left > 0 || sum(v.hash.Sum(nil)) != v.header.sum {
		return n, damaged(Altered, v.header.N, v.header.offset, "its payload is not what its header says")
	}
	return n, io.EOF
}

// Record decodes the payload of a record into v.
func (r *Reader) Record(h Header, v any) error {
	if h.Bytes > maxLine {
		return damaged(Altered, h.N, h.offset, "a record of %d bytes is too long", h.Bytes)
	}
	data, err := io.ReadAll(r.Payload(h))
	if err != nil {
		return fmt.Errorf("read record %s: %w", h.Kind, err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("decode record %s, block %d: %w", h.Kind, h.N, err)
	}
	return nil
}

const readBuffer = 128 << 10

// Facts shows see the facts of a unit block, in order, that are of a kind that
// is wanted: want is asked once for each kind in the block, and the rest is
// passed over without a look at its JSON. A block with nothing wanted is not
// read at all. The data is valid during the call only. An altered payload is a
// DamagedError, at the latest after the last fact: what was seen of the block
// is then void. An error of see ends the reading and is returned as it is.
func (r *Reader) Facts(h Header, want func(kind string) bool, see func(kind string, data []byte) error) error {
	wanted := make(map[string]string, len(h.Kinds)) // "" for a kind that is not
	some := false
	for _, kind := range h.Kinds {
		wanted[kind] = ""
		if want(kind) {
			wanted[kind], some = kind, true
		}
	}
	if !some {
		return nil
	}
	buffer, ok := r.buffers.Get().(*bufio.Reader)
	if !ok {
		buffer = bufio.NewReaderSize(nil, readBuffer)
	}
	defer r.buffers.Put(buffer)
	buffer.Reset(r.Payload(h))
	lines := lineReader{from: buffer}
	var facts int64
	for ; ; facts++ {
		line, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read facts of block %d: %w", h.N, err)
		}
		word, data, ok := bytes.Cut(line, []byte(" "))
		kind, known := wanted[string(word)]
		if !ok || !known {
			return damaged(Altered, h.N, h.offset, "a line of its payload is not a fact of the kinds that its header lists")
		}
		if kind == "" {
			continue
		}
		if err := see(kind, data); err != nil {
			return err
		}
	}
	if facts != h.Facts {
		return damaged(Altered, h.N, h.offset, "it holds %d facts, its header says %d", facts, h.Facts)
	}
	return nil
}

// lineReader yields lines of bounded length without their line feed.
type lineReader struct {
	from *bufio.Reader
	long []byte
}

func (l *lineReader) next() ([]byte, error) {
	line, err := l.from.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	l.long = append(l.long[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) && len(l.long) <= maxLine {
		line, err = l.from.ReadSlice('\n')
		l.long = append(l.long, line...)
	}
	switch {
	case err == nil && len(l.long) <= maxLine+1:
		return l.long[:len(l.long)-1], nil
	case err == io.EOF && len(l.long) == 0:
		return nil, io.EOF
	case err == nil, err == io.EOF, errors.Is(err, bufio.ErrBufferFull):
		return nil, errors.New("a line without an end")
	}
	return nil, err
}
