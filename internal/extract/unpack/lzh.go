package unpack

import (
	"errors"
	"io"
)

// LZH unpacks what LHA and ARJ make: matches in a window, and codes that are
// told anew for each block. The positions are how many codes of distance there
// are: 14 of -lh5-, 17 of ARJ.
func LZH(packed io.ByteReader, positions int, size int64) io.Reader {
	d := &lzh{in: packed, positions: positions, positionBits: 5, left: size}
	if positions < 16 {
		d.positionBits = 4
	}
	return d
}

var errLZH = errors.New("lzh: malformed")

const (
	lzhWindow   = 1 << 16
	lzhLiterals = 510
	lzhLengths  = 19
	lzhShortest = 3
	mostSlot    = 17
)

type lzh struct {
	in           io.ByteReader
	hold         uint32
	have         uint
	positions    int
	positionBits uint
	left         int64 // bytes to give
	block        uint32
	literals     canonical
	distances    canonical
	window       [lzhWindow]byte
	at           int
	length       int // of a match that is not yet copied
	distance     int
	err          error
}

// Read implements io.Reader.
func (d *lzh) Read(p []byte) (n int, err error) {
	for n < len(p) && d.left > 0 && d.err == nil {
		var b byte
		if d.length == 0 {
			if b, d.err = d.next(); d.err != nil {
				break
			}
		}
		if d.length > 0 {
			b = d.window[(d.at-d.distance)&(lzhWindow-1)]
			d.length--
		}
		d.window[d.at] = b
		d.at = (d.at + 1) & (lzhWindow - 1)
		p[n] = b
		n++
		d.left--
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	if d.err != nil {
		return 0, d.err
	}
	return 0, io.EOF
}

// bits reads bits from the highest down.
func (d *lzh) bits(n uint) (uint32, error) {
	for d.have < n {
		b, err := d.in.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		d.hold = d.hold<<8 | uint32(b)
		d.have += 8
	}
	d.have -= n
	return d.hold >> d.have & (1<<n - 1), nil
}

// next reads a literal, or the beginning of a match.
func (d *lzh) next() (byte, error) {
	if d.block == 0 {
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	d.block--
	code, err := d.literals.read(d)
	if err != nil || code < 256 {
		return byte(code), err
	}
	d.length = code - 256 + lzhShortest
	slot, err := d.distances.read(d)
	if err != nil {
		return 0, err
	}
	d.distance = 1
	if slot > mostSlot {
		return 0, errLZH
	}
	if slot > 0 {
		extra, err := d.bits(uint(slot - 1))
		if err != nil {
			return 0, err
		}
		d.distance = 1<<(slot-1) + int(extra) + 1
	}
	if d.distance > lzhWindow {
		return 0, errLZH
	}
	return 0, nil
}

// begin reads the codes of a block.
func (d *lzh) begin() error {
	var err error
	if d.block, err = d.bits(16); err != nil {
		return err
	}
	if d.block == 0 {
		return errLZH
	}
	var lengths canonical
	if err := d.short(&lengths, lzhLengths, 5, 3); err != nil {
		return err
	}
	if err := d.long(&lengths); err != nil {
		return err
	}
	return d.short(&d.distances, d.positions, d.positionBits, -1)
}

// short reads a code of few symbols. After the third of some there may be a gap.
func (d *lzh) short(c *canonical, most int, width uint, gap int) error {
	n, err := d.bits(width)
	if err != nil {
		return err
	}
	if n == 0 {
		return c.only(d, width)
	}
	var lengths [32]byte
	for i := 0; i < int(n); {
		length, err := d.unary()
		if err != nil {
			return err
		}
		lengths[i] = length
		if i++; i == gap {
			skip, err := d.bits(2)
			if err != nil {
				return err
			}
			i += int(skip)
		}
		if i > most {
			return errLZH
		}
	}
	return c.make(lengths[:most])
}

// unary reads three bits, and goes on counting where all are set.
func (d *lzh) unary() (byte, error) {
	v, err := d.bits(3)
	for v >= 7 && err == nil {
		var more uint32
		if more, err = d.bits(1); more == 0 {
			break
		}
		if v++; v > 16 {
			return 0, errLZH
		}
	}
	return byte(v), err
}

// long reads the code of literals and lengths, which is packed itself.
func (d *lzh) long(lengths *canonical) error {
	const width = 9
	n, err := d.bits(width)
	if err != nil {
		return err
	}
	if n == 0 {
		return d.literals.only(d, width)
	}
	var all [lzhLiterals]byte
	for i := 0; i < int(n) && i < len(all); {
		code, err := lengths.read(d)
		if err != nil {
			return err
		}
		if code > 2 {
			all[i] = byte(code - 2)
			i++
			continue
		}
		extra, err := d.bits([]uint{0, 4, width}[code])
		if err != nil {
			return err
		}
		i += []int{1, 3, 20}[code] + int(extra)
	}
	return d.literals.make(all[:])
}

// canonical is a code by its lengths, of which the longest has sixteen bits.
type canonical struct {
	count  [17]int
	symbol [lzhLiterals]uint16
	one    bool // there is one symbol alone, and no bits
}

func (c *canonical) only(d *lzh, width uint) error {
	s, err := d.bits(width)
	c.one, c.symbol[0] = true, uint16(s)
	return err
}

func (c *canonical) make(lengths []byte) error {
	c.one, c.count = false, [17]int{}
	for _, n := range lengths {
		if n > 16 {
			return errLZH
		}
		c.count[n]++
	}
	c.count[0] = 0
	var first [18]int
	for n := 1; n <= 16; n++ {
		first[n+1] = first[n] + c.count[n]
	}
	for s, n := range lengths {
		if n > 0 {
			c.symbol[first[n]] = uint16(s)
			first[n]++
		}
	}
	return nil
}

func (c *canonical) read(d *lzh) (int, error) {
	if c.one {
		return int(c.symbol[0]), nil
	}
	code, first, index := 0, 0, 0
	for n := 1; n <= 16; n++ {
		b, err := d.bits(1)
		if err != nil {
			return 0, err
		}
		code |= int(b)
		if code-first < c.count[n] {
			return int(c.symbol[index+code-first]), nil
		}
		index += c.count[n]
		first = (first + c.count[n]) << 1
		code <<= 1
	}
	return 0, errLZH
}
