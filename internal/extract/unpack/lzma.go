package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// UnknownSize is the size of what LZMA packed to an end mark.
const UnknownSize = 1<<64 - 1

// LZMA unpacks bytes without a header. The window never needs to be larger than
// what is packed, whatever is declared, and takes no memory before it is filled.
func LZMA(packed io.Reader, properties byte, window uint32, size uint64) (io.Reader, error) {
	if window = uint32(min(uint64(window), size)); window > MaxWindow {
		return nil, fmt.Errorf("unpack with a window of %d bytes: %w", window, extract.ErrUnsupported)
	}
	r := &lzma1{left: size, known: size != UnknownSize}
	r.src = source(packed)
	if err := r.setProperties(properties); err != nil {
		return nil, err
	}
	r.window(int(window))
	r.forget()
	return r, nil
}

// source is the buffer that a decompressor takes its bytes from, and leaves in
// it what it does not need.
func source(r io.Reader) *bufio.Reader {
	switch r := r.(type) {
	case *Input:
		return r.buffer()
	case *bufio.Reader:
		return r
	}
	return bufio.NewReaderSize(r, inputBuffer)
}

type lzma1 struct {
	lzmaDecoder
	begun bool
	known bool
	left  uint64
	err   error
}

// Read implements io.Reader.
func (r *lzma1) Read(p []byte) (int, error) {
	for len(p) > 0 {
		if n := r.take(p); n > 0 {
			return n, nil
		}
		if r.err != nil {
			return 0, r.err
		}
		r.err = r.more()
	}
	return 0, nil
}

func (r *lzma1) more() error {
	if !r.begun {
		r.begun = true
		if err := r.begin(); err != nil {
			return err
		}
	}
	if r.known && r.left == 0 || r.ended {
		return r.finish()
	}
	before := r.total
	err := r.unpack(int(min(r.left, ahead)))
	if r.known {
		r.left -= r.total - before
	}
	return err
}

// finish leaves what is behind the packed bytes to whoever reads on.
func (r *lzma1) finish() error {
	r.release()
	if r.known && r.left > 0 || r.length > 0 {
		return errLZMA
	}
	return io.EOF
}

// LZMA2 unpacks a sequence of chunks, up to its end mark and no further.
func LZMA2(packed io.Reader, window uint64) (io.Reader, error) {
	if window > MaxWindow {
		return nil, fmt.Errorf("unpack with a window of %d bytes: %w", window, extract.ErrUnsupported)
	}
	return &lzma2{lzmaDecoder: lzmaDecoder{src: source(packed)}, size: int(window)}, nil
}

// Window2 is the window that LZMA2 packs into one byte; zero when it is none.
func Window2(b byte) uint64 {
	if b > 40 {
		return 0
	}
	return uint64(2|b&1) << (b/2 + 11)
}

type lzma2 struct {
	lzmaDecoder
	size   int // of the window
	fresh  bool
	ready  bool // the model has been set
	stored int  // bytes left of a chunk that is not packed
	left   int  // of one that is
	err    error
}

// Read implements io.Reader.
func (r *lzma2) Read(p []byte) (int, error) {
	for len(p) > 0 {
		if n := r.take(p); n > 0 {
			return n, nil
		}
		if r.err != nil {
			return 0, r.err
		}
		r.err = r.more()
	}
	return 0, nil
}

func (r *lzma2) more() error {
	switch {
	case r.stored > 0:
		n, err := r.store(r.src, r.stored)
		r.stored -= n
		return unexpected(err)
	case r.left > 0:
		before := r.total
		err := r.unpack(min(r.left, ahead))
		r.left -= int(r.total - before)
		if r.ended || r.left == 0 && r.length > 0 {
			return errLZMA
		}
		if r.left == 0 {
			r.normalize()
			r.release()
		}
		return err
	}
	return r.chunk()
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Controls of a chunk.
const (
	chunkEnd      = 0x00
	chunkFresh    = 0x01 // the window begins anew
	chunkStored   = 0x02
	chunkPacked   = 0x80
	chunkForget   = 0x20 // and more: what the model begins anew
	chunkSettings = 0x40
	chunkAnew     = 0x60
)

// chunk reads the header of the next one.
func (r *lzma2) chunk() error {
	control, err := r.src.ReadByte()
	switch {
	case err != nil:
		return unexpected(err)
	case control == chunkEnd:
		return io.EOF
	case control == chunkFresh, control >= chunkPacked+chunkAnew:
		r.window(r.size)
		r.fresh = true
	case control > chunkStored && control < chunkPacked, !r.fresh:
		return errLZMA
	}
	var h [4]byte
	n := 2
	if control >= chunkPacked {
		n = 4
	}
	if _, err := io.ReadFull(r.src, h[:n]); err != nil {
		return unexpected(err)
	}
	size := int(binary.BigEndian.Uint16(h[:])) + 1
	if control < chunkPacked {
		r.stored = size
		return nil
	}
	return r.beginChunk(control, size+int(control&0x1f)<<16)
}

func (r *lzma2) beginChunk(control byte, size int) error {
	if control&chunkAnew >= chunkSettings {
		b, err := r.src.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		if err := r.setProperties(b); err != nil {
			return err
		}
		r.ready = true
	}
	if !r.ready {
		return errLZMA
	}
	if control&chunkAnew >= chunkForget {
		r.forget()
	}
	r.left = size
	return r.begin()
}
