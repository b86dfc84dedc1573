package unpack

import (
	"bufio"
	"errors"
	"io"
)

// Numbers of LZMA's model, as its specification has them.
const (
	lzmaStates   = 12
	lzmaPosMax   = 1 << 4
	lzmaTop      = 1 << 24
	lzmaBits     = 11
	lzmaHalf     = 1 << (lzmaBits - 1)
	lzmaMove     = 5
	lzmaMatch    = 2   // bytes of the shortest match
	lzmaFull     = 128 // distances with a model of their own
	lzmaLiterals = 7   // states below it follow a literal
	// ahead is how much is unpacked at once.
	ahead = 64 << 10
	// firstDict is how much of a window is set aside before it is needed.
	firstDict = 1 << 20
)

var errLZMA = errors.New("lzma: malformed")

type prob = uint16

// lengthModel is the model of lengths.
type lengthModel struct {
	choice, choice2 prob
	low, mid        [lzmaPosMax][8]prob
	high            [256]prob
}

// lzmaModel is all that the packer learns.
type lzmaModel struct {
	match, rep0Long            [lzmaStates][lzmaPosMax]prob
	rep, rep0, rep1, rep2      [lzmaStates]prob
	slot                       [4][64]prob
	special                    [lzmaFull]prob
	align                      [16]prob
	length0, repLength         lengthModel
	literal                    []prob
	state                      int
	back                       [4]uint32 // the last distances
	literalBits, literalPos    uint
	literalPosMask, posMaskAll uint32
}

// lzmaDecoder unpacks LZMA into a window, out of which it is read.
type lzmaDecoder struct {
	lzmaModel
	src   *bufio.Reader
	buf   []byte // what the source has at hand
	pos   int    // in it
	rng   uint32
	code  uint32
	inErr error

	dict   []byte
	most   int // bytes of the window
	at     int // where the window is written
	read   int // and read
	whole  bool
	total  uint64 // bytes since the window began anew, for the model
	length int    // of a match that is not yet copied
	ended  bool   // there was an end mark
}

// setProperties takes the byte that says how the model is laid out.
func (d *lzmaDecoder) setProperties(b byte) error {
	if b >= 9*5*5 {
		return errLZMA
	}
	d.literalBits, d.literalPos = uint(b%9), uint(b/9%5)
	d.literalPosMask, d.posMaskAll = 1<<d.literalPos-1, 1<<(b/45)-1
	if n := 0x300 << (d.literalBits + d.literalPos); cap(d.literal) < n {
		d.literal = make([]prob, n)
	} else {
		d.literal = d.literal[:n]
	}
	return nil
}

func fillHalf(all ...[]prob) {
	for _, p := range all {
		for i := range p {
			p[i] = lzmaHalf
		}
	}
}

// forget sets the model to its beginning.
func (d *lzmaDecoder) forget() {
	for i := range lzmaStates {
		fillHalf(d.match[i][:], d.rep0Long[i][:])
	}
	for i := range d.slot {
		fillHalf(d.slot[i][:])
	}
	fillHalf(d.rep[:], d.rep0[:], d.rep1[:], d.rep2[:], d.special[:], d.align[:], d.literal)
	for _, l := range []*lengthModel{&d.length0, &d.repLength} {
		l.choice, l.choice2 = lzmaHalf, lzmaHalf
		fillHalf(l.high[:])
		for i := range lzmaPosMax {
			fillHalf(l.low[i][:], l.mid[i][:])
		}
	}
	d.state, d.back, d.length = 0, [4]uint32{}, 0
}

// begin reads the first bytes of a coded stretch.
func (d *lzmaDecoder) begin() error {
	d.rng, d.code = 0xffffffff, 0
	first := d.next()
	for range 4 {
		d.code = d.code<<8 | uint32(d.next())
	}
	if d.inErr != nil {
		return d.inErr
	}
	if first != 0 || d.code == d.rng {
		return errLZMA
	}
	return nil
}

// next reads a byte. After an error of the source it gives zeros: whoever loops
// looks at inErr.
func (d *lzmaDecoder) next() byte {
	if d.pos == len(d.buf) && !d.fill() {
		return 0
	}
	b := d.buf[d.pos]
	d.pos++
	return b
}

func (d *lzmaDecoder) fill() bool {
	d.release()
	if d.inErr != nil {
		return false
	}
	if _, err := d.src.Peek(1); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		d.inErr = err
		return false
	}
	d.buf, _ = d.src.Peek(d.src.Buffered())
	return true
}

// release tells the source what has been used.
func (d *lzmaDecoder) release() {
	d.src.Discard(d.pos) //nolint:errcheck // it is in the buffer
	d.buf, d.pos = nil, 0
}

func (d *lzmaDecoder) normalize() {
	if d.rng < lzmaTop {
		d.rng <<= 8
		d.code = d.code<<8 | uint32(d.next())
	}
}

func (d *lzmaDecoder) bit(p *prob) uint32 {
	if d.rng < lzmaTop {
		d.rng <<= 8
		if d.pos < len(d.buf) {
			d.code = d.code<<8 | uint32(d.buf[d.pos])
			d.pos++
		} else {
			d.code = d.code<<8 | uint32(d.next())
		}
	}
	bound := (d.rng >> lzmaBits) * uint32(*p)
	if d.code < bound {
		d.rng = bound
		*p += (1<<lzmaBits - *p) >> lzmaMove
		return 0
	}
	d.rng -= bound
	d.code -= bound
	*p -= *p >> lzmaMove
	return 1
}

func (d *lzmaDecoder) direct(n uint) (v uint32) {
	for ; n > 0; n-- {
		d.normalize()
		d.rng >>= 1
		v <<= 1
		if d.code >= d.rng {
			d.code -= d.rng
			v |= 1
		}
	}
	return v
}

// tree reads bits from the highest down.
func (d *lzmaDecoder) tree(p []prob, n uint) uint32 {
	m := uint32(1)
	for range n {
		m = m<<1 | d.bit(&p[m])
	}
	return m - 1<<n
}

// reverse reads bits from the lowest up.
func (d *lzmaDecoder) reverse(p []prob, n uint) (v uint32) {
	m := uint32(1)
	for i := range n {
		b := d.bit(&p[m])
		m = m<<1 | b
		v |= b << i
	}
	return v
}

func (d *lzmaDecoder) matchLength(l *lengthModel, pos uint32) int {
	if d.bit(&l.choice) == 0 {
		return lzmaMatch + int(d.tree(l.low[pos][:], 3))
	}
	if d.bit(&l.choice2) == 0 {
		return lzmaMatch + 8 + int(d.tree(l.mid[pos][:], 3))
	}
	return lzmaMatch + 16 + int(d.tree(l.high[:], 8))
}

func (d *lzmaDecoder) distance(length int) uint32 {
	slot := d.tree(d.slot[min(length-lzmaMatch, 3)][:], 6)
	if slot < 4 {
		return slot
	}
	n := uint(slot>>1 - 1)
	v := (2 | slot&1) << n
	if slot < 14 {
		return v + d.reverse(d.special[v-slot:], n)
	}
	return v + d.direct(n-4)<<4 + d.reverse(d.align[:], 4)
}
