package unpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"slices"

	"trustaudit/internal/extract"
)

// XZ unpacks the streams of an xz file, one after another.
func XZ(packed *Input) io.Reader { return &xz{in: packed} }

var errXZ = errors.New("xz: malformed")

const (
	// XZMark begins a stream.
	XZMark     = "\xfd7zXZ\x00"
	xzEnd      = "YZ"
	xzHeader   = 12
	xzFooter   = 12
	xzIndex    = 0 // where a block's header would say how long it is
	xzPacked   = 0x40
	xzUnpacked = 0x80
	xzReserved = 0x3c
	xzDelta    = 0x03
	xzLZMA2    = 0x21
	xzCRC32    = 1
	xzCRC64    = 4
	xzSHA256   = 10
)

type xz struct {
	in      *Input
	inside  bool // a stream
	streams int
	check   byte
	block   io.Reader
	sum     hash.Hash
	began   int64 // where the block's packed bytes began
	blocks  int64
	err     error
}

// Read implements io.Reader.
func (x *xz) Read(p []byte) (int, error) {
	for x.err == nil {
		if x.block == nil {
			x.err = x.next()
			continue
		}
		n, err := x.block.Read(p)
		if x.sum != nil {
			x.sum.Write(p[:n])
		}
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is an error
			err = x.endBlock()
		}
		if x.err = err; n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

// next begins the next block, of this stream or of another.
func (x *xz) next() error {
	if !x.inside {
		return x.begin()
	}
	size, err := x.in.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	if size == xzIndex {
		x.inside = false
		return x.end()
	}
	h := make([]byte, (int(size)+1)*4)
	h[0] = size
	if _, err := io.ReadFull(x.in, h[1:]); err != nil {
		return unexpected(err)
	}
	body := h[:len(h)-4]
	if binary.LittleEndian.Uint32(h[len(body):]) != crc32.ChecksumIEEE(body) {
		return errXZ
	}
	return x.beginBlock(body)
}

// begin reads the header of a stream. Between streams there may be zeros.
func (x *xz) begin() error {
	for x.streams > 0 {
		pad := x.in.Peek(4)
		if len(pad) == 0 {
			return io.EOF
		}
		if !bytes.Equal(pad, make([]byte, 4)) {
			break
		}
		io.CopyN(io.Discard, x.in, 4) //nolint:errcheck // it has been seen
	}
	var h [xzHeader]byte
	if _, err := io.ReadFull(x.in, h[:]); err != nil {
		return unexpected(err)
	}
	if string(h[:6]) != XZMark || h[6] != 0 || binary.LittleEndian.Uint32(h[8:]) != crc32.ChecksumIEEE(h[6:8]) {
		return errXZ
	}
	x.check, x.inside, x.blocks = h[7], true, 0
	x.streams++
	return nil
}

// beginBlock reads a block's filters, of which the last must be LZMA2, and those
// before it are undone after it.
func (x *xz) beginBlock(body []byte) error {
	flags := body[1]
	fields := numbers{body[2:]}
	if flags&xzReserved != 0 {
		return extract.ErrUnsupported
	}
	for _, f := range []byte{xzPacked, xzUnpacked} {
		if flags&f != 0 {
			fields.next()
		}
	}
	var deltas []int
	for range flags & 3 {
		id, size := fields.next(), fields.next()
		p := fields.bytes(size)
		if id != xzDelta || len(p) != 1 {
			return fmt.Errorf("undo filter %d: %w", id, extract.ErrUnsupported)
		}
		deltas = append(deltas, int(p[0])+1)
	}
	id, size := fields.next(), fields.next()
	p := fields.bytes(size)
	if id != xzLZMA2 || len(p) != 1 || p[0] > 40 {
		return errXZ
	}
	r, err := LZMA2(x.in, Window2(p[0]))
	for _, distance := range deltas {
		r = &delta{r: r, distance: distance}
	}
	x.block, x.began = r, x.in.offset()
	x.sum = nil
	switch x.check {
	case xzCRC32:
		x.sum = crc32.NewIEEE()
	case xzCRC64:
		x.sum = crc64.New(crc64.MakeTable(crc64.ECMA))
	case xzSHA256:
		x.sum = sha256.New()
	}
	return err
}

// endBlock passes over the padding and compares the checksum.
func (x *xz) endBlock() error {
	x.block = nil
	x.blocks++
	pad := (4 - (x.in.offset()-x.began)%4) % 4
	b := make([]byte, pad+xzCheckLen(x.check))
	if _, err := io.ReadFull(x.in, b); err != nil {
		return unexpected(err)
	}
	if x.sum == nil {
		return nil
	}
	want := x.sum.Sum(nil)
	if x.check != xzSHA256 {
		slices.Reverse(want)
	}
	if !bytes.Equal(want, b[pad:]) {
		return errXZ
	}
	return nil
}

// xzCheckLen is the length of a checksum of a kind, also of those that nobody
// has defined.
func xzCheckLen(kind byte) int64 {
	if kind == 0 {
		return 0
	}
	return 4 << ((kind - 1) / 3)
}

// end reads the index and the footer.
func (x *xz) end() error {
	began := x.in.offset() - 1
	count, err := binary.ReadUvarint(x.in)
	if err != nil {
		return unexpected(err)
	}
	if count != uint64(x.blocks) {
		return errXZ
	}
	for range 2 * count {
		if _, err := binary.ReadUvarint(x.in); err != nil {
			return unexpected(err)
		}
	}
	const sum = 4
	rest := (4-(x.in.offset()-began)%4)%4 + sum
	b := make([]byte, rest+xzFooter)
	if _, err := io.ReadFull(x.in, b); err != nil {
		return unexpected(err)
	}
	if string(b[len(b)-len(xzEnd):]) != xzEnd {
		return errXZ
	}
	return nil
}

// numbers reads what a header holds; past its end all is zero.
type numbers struct{ b []byte }

func (f *numbers) next() uint64 {
	v, n := binary.Uvarint(f.b)
	if n <= 0 {
		f.b = nil
		return 0
	}
	f.b = f.b[n:]
	return v
}

func (f *numbers) bytes(n uint64) []byte {
	b := f.b[:min(n, uint64(len(f.b)))]
	f.b = f.b[len(b):]
	return b
}

// delta adds to each byte the one so far before it.
type delta struct {
	r        io.Reader
	distance int
	last     [256]byte
	at       byte
}

func (d *delta) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	for i := range p[:n] {
		p[i] += d.last[d.at-byte(d.distance)]
		d.last[d.at] = p[i]
		d.at++
	}
	return n, err
}
