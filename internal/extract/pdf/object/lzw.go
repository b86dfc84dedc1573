package object

import "io"

const (
	lzwClear = 256
	lzwEnd   = 257
	lzwCodes = 4096
)

// lzw undoes LZW as PDF has it: the highest bits first, and with codes that grow
// one early unless the file says otherwise.
type lzw struct {
	r     *Lexer
	early int
	bits  uint
	n     uint // how many bits there are
	width uint
	next  int // code to be made
	last  int // code read last, or -1
	end   bool

	prefix [lzwCodes]int16
	suffix [lzwCodes]byte
	buf    [lzwCodes]byte
	out    []byte
}

func newLZW(r io.Reader, early bool) *lzw {
	l := &lzw{r: NewLexer(r)}
	if early {
		l.early = 1
	}
	l.clear()
	return l
}

func (l *lzw) clear() { l.width, l.next, l.last = 9, lzwEnd+1, -1 }

func (l *lzw) Read(p []byte) (int, error) {
	for len(l.out) == 0 {
		if l.end {
			return 0, io.EOF
		}
		l.step()
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	return n, nil
}

func (l *lzw) code() int {
	for l.n < l.width {
		c := l.r.next()
		if c < 0 {
			return lzwEnd
		}
		l.bits = l.bits<<8 | uint(c)
		l.n += 8
	}
	l.n -= l.width
	return int(l.bits >> l.n & (1<<l.width - 1))
}

// step reads a code and makes the next one.
func (l *lzw) step() {
	c := l.code()
	switch {
	case c == lzwClear:
		l.clear()
		return
	case c == lzwEnd || c > l.next || c == l.next && l.last < 0:
		l.end = true
		return
	}
	from := c
	i := len(l.buf)
	if c == l.next { // it begins and ends as the last one begins
		i--
		from = l.last
	}
	for ; from > lzwEnd; from = int(l.prefix[from]) {
		i--
		l.buf[i] = l.suffix[from]
	}
	i--
	l.buf[i] = byte(from)
	if c == l.next {
		l.buf[len(l.buf)-1] = byte(from)
	}
	l.out = l.buf[i:]
	if l.last >= 0 && l.next < lzwCodes {
		l.prefix[l.next], l.suffix[l.next] = int16(l.last), byte(from)
		l.next++
	}
	l.last = c
	if l.next+l.early >= 1<<l.width && l.width < 12 {
		l.width++
	}
}
