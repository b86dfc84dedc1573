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
	cut   bool // a header was too long
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
	if l.box && isFrom(line, l.blank) {
		l.found = message
		return true
	}
	if len(line) < 3 || line[0] != '-' || line[1] != '-' || len(l.bounds) == 0 {
		return false
	}
	line = bytes.TrimRight(line[2:], " \t\r\n")
	for i := len(l.bounds) - 1; i >= 0; i-- {
		rest, ok := bytes.CutPrefix(line, []byte(l.bounds[i]))
		if ok && l.bounds[i] != "" && (len(rest) == 0 || bytes.HasPrefix(rest, []byte("--"))) {
			l.found, l.last = i, len(rest) > 0
			return true
		}
	}
	return false
}

// longestFrom is how long a line that parts messages may be.
const longestFrom = 512

// isFrom reports whether a line parts the messages of a box: it says when the one
// below it came. Behind a line that is not blank it must say it in full.
func isFrom(line []byte, blank bool) bool {
	line, ok := bytes.CutPrefix(line[:min(len(line), longestFrom)], []byte("From "))
	if !ok {
		return false
	}
	time, day, month, year := false, false, false, false
	for word := range bytes.FieldsSeq(line) {
		switch {
		case len(word) >= 4 && bytes.IndexByte(word, ':') > 0 && word[0]-'0' <= 9:
			time = true
		case len(word) == 4 && word[0]-'0' <= 9 && word[3]-'0' <= 9:
			year = true
		case len(word) == 3 && bytes.Contains([]byte("Mon Tue Wed Thu Fri Sat Sun"), word):
			day = true
		case len(word) == 3 && bytes.Contains([]byte("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"), word):
			month = true
		}
	}
	return time && (blank && (day || month || year) || day && month && year)
}

// content is the bytes of a part: its lines without the newline before the
// boundary that ends it.
type content struct {
	l    *lines
	nl   string // the newline before the line
	text []byte
	held string // the newline behind it
}

func (c *content) Read(p []byte) (int, error) {
	for len(c.nl) == 0 && len(c.text) == 0 {
		b, ok := c.l.line()
		if !ok {
			return 0, io.EOF
		}
		text := bytes.TrimSuffix(b, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r"))
		c.nl, c.text, c.held = c.held, text, ""
		if n := len(b) - len(text); n > 0 {
			c.held = "\r\n"[2-n:]
		}
	}
	n := copy(p, c.nl)
	c.nl = c.nl[n:]
	m := copy(p[n:], c.text)
	c.text = c.text[m:]
	return n + m, nil
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
	if r.encoded == nil {
		r.encoded = bufio.NewReaderSize(nil, stretch)
	}
	r.encoded.Reset(&content{l: &r.lines}) // no part is read before the one above it is
	d := &decoder{in: r.encoded, decode: (*decoder).plain}
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

// buffered returns what is at hand of the part, reading on if that is nothing.
func (d *decoder) buffered() []byte {
	if _, err := d.in.Peek(1); err != nil {
		d.ended = true
		return nil
	}
	b, err := d.in.Peek(d.in.Buffered())
	d.ended = err != nil
	return b
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
		b := d.buffered()
		if d.ended {
			return
		}
		n := bytes.IndexByte(b, '=')
		if n < 0 {
			n = len(b)
		}
		d.buf = append(d.buf, b[:n]...)
		d.discard(n)
		if n == len(b) {
			continue
		}
		d.discard(1)
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
		b := d.buffered()
		if d.ended {
			d.broken = d.broken || n > 0
			d.rest(bits, n)
			return
		}
		for _, c := range b {
			v := digits64[c]
			switch {
			case v < 64:
				bits, n = bits<<6|uint32(v), n+1
				if n == 4 {
					d.buf = append(d.buf, byte(bits>>16), byte(bits>>8), byte(bits))
					bits, n = 0, 0
				}
			case c == '=':
				d.rest(bits, n)
				bits, n = 0, 0
			}
		}
		d.discard(len(b))
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

// digits64 holds the values of the digits of base64 in either alphabet; 64 for
// what is none.
var digits64 = func() (t [256]uint8) {
	for c := range t {
		t[c] = 64
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		t[c] = uint8(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()
