package object

import (
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// maxLine bounds a line of samples.
const maxLine = 1 << 20

// predicted undoes a predictor: lines of samples of which only the difference
// to their neighbours is written.
func (f *File) predicted(r io.Reader, params Dict) (io.Reader, error) {
	kind, _ := f.Int(params.Get("Predictor"))
	if kind < 2 {
		return r, nil
	}
	get := func(key Name, otherwise int) int {
		if n, ok := f.Int(params.Get(key)); ok {
			return n
		}
		return otherwise
	}
	colours, bits, columns := get("Colors", 1), get("BitsPerComponent", 8), get("Columns", 1)
	if colours < 1 || colours > 64 || bits < 1 || bits > 16 || columns < 1 || columns > maxLine*8/(colours*bits) {
		return nil, fmt.Errorf("read stream: %w", extract.ErrCorrupt)
	}
	p := &predictor{r: r, png: kind >= 10, step: max(1, colours*bits/8), bits: bits}
	n := (colours*bits*columns + 7) / 8
	p.line, p.above = make([]byte, n), make([]byte, n)
	return p, nil
}

type predictor struct {
	r     io.Reader
	png   bool
	step  int // bytes to the neighbour on the left
	bits  int
	line  []byte
	above []byte
	out   []byte
	err   error
}

func (p *predictor) Read(b []byte) (int, error) {
	for len(p.out) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.advance()
	}
	n := copy(b, p.out)
	p.out = p.out[n:]
	return n, nil
}

// advance reads a line. A last line may be short.
func (p *predictor) advance() {
	p.line, p.above = p.above, p.line
	filter := [1]byte{}
	if p.png {
		if _, p.err = io.ReadFull(p.r, filter[:]); p.err != nil {
			return
		}
	}
	n, err := io.ReadFull(p.r, p.line)
	clear(p.line[n:])
	if p.err = err; errors.Is(err, io.ErrUnexpectedEOF) {
		p.err = io.EOF
	}
	if p.png {
		unfilter(filter[0], p.line, p.above, p.step)
	} else if p.bits == 8 {
		unfilter(1, p.line, p.above, p.step)
	}
	p.out = p.line[:n]
}

// unfilter undoes a filter of PNG.
func unfilter(kind byte, line, above []byte, step int) {
	switch kind {
	case 1:
		for i := step; i < len(line); i++ {
			line[i] += line[i-step]
		}
	case 2:
		for i := range line {
			line[i] += above[i]
		}
	case 3:
		for i := range line {
			left := 0
			if i >= step {
				left = int(line[i-step])
			}
			line[i] += byte((left + int(above[i])) / 2)
		}
	case 4:
		for i := range line {
			var left, corner byte
			if i >= step {
				left, corner = line[i-step], above[i-step]
			}
			line[i] += paeth(left, above[i], corner)
		}
	}
}

// paeth is the neighbour that is nearest to left + up - corner.
func paeth(left, up, corner byte) byte {
	a, b := int(up)-int(corner), int(left)-int(corner)
	c := max(a+b, -(a + b))
	a, b = max(a, -a), max(b, -b)
	switch {
	case a <= b && a <= c:
		return left
	case b <= c:
		return up
	}
	return corner
}
