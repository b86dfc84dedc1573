package eml

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// prose reads the lines of plain text: those that flow into one another without
// the newline between them, and up to a file that is written into the text, in
// armour or as uuencode and yEnc have it.
type prose struct {
	in     *bufio.Reader
	flowed bool
	start  bool // the next byte begins a line
	rest   []byte
	found  *inlineFile
	err    error
}

func (r *reader) newProse(in io.Reader, flowed bool) *prose {
	if r.text == nil {
		r.text = bufio.NewReaderSize(nil, stretch)
	}
	r.text.Reset(in)
	return &prose{in: r.text, flowed: flowed, start: true}
}

// Read implements io.Reader. It ends before a file.
func (p *prose) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.err != nil || p.found != nil {
			return 0, p.ended()
		}
		if p.start {
			if p.found = p.fileHere(); p.found != nil {
				return 0, io.EOF
			}
		}
		p.rest = p.line()
		if p.flowed {
			p.rest = flow(p.rest)
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// ended is the error behind the last byte.
func (p *prose) ended() error {
	if p.err == nil {
		return io.EOF
	}
	return p.err
}

// line takes the next line, or a stretch of a long one.
func (p *prose) line() []byte {
	b, err := p.in.ReadSlice('\n')
	p.start = err == nil
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		p.err = err
	}
	return b
}

// flow takes the newline off a line that goes on in the next.
func flow(line []byte) []byte {
	text := bytes.TrimRight(line, "\r\n")
	if len(text) == len(line) || len(text) == 0 || text[len(text)-1] != ' ' || string(text) == "-- " {
		return line
	}
	return text
}

// file is the file that ended the text, nil at the end of the text itself. The
// text goes on behind it.
func (p *prose) file() *inlineFile {
	f := p.found
	p.found = nil
	return f
}

// inlineFile is a file that is written into text.
type inlineFile struct {
	p      *prose
	name   string
	end    []byte // what its last line begins with
	decode func(*inlineFile, []byte) []byte
	buf    []byte
	rest   []byte
	ended  bool
	broken bool // the text ended first
}

// armours begin with these lines.
var armours = [...]struct{ begin, end, name string }{
	{"-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----", "message.asc"},
	{"-----BEGIN PKCS7-----", "-----END PKCS7-----", "message.p7m"},
	{"-----BEGIN CMS-----", "-----END CMS-----", "message.p7m"},
	{"-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----", "message.age"},
}

// fileHere looks whether a file begins at the line to come.
func (p *prose) fileHere() *inlineFile {
	b, _ := p.in.Peek(1)
	if len(b) == 0 || b[0] != '-' && b[0] != 'b' && b[0] != '=' {
		return nil
	}
	if b, _ = p.in.Peek(6); !bytes.HasPrefix(b, []byte("-----B")) && string(b) != "begin " && string(b) != "=ybegi" {
		return nil
	}
	b, _ = p.in.Peek(1 << 10)
	line, below, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimRight(line, " \r")
	for _, a := range armours {
		if string(line) == a.begin {
			return &inlineFile{p: p, name: a.name, end: []byte(a.end), decode: asItIs}
		}
	}
	if name, ok := uuBegin(line); ok && uuLine(below) {
		p.line()
		return &inlineFile{p: p, name: name, end: []byte("end"), decode: (*inlineFile).uu}
	}
	if name, ok := yBegin(line); ok {
		p.line()
		return &inlineFile{p: p, name: name, end: []byte("=yend"), decode: (*inlineFile).y}
	}
	return nil
}

// uuBegin parses "begin 644 name".
func uuBegin(line []byte) (name string, ok bool) {
	line, ok = bytes.CutPrefix(line, []byte("begin "))
	mode, file, more := bytes.Cut(line, []byte(" "))
	if !ok || !more || len(mode) < 3 || len(mode) > 4 || len(file) == 0 {
		return "", false
	}
	for _, c := range mode {
		if c < '0' || c > '7' {
			return "", false
		}
	}
	return string(file), true
}

// uuLine reports whether bytes begin with a line of uuencode.
func uuLine(b []byte) bool {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	return len(line) > 0 && uuLength(line) >= 0
}

// uuLength is how many bytes a line of uuencode holds, -1 when it is none. The
// spaces at its end may have been lost, and a checksum may stand there.
func uuLength(line []byte) int {
	if len(line) == 0 || line[0] < ' ' || line[0] > '`' {
		return -1
	}
	n := int(line[0]-' ') & 63
	digits := (n + 2) / 3 * 4
	if len(line)-1 > digits+2 || n > 0 && len(line) < 2 {
		return -1
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return -1
		}
	}
	return n
}

// yBegin parses "=ybegin line=128 size=123456 name=scan.jpg".
func yBegin(line []byte) (name string, ok bool) {
	line, ok = bytes.CutPrefix(line, []byte("=ybegin "))
	_, file, named := bytes.Cut(line, []byte("name="))
	return string(file), ok && named && len(file) > 0
}

// Read implements io.Reader.
func (f *inlineFile) Read(b []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.ended {
			return 0, io.EOF
		}
		line := f.p.line()
		if len(line) == 0 {
			f.ended, f.broken = true, true
			continue
		}
		f.ended = bytes.HasPrefix(line, f.end)
		f.rest = f.decode(f, line)
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func asItIs(_ *inlineFile, line []byte) []byte { return line }

// uu decodes a line of uuencode. What is none ends the file, and is text.
func (f *inlineFile) uu(whole []byte) []byte {
	if f.ended {
		return nil
	}
	line := bytes.TrimRight(whole, "\r\n")
	n := uuLength(line)
	if n < 0 {
		f.ended, f.broken = true, true
		f.p.rest = whole
		return nil
	}
	f.buf = f.buf[:0]
	group := [4]byte{}
	for i := 0; i < (n+2)/3; i++ {
		for j := range group {
			group[j] = 0
			if at := 1 + 4*i + j; at < len(line) {
				group[j] = (line[at] - ' ') & 63
			}
		}
		f.buf = append(f.buf, group[0]<<2|group[1]>>4, group[1]<<4|group[2]>>2, group[2]<<6|group[3])
	}
	return f.buf[:min(n, len(f.buf))]
}

// y decodes a line of yEnc.
func (f *inlineFile) y(line []byte) []byte {
	if f.ended || bytes.HasPrefix(line, []byte("=ypart ")) {
		return nil
	}
	f.buf = f.buf[:0]
	escaped := false
	for _, c := range bytes.TrimRight(line, "\r\n") {
		switch {
		case escaped:
			f.buf, escaped = append(f.buf, c-64-42), false
		case c == '=':
			escaped = true
		default:
			f.buf = append(f.buf, c-42)
		}
	}
	return f.buf
}
