package unpack

import "io"

// window sets aside a window of most bytes, at first no more than is needed.
func (d *lzmaDecoder) window(most int) {
	d.most = max(most, 4096)
	if d.dict == nil {
		d.dict = make([]byte, min(d.most, firstDict))
	}
	d.at, d.read, d.whole, d.total = 0, 0, false, 0
}

// room makes room behind what is written. All of it has been read.
func (d *lzmaDecoder) room() {
	if d.at < len(d.dict) {
		return
	}
	if len(d.dict) < d.most {
		grown := make([]byte, min(2*len(d.dict), d.most))
		copy(grown, d.dict)
		d.dict = grown
		return
	}
	d.at, d.read, d.whole = 0, 0, true
}

// take gives what has been unpacked.
func (d *lzmaDecoder) take(p []byte) int {
	n := copy(p, d.dict[d.read:d.at])
	d.read += n
	return n
}

// store puts bytes into the window that were not packed.
func (d *lzmaDecoder) store(r io.Reader, n int) (int, error) {
	d.room()
	got, err := r.Read(d.dict[d.at:min(len(d.dict), d.at+n)])
	d.at, d.total = d.at+got, d.total+uint64(got)
	return got, err
}

// unpack unpacks up to n bytes more, fewer at an end mark.
func (d *lzmaDecoder) unpack(n int) error {
	d.room()
	limit := min(len(d.dict), d.at+n)
	for d.at < limit {
		if d.length > 0 {
			d.copyMatch(limit)
			continue
		}
		if d.inErr != nil {
			return d.inErr
		}
		pos := uint32(d.total) & d.posMaskAll
		if d.bit(&d.match[d.state][pos]) == 0 {
			d.put(d.literalByte())
			continue
		}
		if err := d.beginMatch(pos); err != nil || d.ended {
			return err
		}
	}
	return d.inErr
}

func (d *lzmaDecoder) put(b byte) {
	d.dict[d.at] = b
	d.at++
	d.total++
}

// behind is the byte so far back; zero before the first.
func (d *lzmaDecoder) behind(distance uint32) byte {
	i := d.at - int(distance) - 1
	if i < 0 {
		if i += len(d.dict); !d.whole || i < 0 {
			return 0
		}
	}
	return d.dict[i]
}

func (d *lzmaDecoder) literalByte() byte {
	context := (uint32(d.total)&d.literalPosMask)<<d.literalBits | uint32(d.behind(0))>>(8-d.literalBits)
	p := d.literal[0x300*context:][:0x300]
	symbol := uint32(1)
	if d.state >= lzmaLiterals {
		match := uint32(d.behind(d.back[0]))
		for symbol < 0x100 {
			m := match >> 7 & 1
			match <<= 1
			b := d.bit(&p[(1+m)<<8+symbol])
			if symbol = symbol<<1 | b; b != m {
				break
			}
		}
	}
	for symbol < 0x100 {
		symbol = symbol<<1 | d.bit(&p[symbol])
	}
	switch {
	case d.state < 4:
		d.state = 0
	case d.state < 10:
		d.state -= 3
	default:
		d.state -= 6
	}
	return byte(symbol)
}

// after is the state after what is no literal.
func (d *lzmaDecoder) after(literal, other int) {
	if d.state < lzmaLiterals {
		d.state = literal
	} else {
		d.state = other
	}
}

func (d *lzmaDecoder) beginMatch(pos uint32) error {
	if d.bit(&d.rep[d.state]) == 0 {
		d.back[3], d.back[2], d.back[1] = d.back[2], d.back[1], d.back[0]
		d.length = d.matchLength(&d.length0, pos)
		d.after(7, 10)
		if d.back[0] = d.distance(d.length); d.back[0] == 0xffffffff {
			d.normalize()
			d.length, d.ended = 0, true
			return d.inErr
		}
	} else {
		d.repeat(pos)
	}
	return d.check()
}

// repeat reads a match at one of the last distances.
func (d *lzmaDecoder) repeat(pos uint32) {
	switch {
	case d.bit(&d.rep0[d.state]) == 0:
		if d.bit(&d.rep0Long[d.state][pos]) == 0 {
			d.after(9, 11)
			d.length = 1
			return
		}
	case d.bit(&d.rep1[d.state]) == 0:
		d.back[0], d.back[1] = d.back[1], d.back[0]
	case d.bit(&d.rep2[d.state]) == 0:
		d.back[0], d.back[1], d.back[2] = d.back[2], d.back[0], d.back[1]
	default:
		d.back[0], d.back[1], d.back[2], d.back[3] = d.back[3], d.back[0], d.back[1], d.back[2]
	}
	d.length = d.matchLength(&d.repLength, pos)
	d.after(8, 11)
}

// check refuses what lies before the beginning.
func (d *lzmaDecoder) check() error {
	if back := int64(d.back[0]); d.inErr == nil && (back >= int64(d.at) && !d.whole || back >= int64(len(d.dict))) {
		return errLZMA
	}
	return d.inErr
}

func (d *lzmaDecoder) copyMatch(limit int) {
	n := min(d.length, limit-d.at)
	d.length -= n
	d.total += uint64(n)
	from := d.at - int(d.back[0]) - 1
	if from < 0 {
		from += len(d.dict)
	}
	if from+n <= d.at || from > d.at && from+n <= len(d.dict) {
		copy(d.dict[d.at:d.at+n], d.dict[from:])
		d.at += n
		return
	}
	for ; n > 0; n-- {
		d.dict[d.at] = d.dict[from]
		d.at++
		if from++; from == len(d.dict) {
			from = 0
		}
	}
}
