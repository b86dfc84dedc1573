package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/unpack"
)

// inflater is a decompressor with its input; making one is dear.
type inflater struct {
	in *unpack.Input
	io.ReadCloser
}

// Open opens a member. One that is stored as it is can be read anywhere: the
// result is then an io.ReaderAt as well.
func (a *Archive) Open(e *Entry) (io.ReadCloser, error) {
	if e.Sealed() {
		return nil, fmt.Errorf("open member: %w", extract.ErrSealed)
	}
	data, err := a.data(e)
	if err != nil {
		return nil, err
	}
	m := &member{size: e.Size, sum: e.crc, crc: crc32.NewIEEE(), salvaged: e.Size < 0, short: e.short || data.Size() < e.packed}
	switch e.method {
	case methodStore:
		m.Reader = data
		return &storedMember{m, data}, nil
	case methodDeflate:
		f := a.inflater(data)
		m.in, m.Reader, m.done = f.in, f, func() { a.inflaters = append(a.inflaters, f) }
		return m, nil
	}
	m.in = unpack.NewInput(data)
	r, done, err := a.unpacker(e, m.in)
	if err != nil {
		return nil, fmt.Errorf("open member packed by method %d: %w", e.method, m.in.Judge(err))
	}
	m.Reader, m.done = r, done
	return m, nil
}

// data finds a member's bytes behind its local header.
func (a *Archive) data(e *Entry) (*io.SectionReader, error) {
	var h [localLen]byte
	if e.disk != a.disk && !a.here(e) {
		a.Elsewhere++
		return nil, fmt.Errorf("open member of another volume: %w", extract.ErrPart)
	}
	if e.offset < 0 || e.offset > a.size-localLen {
		return nil, fmt.Errorf("open member: %w", extract.ErrCorrupt)
	}
	if err := a.readAt(h[:], e.offset); err != nil {
		return nil, err
	}
	if string(h[:4]) != localMark {
		return nil, fmt.Errorf("open member: %w", extract.ErrCorrupt)
	}
	if binary.LittleEndian.Uint16(h[6:])&flagSealed != 0 {
		return nil, fmt.Errorf("open member: %w", extract.ErrSealed)
	}
	start := e.offset + localLen + int64(binary.LittleEndian.Uint16(h[26:])) + int64(binary.LittleEndian.Uint16(h[28:]))
	return io.NewSectionReader(a.r, start, min(e.packed, max(0, a.size-start))), nil
}

// here reports whether a member that should lie in another volume lies here all
// the same: volumes may have been joined.
func (a *Archive) here(e *Entry) bool {
	var h [localLen]byte
	if e.offset < 0 || e.offset > a.size-localLen || a.readAt(h[:], e.offset) != nil || string(h[:4]) != localMark {
		return false
	}
	local, _, err := a.localEntry(h[:], e.offset)
	return err == nil && local.Name == e.Name
}

func (a *Archive) inflater(data io.Reader) inflater {
	if n := len(a.inflaters); n > 0 {
		f := a.inflaters[n-1]
		a.inflaters = a.inflaters[:n-1]
		f.in.Reset(data)
		f.ReadCloser.(flate.Resetter).Reset(f.in, nil) //nolint:errcheck // it never fails
		return f
	}
	in := unpack.NewInput(data)
	return inflater{in, flate.NewReader(in)}
}

// member reads a member, and in the end compares it with what was declared.
type member struct {
	io.Reader
	in       *unpack.Input // of its decompressor; nil when it is stored as it is
	size     int64
	sum      uint32
	crc      hash.Hash32
	n        int64
	salvaged bool // nothing was declared
	short    bool // its end is missing
	done     func()
}

func (m *member) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.n += int64(n)
	m.crc.Write(p[:n])
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		if m.short || !m.salvaged && (m.n != m.size || m.crc.Sum32() != m.sum) {
			return n, fmt.Errorf("read member: %w", extract.ErrCorrupt)
		}
		return n, io.EOF
	}
	if m.in != nil {
		err = m.in.Judge(err)
	}
	return n, fmt.Errorf("read member: %w", err)
}

// Close gives the decompressor back.
func (m *member) Close() error {
	if m.done != nil {
		m.done()
		m.done = nil
	}
	m.Reader = eof{}
	return nil
}

// eof is what a closed member reads: its decompressor serves another by then.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

type storedMember struct {
	*member
	at io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (m *storedMember) ReadAt(p []byte, off int64) (int, error) { return m.at.ReadAt(p, off) }
