package archive

import (
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/unpack"
)

// unpacker begins to unpack a member whose method is a rare one; done, which
// may be nil, gives back what that took.
func (a *Archive) unpacker(e *Entry, in *unpack.Input) (r io.Reader, done func(), err error) {
	switch e.method {
	case methodDeflate64:
		return unpack.Deflate64(in), nil, nil
	case methodBzip2:
		return bzip2.NewReader(in), nil, nil
	case methodLZMA:
		r, err = unpackLZMA(e, in)
		return r, nil, err
	case methodZstd, methodZstdOld:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(unpack.MaxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("begin to unpack: %w", err)
		}
		return z, z.Close, nil
	case methodXZ:
		return unpack.XZ(in), nil, nil
	}
	return nil, nil, extract.ErrUnsupported
}

// unpackLZMA reads the short header that LZMA has in ZIP: two bytes of version,
// two that count the properties, and these.
func unpackLZMA(e *Entry, in *unpack.Input) (io.Reader, error) {
	var h [9]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return nil, fmt.Errorf("read properties: %w", err)
	}
	if binary.LittleEndian.Uint16(h[2:]) != 5 {
		return nil, extract.ErrCorrupt
	}
	size := uint64(unpack.UnknownSize)
	if e.flags&flagEndMark == 0 && e.Size >= 0 {
		size = uint64(e.Size)
	}
	return unpack.LZMA(in, h[4], binary.LittleEndian.Uint32(h[5:]), size)
}
