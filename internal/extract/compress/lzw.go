package compress

import (
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/unpack"
)

const (
	clearCode = 256
	none      = -1
)

// reader unpacks codes that grow from nine bits. The writer put them out in
// groups of eight, and filled a group up whenever the width changed.
type reader struct {
	in    *unpack.Input
	most  uint // bits of the widest code
	block bool // there is a code that clears the table

	prefix [1 << mostBits]uint16
	suffix [1 << mostBits]byte
	free   int // the next code to be given
	last   int
	first  byte // of what the last code stands for

	width  uint
	group  [mostBits]byte
	have   uint // bits in the group
	used   uint
	stack  [1 << mostBits]byte // a string, back to front
	height int
	err    error
}

func newReader(in *unpack.Input, flags byte) *reader {
	r := &reader{in: in, most: uint(flags & bitsMask), block: flags&blockMode != 0, width: fewBits, last: none}
	r.reset()
	return r
}

func (r *reader) reset() {
	r.free = clearCode
	if r.block {
		r.free++
	}
	r.last = none
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		for r.height > 0 && n < len(p) {
			r.height--
			p[n] = r.stack[r.height]
			n++
		}
		if n == len(p) {
			break
		}
		if r.err != nil {
			return n, r.err
		}
		r.err = r.step()
	}
	return n, nil
}

// step reads one code and puts what it stands for on the stack.
func (r *reader) step() error {
	code, err := r.code()
	if err != nil {
		return err
	}
	if code == clearCode && r.block {
		r.reset()
		r.regroup(fewBits)
		return nil
	}
	return r.expand(code)
}

func (r *reader) expand(code int) error {
	at := code
	if r.last == none {
		if code >= clearCode {
			return extract.ErrCorrupt
		}
	} else if code >= r.free {
		if code > r.free {
			return extract.ErrCorrupt
		}
		// The code that is about to be given: the last string and its first byte.
		r.push(r.first)
		at = r.last
	}
	for at >= clearCode {
		r.push(r.suffix[at])
		at = int(r.prefix[at])
	}
	r.push(byte(at))
	r.first = byte(at)
	if r.last != none && r.free < 1<<r.most {
		r.prefix[r.free], r.suffix[r.free] = uint16(r.last), r.first
		r.free++
	}
	r.last = code
	return nil
}

func (r *reader) push(b byte) {
	r.stack[r.height] = b
	r.height++
}

// code reads the next code. Widths grow once the table is full for them.
func (r *reader) code() (int, error) {
	if r.free >= 1<<r.width && r.width < r.most {
		r.regroup(r.width + 1)
	}
	if r.used+r.width > r.have {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	code, at := 0, r.used
	for i := uint(0); i < r.width; {
		take := min(8-at%8, r.width-i)
		bits := int(r.group[at/8]>>(at%8)) & (1<<take - 1)
		code |= bits << i
		i, at = i+take, at+take
	}
	r.used = at
	return code, nil
}

// regroup drops what is left of the group.
func (r *reader) regroup(width uint) { r.width, r.have, r.used = width, 0, 0 }

// fill reads a group of eight codes, or what there is of it.
func (r *reader) fill() error {
	if r.have > 0 && r.have < r.width*8 {
		return io.EOF // the last group was a short one
	}
	n, err := io.ReadFull(r.in, r.group[:r.width])
	if r.have, r.used = uint(n)*8, 0; r.have >= r.width {
		return nil
	}
	if err == nil || err == io.ErrUnexpectedEOF || n > 0 { //nolint:errorlint // as io.ReadFull promises
		return extract.ErrCorrupt
	}
	return err
}
