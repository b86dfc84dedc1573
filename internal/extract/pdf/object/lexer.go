package object

import (
	"bytes"
	"errors"
	"io"
)

// Kind is the kind of a token.
type Kind byte

// The kinds of tokens.
const (
	EOF Kind = iota
	Int
	Real
	Text // a string
	Label
	Word // an operator or a keyword
	ArrayOpen
	ArrayClose
	DictOpen
	DictClose
)

// Token is a token. Bytes are those of a string, a name or a keyword, until the
// next token is read.
type Token struct {
	Kind   Kind
	Number float64
	Bytes  []byte
}

const (
	lexerBuffer = 8 << 10
	// maxToken bounds a string; what is longer is cut and counts as damage.
	maxToken = 4 << 20
)

// Lexer reads tokens from a stream of bytes.
type Lexer struct {
	Cut bool // a string was too long
	Err error

	r        io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0]
	word     []byte
}

// NewLexer returns a Lexer of r.
func NewLexer(r io.Reader) *Lexer {
	return &Lexer{r: r, buf: make([]byte, lexerBuffer)}
}

// Reset reads from another stream, whose first byte has an offset.
func (l *Lexer) Reset(r io.Reader, offset int64) {
	l.r, l.base, l.pos, l.end, l.Err, l.Cut = r, offset, 0, 0, nil, false
}

// Offset is that of the next byte.
func (l *Lexer) Offset() int64 { return l.base + int64(l.pos) }

// fill reads more once the buffer is used up.
func (l *Lexer) fill() bool {
	for empty := 0; l.Err == nil && empty < 100; empty++ {
		l.base += int64(l.end)
		n, err := l.r.Read(l.buf)
		l.pos, l.end = 0, n
		if err != nil {
			l.Err = err
		}
		if n > 0 {
			return true
		}
	}
	if l.Err == nil {
		l.Err = io.ErrNoProgress
	}
	return false
}

// Broken is the error that ended the stream early, if any.
func (l *Lexer) Broken() error {
	if errors.Is(l.Err, io.EOF) {
		return nil
	}
	return l.Err
}

// next returns the next byte, or -1.
func (l *Lexer) next() int {
	if l.pos == l.end && !l.fill() {
		return -1
	}
	c := l.buf[l.pos]
	l.pos++
	return int(c)
}

// peek returns the next byte without taking it, or -1.
func (l *Lexer) peek() int {
	if l.pos == l.end && !l.fill() {
		return -1
	}
	return int(l.buf[l.pos])
}

const (
	space = 1 << iota
	delimiter
)

var classes = func() (t [256]byte) {
	for _, c := range []byte("\x00\t\n\f\r ") {
		t[c] = space
	}
	for _, c := range []byte("()<>[]{}/%") {
		t[c] = delimiter
	}
	return t
}()

// Next reads a token.
func (l *Lexer) Next() Token {
	for {
		c := l.next()
		switch {
		case c < 0:
			return Token{Kind: EOF}
		case classes[c]&space != 0:
			continue
		case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
			return l.number(c)
		}
		switch c {
		case '%':
			l.comment()
		case '/':
			return l.name()
		case '(':
			return l.literal()
		case '<':
			if l.peek() == '<' {
				l.pos++
				return Token{Kind: DictOpen}
			}
			return l.hex()
		case '>':
			if l.peek() == '>' {
				l.pos++
				return Token{Kind: DictClose}
			}
		case '[':
			return Token{Kind: ArrayOpen}
		case ']':
			return Token{Kind: ArrayClose}
		case ')', '{', '}': // out of place
		default:
			return l.keyword(byte(c))
		}
	}
}

func (l *Lexer) comment() {
	for c := l.next(); c >= 0 && c != '\n' && c != '\r'; c = l.next() {
	}
}

// number reads a number as forgivingly as readers do: "--5" is -5, "12-34" 12.
func (l *Lexer) number(c int) Token {
	negative, real, digits := false, false, false
	value, scale := 0.0, 1.0
	for ; ; c = l.next() {
		switch {
		case c >= '0' && c <= '9':
			digits = true
			if real {
				scale /= 10
				value += float64(c-'0') * scale
			} else {
				value = value*10 + float64(c-'0')
			}
		case c == '.' && !real:
			real = true
		case c == '-' && !digits:
			negative = true
		case c == '+' || c == '-' || c == '.': // out of place
		default:
			if c >= 0 {
				l.pos--
			}
			if negative {
				value = -value
			}
			if real {
				return Token{Kind: Real, Number: value}
			}
			return Token{Kind: Int, Number: value}
		}
	}
}

func (l *Lexer) keyword(c byte) Token {
	l.word = append(l.word[:0], c)
	for {
		c := l.peek()
		if c < 0 || classes[c] != 0 {
			return Token{Kind: Word, Bytes: l.word}
		}
		l.pos++
		l.add(byte(c))
	}
}

func (l *Lexer) add(c byte) {
	if len(l.word) == maxToken {
		l.Cut = true
		return
	}
	l.word = append(l.word, c)
}

func (l *Lexer) name() Token {
	l.word = l.word[:0]
	for {
		c := l.peek()
		if c < 0 || classes[c] != 0 {
			return Token{Kind: Label, Bytes: l.word}
		}
		l.pos++
		if c == '#' {
			c = l.escaped()
		}
		l.add(byte(c))
	}
}

// escaped reads the two digits behind the # of a name; where there are none,
// the # is meant.
func (l *Lexer) escaped() int {
	high := hexDigit(l.peek())
	if high < 0 {
		return '#'
	}
	l.pos++
	low := hexDigit(l.peek())
	if low < 0 {
		return high
	}
	l.pos++
	return high<<4 | low
}

func hexDigit(c int) int {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return -1
}

func (l *Lexer) hex() Token {
	l.word = l.word[:0]
	high := -1
	for c := l.next(); c >= 0 && c != '>'; c = l.next() {
		d := hexDigit(c)
		switch {
		case d < 0:
		case high < 0:
			high = d
		default:
			l.add(byte(high<<4 | d))
			high = -1
		}
	}
	if high >= 0 {
		l.add(byte(high << 4))
	}
	return Token{Kind: Text, Bytes: l.word}
}

func (l *Lexer) literal() Token {
	l.word = l.word[:0]
	for depth := 1; ; {
		c := l.next()
		switch c {
		case -1:
			return Token{Kind: Text, Bytes: l.word}
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return Token{Kind: Text, Bytes: l.word}
			}
		case '\\':
			if c = l.escape(); c < 0 {
				continue
			}
		}
		l.add(byte(c))
	}
}

// escape reads what stands behind a backslash; -1 is nothing.
func (l *Lexer) escape() int {
	c := l.next()
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case '\n':
		return -1
	case '\r':
		if l.peek() == '\n' {
			l.pos++
		}
		return -1
	}
	if c < '0' || c > '7' {
		return c
	}
	value := c - '0'
	for range 2 {
		if d := l.peek(); d >= '0' && d <= '7' {
			l.pos++
			value = value<<3 | (d - '0')
		}
	}
	return value & 0xff
}

// line takes the end of the line that stands between the keyword "stream" and
// the stream.
func (l *Lexer) line() {
	for l.peek() == ' ' {
		l.pos++
	}
	if l.peek() == '\r' {
		l.pos++
	}
	if l.peek() == '\n' {
		l.pos++
	}
}

// SkipImage passes over the bytes of an image inside a page's contents, behind
// the operator ID, and its EI. Nothing says how long they are: EI ends them
// where white space is around it and no bytes of an image follow.
func (l *Lexer) SkipImage() {
	l.next()
	for before := ' '; ; {
		c := l.next()
		if c < 0 {
			return
		}
		if c == 'E' && classes[byte(before)]&space != 0 && l.peek() == 'I' && l.endsImage() {
			l.pos++
			return
		}
		before = rune(c)
	}
}

// endsImage looks at what follows an EI whose I is next.
func (l *Lexer) endsImage() bool {
	const look = 12
	if l.end-l.pos < look+1 {
		n := copy(l.buf, l.buf[l.pos:l.end])
		l.base += int64(l.pos)
		l.pos, l.end = 0, n
		for l.end < look+1 && l.Err == nil {
			n, err := l.r.Read(l.buf[l.end:])
			l.end += n
			l.Err = err
		}
	}
	rest := l.buf[l.pos+1 : min(l.end, l.pos+1+look)]
	if len(rest) > 0 && classes[rest[0]]&space == 0 {
		return false
	}
	return !bytes.ContainsFunc(rest, func(r rune) bool {
		return r >= 0x7f || r < ' ' && classes[byte(r)]&space == 0
	})
}
