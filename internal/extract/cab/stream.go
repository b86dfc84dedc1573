package cab

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"

	"trustaudit/internal/extract"
)

const (
	methodMask  = 0x0f
	methodStore = 0
	methodMSZIP = 1

	blockLen  = 8
	mostBlock = 32 << 10 // unpacked
	blockMark = "CK"
)

// stream unpacks a folder, block by block. Each block of MSZIP refers back to
// the one before it.
type stream struct {
	c      *cabinet
	number int
	folder folder
	given  int64
	packed []byte
	ready  []byte // unpacked, and not yet given
	last   []byte // what the next block may refer to
	flate  io.ReadCloser
	failed error // of reading the file
}

func newStream(c *cabinet, number int) (*stream, error) {
	s := &stream{c: c, number: number, folder: c.folders[number]}
	if m := s.folder.method & methodMask; m != methodStore && m != methodMSZIP {
		return nil, fmt.Errorf("unpack by method %d: %w", m, extract.ErrUnsupported)
	}
	return s, nil
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for len(s.ready) == 0 {
		if s.folder.blocks == 0 {
			return 0, io.EOF
		}
		if err := s.block(); err != nil {
			s.folder.blocks = 0
			if !errors.Is(err, extract.ErrCorrupt) && !errors.Is(err, extract.ErrUnsupported) {
				s.failed = err
			}
			return 0, err
		}
	}
	n := copy(p, s.ready)
	s.ready, s.given = s.ready[n:], s.given+int64(n)
	return n, nil
}

func (s *stream) block() error {
	var h [blockLen]byte
	if err := s.c.fill(h[:], s.folder.at); err != nil {
		return err
	}
	packed, unpacked := int(binary.LittleEndian.Uint16(h[4:])), int(binary.LittleEndian.Uint16(h[6:]))
	if unpacked == 0 {
		return fmt.Errorf("read block that ends in another volume: %w", extract.ErrPart)
	}
	if cap(s.packed) < packed {
		s.packed = make([]byte, 64<<10)
	}
	s.packed = s.packed[:packed]
	if err := s.c.fill(s.packed, s.folder.at+blockLen+s.c.reserve); err != nil {
		return err
	}
	if sum := binary.LittleEndian.Uint32(h[:]); sum != 0 && sum != checksum(h[4:], checksum(s.packed, 0)) {
		return fmt.Errorf("compare checksum: %w", extract.ErrCorrupt)
	}
	s.folder.at += blockLen + s.c.reserve + int64(packed)
	s.folder.blocks--
	if s.folder.method&methodMask == methodStore {
		s.ready = s.packed
		return nil
	}
	return s.inflate(unpacked)
}

// checksum adds up words; what is left at the end is put together the other way
// round.
func checksum(b []byte, sum uint32) uint32 {
	for ; len(b) >= 4; b = b[4:] {
		sum ^= binary.LittleEndian.Uint32(b)
	}
	var rest uint32
	for _, c := range b {
		rest = rest<<8 | uint32(c)
	}
	return sum ^ rest
}

func (s *stream) inflate(unpacked int) error {
	if unpacked > mostBlock || !bytes.HasPrefix(s.packed, []byte(blockMark)) {
		return fmt.Errorf("unpack block: %w", extract.ErrCorrupt)
	}
	r := bytes.NewReader(s.packed[len(blockMark):])
	if s.flate == nil {
		s.flate = flate.NewReader(r)
	} else {
		s.flate.(flate.Resetter).Reset(r, s.last) //nolint:errcheck // it never fails
	}
	out := make([]byte, unpacked)
	if _, err := io.ReadFull(s.flate, out); err != nil {
		return fmt.Errorf("unpack block: %w", extract.ErrCorrupt)
	}
	s.ready, s.last = out, out
	return nil
}
