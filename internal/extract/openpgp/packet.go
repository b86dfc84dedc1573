package openpgp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Tags of packets.
const (
	tagPublicLock   = 1 // a session key, encrypted to a public key
	tagSignature    = 2
	tagPasswordLock = 3 // a session key, or the way from a password to it
	tagOnePass      = 4
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagCompressed   = 8
	tagSealed       = 9 // without protection of integrity
	tagMarker       = 10
	tagLiteral      = 11
	tagUserID       = 13
	tagPublicSubkey = 14
	tagUserAttr     = 17
	tagSealedIntact = 18
	tagSealedOCB    = 20 // of GnuPG 2.3, never standardised
	tagPadding      = 21
)

// packet is a packet's tag and body.
type packet struct {
	tag    int
	body   io.Reader
	length int64 // -1 when it comes in chunks, or goes on to the end
}

// size is what remains of the length behind what was read.
func (p packet) size(read int) int64 {
	if p.length < int64(read) {
		return -1
	}
	return p.length - int64(read)
}

// next reads a packet's header. It returns io.EOF where there is none.
func next(r io.Reader) (packet, error) {
	var b [5]byte
	if _, err := io.ReadFull(r, b[:1]); err != nil {
		return packet{}, err // nothing wrapped around the end
	}
	if b[0] < 0x80 {
		return packet{}, fmt.Errorf("read packet header: %w", extract.ErrCorrupt)
	}
	if b[0]&0x40 != 0 {
		return modern(r, int(b[0]&0x3f))
	}
	p := packet{tag: int(b[0] >> 2 & 0xf), length: -1}
	if b[0]&3 == 3 {
		p.body = r
		return p, nil
	}
	size := b[:1<<(b[0]&3)]
	if _, err := io.ReadFull(r, size); err != nil {
		return packet{}, fmt.Errorf("read packet length: %w", err)
	}
	p.length = 0
	for _, c := range size {
		p.length = p.length<<8 | int64(c)
	}
	p.body = &exactly{r, p.length}
	return p, nil
}

func modern(r io.Reader, tag int) (packet, error) {
	n, more, err := length(r)
	if err != nil {
		return packet{}, err
	}
	if more {
		return packet{tag: tag, length: -1, body: &chunks{r: r, left: n, more: true}}, nil
	}
	return packet{tag: tag, length: n, body: &exactly{r, n}}, nil
}

// length reads a length of the newer form; more says that it is of a chunk, and
// not the last one.
func length(r io.Reader) (n int64, more bool, err error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:1]); err != nil {
		return 0, false, fmt.Errorf("read packet length: %w", broken(err))
	}
	switch first := b[0]; {
	case first < 192:
		return int64(first), false, nil
	case first < 224:
		if _, err := io.ReadFull(r, b[:1]); err != nil {
			return 0, false, fmt.Errorf("read packet length: %w", broken(err))
		}
		return int64(first-192)<<8 + int64(b[0]) + 192, false, nil
	case first < 255:
		return 1 << (first & 0x1f), true, nil
	}
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, false, fmt.Errorf("read packet length: %w", broken(err))
	}
	return int64(binary.BigEndian.Uint32(b[:])), false, nil
}

// broken says of an end that it came too soon.
func broken(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// exactly reads as much as was declared; an end before it is an error.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if e.left > 0 {
		err = broken(err)
	}
	return n, err
}

// chunks reads a body of chunks.
type chunks struct {
	r    io.Reader
	left int64
	more bool
}

func (c *chunks) Read(p []byte) (int, error) {
	for c.left == 0 {
		if !c.more {
			return 0, io.EOF
		}
		var err error
		if c.left, c.more, err = length(c.r); err != nil {
			return 0, err
		}
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, broken(err)
}

// plausible reports whether a file begins with a packet that a message, a key or
// a signature begins with. Named says that its name promises one: what has no
// mark but the bit of a packet is taken only then.
func plausible(head []byte, named bool) bool {
	r := bytes.NewReader(head)
	p, err := next(r)
	if err != nil || p.length > 1<<20 && p.tag != tagLiteral && p.tag != tagCompressed && p.tag != tagSealed && p.tag != tagSealedIntact {
		return false
	}
	var b [12]byte
	n, _ := io.ReadFull(p.body, b[:])
	if n < 2 {
		return false
	}
	switch p.tag {
	case tagPublicLock:
		return b[0] == 3 && n > 9 && publicKeys[b[9]] != "" || b[0] == 6 && named
	case tagPasswordLock:
		return b[0] == 4 && ciphers[b[1]].name != "" && b[2] <= 4 || (b[0] == 5 || b[0] == 6) && p.length > 20 && p.length < 200
	case tagSignature:
		return (b[0] >= 3 && b[0] <= 6) && follows(r, p, named)
	case tagOnePass:
		return b[0] == 3 && p.length == 13 || b[0] == 6 && named
	case tagPublicKey, tagSecretKey:
		return b[0] >= 3 && b[0] <= 6 && follows(r, p, named)
	case tagCompressed:
		return b[0] >= 1 && b[0] <= 3 && (named || compressedPacket(b[0], head))
	case tagLiteral:
		return bytes.IndexByte([]byte("btu1lm"), b[0]) >= 0 && (named || p.length > 6 && int64(b[1])+6 <= p.length && follows(r, p, named))
	case tagMarker:
		return p.length == 3 && string(b[:3]) == "PGP"
	case tagSealedIntact:
		return named && (b[0] == 1 || b[0] == 2)
	case tagSealed, tagSealedOCB:
		return named
	}
	return false
}

// compressedPacket reports whether what is compressed is a packet.
func compressedPacket(how byte, head []byte) bool {
	r := bytes.NewReader(head)
	p, err := next(r)
	if err != nil {
		return false
	}
	if _, err := io.CopyN(io.Discard, p.body, 1); err != nil {
		return false
	}
	in, err := decompress(how, p.body)
	if err != nil {
		return false
	}
	inner, err := next(in)
	return err == nil && (inner.tag == tagLiteral || inner.tag == tagOnePass || inner.tag == tagSignature || inner.tag == tagMarker)
}

// follows reports whether the file ends behind a packet, or another one that may
// stand there begins.
func follows(r *bytes.Reader, p packet, named bool) bool {
	if named {
		return true
	}
	if _, err := io.Copy(io.Discard, p.body); err != nil {
		return false
	}
	if r.Len() == 0 {
		return p.tag != tagLiteral
	}
	q, err := next(r)
	if err != nil {
		return false
	}
	switch q.tag {
	case tagSignature, tagUserID, tagPublicSubkey, tagUserAttr, tagLiteral, tagCompressed, tagPadding, 7, 12:
		return true
	}
	return false
}
