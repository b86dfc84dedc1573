package eml

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Where the part at hand ended.
const (
	none    = -1 // not yet
	message = -2 // at the next message of a box
	finish  = -3 // at the end of the file
)

// lines reads the lines of a part: up to a boundary of it or of what it lies in.
type lines struct {
	in    *bufio.Reader
	box   bool // of messages
	start bool // the next byte begins a line
	blank bool // the line before was blank
	err   error

	bounds []string // of the parts at hand, outermost first
	found  int      // the boundary, by its place among these, or a constant above
	last   bool     // it was the closing one
}

func (l *lines) push(boundary string) { l.bounds = append(l.bounds, boundary) }
func (l *lines) pop()                 { l.bounds = l.bounds[:len(l.bounds)-1] }

// nextMessage goes on after the end of a message in a box.
func (l *lines) nextMessage() bool {
	if l.found != message {
		for { // a boundary that nothing waits for ends nothing
			if _, ok := l.line(); !ok {
				break
			}
		}
	}
	if l.found != message {
		return false
	}
	l.found, l.bounds = none, l.bounds[:0]
	return true
}

// line returns the next line, or a stretch of a long one. It is not ok at the
// end of the part; the slice holds until the next call.
func (l *lines) line() ([]byte, bool) {
	if l.found != none {
		return nil, false
	}
	b, err := l.in.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		if !errors.Is(err, io.EOF) {
			l.err = err
		}
		if len(b) == 0 {
			l.found = finish
			return nil, false
		}
	}
	began := l.start
	l.start = err == nil
	if began && l.ends(b) {
		return nil, false
	}
	l.blank = began && len(bytes.TrimRight(b, "\r\n")) == 0
	return b, true
}

// ends reports whether a line ends the part at hand.
func (l *lines) ends(line []byte) bool {
	if l.box && l.blank && bytes.HasPrefix(line, []byte("From ")) && bytes.IndexByte(line, ':') > 0 {
		l.found = message
		return true
	}
	if len(line) < 3 || line[0] != '-' || line[1] != '-' || len(l.bounds) == 0 {
		return false
	}
	line = bytes.TrimRight(line[2:], " \t\r\n")
	for i := len(l.bounds) - 1; i >= 0; i-- {
		rest, ok := bytes.CutPrefix(line, []byte(l.bounds[i]))
		if ok && l.bounds[i] != "" && (len(rest) == 0 || string(rest) == "--") {
			l.found, l.last = i, len(rest) > 0
			return true
		}
	}
	return false
}

// content is the bytes of a part: its lines without the newline before the
// boundary that ends it.
type content struct {
	l     *lines
	queue [2][]byte // a newline, a line
	held  []byte
}

func (c *content) Read(p []byte) (int, error) {
	for len(c.queue[0]) == 0 && len(c.queue[1]) == 0 {
		b, ok := c.l.line()
		if !ok {
			return 0, io.EOF
		}
		text := bytes.TrimSuffix(b, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r"))
		c.queue = [2][]byte{c.held, text}
		c.held = nil
		if len(text) < len(b) {
			c.held = []byte("\r\n")[2-(len(b)-len(text)):]
		}
	}
	n := 0
	for i := range c.queue {
		m := copy(p[n:], c.queue[i])
		c.queue[i] = c.queue[i][m:]
		n += m
	}
	return n, nil
}

// decoder undoes the transfer encoding of a part. It takes what can be decoded
// and passes over the rest.
type decoder struct {
	in     *bufio.Reader
	decode func(*decoder)
	out    []byte // decoded, to be read
	buf    []byte
	ended  bool
	broken bool // it breaks off
}

func (r *reader) decoded(encoding string) *decoder {
	d := &decoder{in: bufio.NewReaderSize(&content{l: &r.lines}, 4<<10), decode: (*decoder).plain}
	switch encoding {
	case "base64":
		d.decode = (*decoder).base64
	case "quoted-printable":
		d.decode = (*decoder).quoted
	}
	return d
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.ended {
			return 0, io.EOF
		}
		d.buf = d.buf[:0]
		d.decode(d)
		d.out = d.buf
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// stretch is about how much is decoded at once.
const stretch = 4 << 10

func (d *decoder) next() (byte, bool) {
	c, err := d.in.ReadByte()
	if err != nil {
		d.ended = true
	}
	return c, err == nil
}

func (d *decoder) plain() {
	b := d.buf[:cap(d.buf)]
	if len(b) < stretch {
		b = make([]byte, stretch)
	}
	n, err := d.in.Read(b)
	d.ended = err != nil
	d.buf = b[:n]
}

// quoted decodes quoted-printable.
func (d *decoder) quoted() {
	for len(d.buf) < stretch {
		c, ok := d.next()
		if !ok {
			return
		}
		if c != '=' {
			d.buf = append(d.buf, c)
			continue
		}
		next, _ := d.in.Peek(2)
		switch high, low := hexDigit(next, 0), hexDigit(next, 1); {
		case high >= 0 && low >= 0:
			d.buf = append(d.buf, byte(high<<4|low))
			d.discard(2)
		case len(next) > 1 && next[0] == '\r' && next[1] == '\n':
			d.discard(2)
		case len(next) > 0 && next[0] == '\n':
			d.discard(1)
		case len(next) > 0: // none of its own
			d.buf = append(d.buf, '=')
		}
	}
}

func (d *decoder) discard(n int) {
	if _, err := d.in.Discard(n); err != nil {
		d.ended = true
	}
}

func hexDigit(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch c := b[i]; {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// base64 decodes base64, passing over what is none.
func (d *decoder) base64() {
	bits, n := uint32(0), 0
	for len(d.buf) < stretch || n > 0 {
		c, ok := d.next()
		v := digit64(c)
		switch {
		case !ok && n > 0:
			d.broken = true
			d.rest(bits, n)
			return
		case !ok:
			return
		case c == '=':
			d.rest(bits, n)
			bits, n = 0, 0
		case v >= 0:
			bits, n = bits<<6|uint32(v), n+1
			if n == 4 {
				d.buf = append(d.buf, byte(bits>>16), byte(bits>>8), byte(bits))
				bits, n = 0, 0
			}
		}
	}
}

// rest decodes an unfinished group of digits.
func (d *decoder) rest(bits uint32, n int) {
	switch n {
	case 2:
		d.buf = append(d.buf, byte(bits>>4))
	case 3:
		d.buf = append(d.buf, byte(bits>>10), byte(bits>>2))
	}
}

func digit64(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}
