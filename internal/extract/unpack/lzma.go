package unpack

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/ulikunitz/xz/lzma"

	"trustaudit/internal/extract"
)

// UnknownSize is the size of what LZMA packed to an end mark.
const UnknownSize = 1<<64 - 1

// LZMA unpacks bytes without a header. The window never needs to be larger than
// what is packed, whatever is declared.
func LZMA(packed io.Reader, properties byte, window uint32, size uint64) (io.Reader, error) {
	if size < uint64(window) {
		window = uint32(size)
	}
	if window > MaxWindow {
		return nil, fmt.Errorf("unpack with a window of %d bytes: %w", window, extract.ErrUnsupported)
	}
	h := make([]byte, 0, 13)
	h = append(h, properties)
	h = binary.LittleEndian.AppendUint32(h, window)
	h = binary.LittleEndian.AppendUint64(h, size)
	// The decompressor wants to read single bytes, which MultiReader cannot.
	r, err := lzma.ReaderConfig{DictCap: MaxWindow}.NewReader(&behind{bytes.NewReader(h), byteReader(packed)})
	if err != nil {
		return nil, fmt.Errorf("begin to unpack: %w", err)
	}
	return r, nil
}

// LZMA2 unpacks a sequence of chunks.
func LZMA2(packed io.Reader, window uint64) (io.Reader, error) {
	if window > MaxWindow {
		return nil, fmt.Errorf("unpack with a window of %d bytes: %w", window, extract.ErrUnsupported)
	}
	r, err := lzma.Reader2Config{DictCap: int(max(window, lzma.MinDictCap))}.NewReader2(packed)
	if err != nil {
		return nil, fmt.Errorf("begin to unpack: %w", err)
	}
	return r, nil
}

// Window2 is the window that LZMA2 packs into one byte; zero when it is none.
func Window2(b byte) uint64 {
	if b > 40 {
		return 0
	}
	return uint64(2|b&1) << (b/2 + 11)
}

type oneByte interface {
	io.Reader
	io.ByteReader
}

func byteReader(r io.Reader) oneByte {
	if b, ok := r.(oneByte); ok {
		return b
	}
	return bufio.NewReader(r)
}

// behind reads a header that was made up, and then the rest.
type behind struct {
	header *bytes.Reader
	rest   oneByte
}

func (b *behind) Read(p []byte) (int, error) {
	if b.header.Len() > 0 {
		return b.header.Read(p)
	}
	return b.rest.Read(p)
}

func (b *behind) ReadByte() (byte, error) {
	if b.header.Len() > 0 {
		return b.header.ReadByte()
	}
	return b.rest.ReadByte()
}
