package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/seal"
)

// segment is the piece that is encrypted by itself.
const segment = 4096

// Encrypted reports whether a compound file is the shell of an encrypted
// document.
func Encrypted(f *ole.File) bool { return f.Root().Stream("EncryptedPackage") != nil }

// Package says how the document within a compound file is encrypted, and opens
// it if that takes no secret. If it does, the error wraps ErrSealed.
func Package(f *ole.File) (extract.Seal, *io.SectionReader, error) {
	e := f.Root().Stream("EncryptedPackage")
	if e == nil {
		return extract.Seal{}, nil, fmt.Errorf("find encrypted package: %w", extract.ErrUnsupported)
	}
	info, err := describe(f)
	if err != nil {
		return extract.Seal{}, nil, err
	}
	key, open := info.Open()
	if !open {
		return info.Seal, nil, fmt.Errorf("open document: %w", extract.ErrSealed)
	}
	s, err := f.Open(e)
	if err != nil {
		return info.Seal, nil, err
	}
	var b [8]byte
	if n, err := s.ReadAt(b[:], 0); n < len(b) {
		return info.Seal, nil, fmt.Errorf("read encrypted package: %w", err)
	}
	size := min(int64(binary.LittleEndian.Uint64(b[:])), s.Size()-int64(len(b)))
	if size < 0 {
		return info.Seal, nil, fmt.Errorf("read encrypted package: %w", extract.ErrCorrupt)
	}
	return info.Seal, io.NewSectionReader(&opened{s: s, key: key}, 0, size), nil
}

// describe reads the stream that says how the package is encrypted. One that
// is protected by rights says so elsewhere.
func describe(f *ole.File) (Info, error) {
	const most = 1 << 20
	if e := f.Root().Stream("EncryptionInfo"); e != nil {
		b, err := f.ReadAll(e, most)
		if err != nil && !errors.Is(err, extract.ErrCorrupt) {
			return Info{}, err
		}
		info, err := Parse(b)
		if err != nil { // what it cannot say, it is encrypted all the same
			return Info{Seal: seal.Of("Office", "", 0)}, nil
		}
		return info, nil
	}
	if Rights(f) {
		return Info{Seal: RightsSeal()}, nil
	}
	return Info{Seal: seal.Of("Office", "", 0)}, nil
}

// Rights reports whether the document is encrypted by rights management, whose
// key a server hands out.
func Rights(f *ole.File) bool {
	return f.Root().Child("\x06DataSpaces/TransformInfo/DRMEncryptedTransform") != nil ||
		f.Root().Child("\x06DataSpaces/TransformInfo/\x09DRMTransform") != nil ||
		f.Root().Stream("\x09DRMContent") != nil
}

// RightsSeal is the seal of rights management, which knows one cipher.
func RightsSeal() extract.Seal {
	s := seal.Of("Office rights management", "AES", 128)
	s.KDF = "rights server"
	return s
}

// opened decrypts a package as it is read.
type opened struct {
	s    *ole.Stream
	key  Key
	held []byte // the segment read last
	at   int64
}

// ReadAt implements io.ReaderAt; it is not for several at once.
func (o *opened) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		index := (off + int64(n)) / segment
		if o.held == nil || o.at != index {
			if err := o.load(index); err != nil {
				return n, err
			}
		}
		within := int(off + int64(n) - index*segment)
		if within >= len(o.held) {
			return n, io.EOF
		}
		n += copy(p[n:], o.held[within:])
	}
	return n, nil
}

func (o *opened) load(index int64) error {
	const prefix = 8
	b := make([]byte, segment)
	n, err := o.s.ReadAt(b, prefix+index*segment)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read encrypted package: %w", err)
	}
	b = b[:n/aes.BlockSize*aes.BlockSize]
	if o.held, err = o.key.segment(b, index); err != nil {
		return err
	}
	o.at = index
	return nil
}

// segment decrypts a piece of a package.
func (k *Key) segment(b []byte, index int64) ([]byte, error) {
	switch {
	case k.block != nil:
		return electronic(k.block, b), nil
	case k.agile != nil:
		block, err := aes.NewCipher(k.secret)
		if err != nil {
			return nil, fmt.Errorf("decrypt package: %w", extract.ErrCorrupt)
		}
		h := k.agile.Data.hash()()
		iv := fit(digest(h, decode(k.agile.Data.Salt), binary.LittleEndian.AppendUint32(nil, uint32(index))), aes.BlockSize, 0x36)
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(b, b)
		return b, nil
	}
	return nil, fmt.Errorf("decrypt package: %w", extract.ErrUnsupported)
}

// Stream decrypts RC4 in a stream, from wherever it is read.
type Stream struct {
	key    Key
	size   int64 // of the blocks that are encrypted by themselves
	source io.ReaderAt
	pad    []byte
	block  int64
}

// Stream returns the stream decrypted in blocks of the given size.
func (k Key) Stream(source io.ReaderAt, size int64) *Stream {
	return &Stream{key: k, size: size, source: source, block: -1}
}

// ReadAt implements io.ReaderAt; it is not for several at once.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.source.ReadAt(p, off)
	if e := s.Apply(p[:n], off); e != nil {
		return 0, e
	}
	return n, err
}

// Apply decrypts what lies at a place of the stream.
func (s *Stream) Apply(p []byte, off int64) error {
	for len(p) > 0 {
		index := off / s.size
		if s.block != index {
			if s.key.stream == nil {
				return fmt.Errorf("decrypt stream: %w", extract.ErrUnsupported)
			}
			c, err := s.key.stream(uint32(index))
			if err != nil {
				return fmt.Errorf("decrypt stream: %w", extract.ErrCorrupt)
			}
			s.pad = append(s.pad[:0], bytes.Repeat([]byte{0}, int(s.size))...)
			c.XORKeyStream(s.pad, s.pad)
			s.block = index
		}
		within := off - index*s.size
		n := min(int64(len(p)), s.size-within)
		for i := range n {
			p[i] ^= s.pad[within+i]
		}
		p, off = p[n:], off+n
	}
	return nil
}
