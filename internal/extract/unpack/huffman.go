package unpack

import (
	"errors"
	"io"
	"math/bits"
)

// bitReader reads bits from the lowest up.
type bitReader struct {
	r    io.ByteReader
	hold uint64
	have uint
}

// need fills up to n bits; at the end there may be fewer.
func (b *bitReader) need(n uint) error {
	for b.have < n {
		c, err := b.r.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		b.hold |= uint64(c) << b.have
		b.have += 8
	}
	return nil
}

func (b *bitReader) take(n uint) (uint32, error) {
	if err := b.need(n); err != nil {
		return 0, err
	}
	v := uint32(b.hold & (1<<n - 1))
	b.drop(n)
	return v, nil
}

func (b *bitReader) drop(n uint) {
	b.hold >>= n
	b.have -= n
}

// align drops what is left of a byte.
func (b *bitReader) align() { b.drop(b.have % 8) }

const (
	quickBits = 10
	codeBits  = 15
)

// huffman is a canonical code: a table for short codes, and counts for long ones.
type huffman struct {
	quick  [1 << quickBits]uint16 // symbol<<4 | length
	count  [codeBits + 1]int
	symbol [mostCodes + 32]uint16
}

var errHuffman = errors.New("malformed code")

// make builds the code from the lengths of its symbols.
func (h *huffman) make(lengths []byte) error {
	clear(h.quick[:])
	clear(h.count[:])
	for _, n := range lengths {
		if n > codeBits {
			return errHuffman
		}
		h.count[n]++
	}
	h.count[0] = 0
	var next, first [codeBits + 2]int
	left := 1
	for n := 1; n <= codeBits; n++ {
		if left = left<<1 - h.count[n]; left < 0 {
			return errHuffman
		}
		first[n+1] = first[n] + h.count[n]
		next[n+1] = (next[n] + h.count[n]) << 1
	}
	for s, n := range lengths {
		if n == 0 {
			continue
		}
		h.symbol[first[n]] = uint16(s)
		first[n]++
		if n <= quickBits {
			at := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
			for ; at < len(h.quick); at += 1 << n {
				h.quick[at] = uint16(s)<<4 | uint16(n)
			}
		}
		next[n]++
	}
	return nil
}

// read reads one symbol.
func (h *huffman) read(b *bitReader) (int, error) {
	err := b.need(codeBits)
	if q := h.quick[b.hold&(1<<quickBits-1)]; q != 0 && uint(q&15) <= b.have {
		b.drop(uint(q & 15))
		return int(q >> 4), nil
	}
	code, first, index := 0, 0, 0
	for n := uint(1); n <= codeBits; n++ {
		if n > b.have {
			return 0, err
		}
		code |= int(b.hold>>(n-1)) & 1
		if code-first < h.count[n] {
			b.drop(n)
			return int(h.symbol[index+code-first]), nil
		}
		index += h.count[n]
		first = (first + h.count[n]) << 1
		code <<= 1
	}
	return 0, errHuffman
}
