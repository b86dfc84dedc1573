package unpack

import (
	"errors"
	"io"
)

// Deflate64 unpacks what Windows makes of large files: deflate with a window of
// 64 KiB, longer matches and two more codes of distance.
func Deflate64(packed io.ByteReader) io.Reader {
	return &deflate64{bits: bitReader{r: packed}, step: (*deflate64).block}
}

var errDeflate64 = errors.New("deflate64: malformed")

const (
	window64  = 1 << 16
	endBlock  = 256
	longest   = 1<<16 + 2 // bytes of a match
	mostCodes = 288
)

// Base values and extra bits of lengths and distances.
var (
	lengthBase  = [29]uint32{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 3}
	lengthExtra = [29]uint{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 16}
	lengthOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

type deflate64 struct {
	bits   bitReader
	window [window64]byte
	total  int64 // bytes written to the window
	given  int64 // and given to the caller
	last   bool
	stored int // bytes left of a stored block
	// A match that did not fit: the rest of it.
	length, distance uint32
	literals, back   huffman
	step             func(*deflate64) error // what comes next
	err              error
}

// Read implements io.Reader.
func (d *deflate64) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if d.given < d.total {
			at := int(d.given % window64)
			m := copy(p[n:], d.window[at:min(window64, at+int(d.total-d.given))])
			n, d.given = n+m, d.given+int64(m)
			continue
		}
		if d.err != nil {
			return n, d.err
		}
		d.err = d.step(d)
	}
	return n, nil
}

// room is what may be written before the caller has taken what is there.
func (d *deflate64) room() int { return window64/2 - int(d.total-d.given) }

func (d *deflate64) put(b byte) {
	d.window[d.total%window64] = b
	d.total++
}

// block begins the next block.
func (d *deflate64) block() error {
	if d.last {
		return io.EOF
	}
	header, err := d.bits.take(3)
	if err != nil {
		return err
	}
	d.last = header&1 != 0
	switch header >> 1 {
	case 0:
		return d.beginStored()
	case 1:
		d.fixed()
	case 2:
		if err := d.dynamic(); err != nil {
			return err
		}
	default:
		return errDeflate64
	}
	d.step = (*deflate64).packed
	return nil
}

func (d *deflate64) beginStored() error {
	d.bits.align()
	n, err := d.bits.take(16)
	if err != nil {
		return err
	}
	check, err := d.bits.take(16)
	if err != nil {
		return err
	}
	if n != ^check&0xffff {
		return errDeflate64
	}
	d.stored, d.step = int(n), (*deflate64).copyStored
	return nil
}

func (d *deflate64) copyStored() error {
	for room := d.room(); room > 0 && d.stored > 0; room-- {
		b, err := d.bits.take(8)
		if err != nil {
			return err
		}
		d.put(byte(b))
		d.stored--
	}
	if d.stored == 0 {
		d.step = (*deflate64).block
	}
	return nil
}

// packed unpacks until there is no more room or the block ends.
func (d *deflate64) packed() error {
	for d.room() > 0 {
		if d.length > 0 {
			d.copyMatch()
			continue
		}
		code, err := d.literals.read(&d.bits)
		switch {
		case err != nil:
			return err
		case code < endBlock:
			d.put(byte(code))
		case code == endBlock:
			d.step = (*deflate64).block
			return nil
		default:
			if err := d.match(code - endBlock - 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *deflate64) match(code int) error {
	if code >= len(lengthBase) {
		return errDeflate64
	}
	extra, err := d.bits.take(lengthExtra[code])
	if err != nil {
		return err
	}
	d.length = lengthBase[code] + extra
	back, err := d.back.read(&d.bits)
	if err != nil {
		return err
	}
	d.distance = uint32(back) + 1
	if back > 3 {
		n := uint(back)/2 - 1
		if extra, err = d.bits.take(n); err != nil {
			return err
		}
		d.distance = uint32(2|back&1)<<n + 1 + extra
	}
	if d.length > longest || int64(d.distance) > d.total || back > 31 {
		return errDeflate64
	}
	return nil
}

func (d *deflate64) copyMatch() {
	for n := min(uint32(d.room()), d.length); n > 0; n-- {
		d.put(d.window[(d.total-int64(d.distance))%window64])
		d.length--
	}
}

func (d *deflate64) fixed() {
	var n [mostCodes]byte
	for i := range n {
		switch {
		case i < 144, i >= 280:
			n[i] = 8
		case i < 256:
			n[i] = 9
		default:
			n[i] = 7
		}
	}
	d.literals.make(n[:]) //nolint:errcheck // it is complete
	for i := range 32 {
		n[i] = 5
	}
	d.back.make(n[:32]) //nolint:errcheck // it is complete
}

func (d *deflate64) dynamic() error {
	counts, err := d.bits.take(14)
	if err != nil {
		return err
	}
	literals, back, orders := int(counts&31)+257, int(counts>>5&31)+1, int(counts>>10)+4
	var n [mostCodes + 32]byte
	for _, i := range lengthOrder[:orders] {
		b, err := d.bits.take(3)
		if err != nil {
			return err
		}
		n[i] = byte(b)
	}
	if err := d.literals.make(n[:len(lengthOrder)]); err != nil {
		return err
	}
	clear(n[:len(lengthOrder)])
	if literals > mostCodes {
		return errDeflate64
	}
	if err := d.lengths(n[:literals+back]); err != nil {
		return err
	}
	if err := d.back.make(n[literals : literals+back]); err != nil {
		return err
	}
	return d.literals.make(n[:literals])
}

// lengths reads the lengths of codes, which are packed themselves.
func (d *deflate64) lengths(n []byte) error {
	for i := 0; i < len(n); {
		code, err := d.literals.read(&d.bits)
		if err != nil {
			return err
		}
		if code < 16 {
			n[i] = byte(code)
			i++
			continue
		}
		repeat := []struct {
			bits  uint
			least int
		}{{2, 3}, {3, 3}, {7, 11}}[code-16]
		extra, err := d.bits.take(repeat.bits)
		if err != nil {
			return err
		}
		times := repeat.least + int(extra)
		if i+times > len(n) || code == 16 && i == 0 {
			return errDeflate64
		}
		for ; times > 0; times-- {
			if code == 16 {
				n[i] = n[i-1]
			}
			i++
		}
	}
	return nil
}
