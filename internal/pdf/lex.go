package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// Bounds on what is parsed: far above any report, far below what would hurt.
const (
	maxFile      = 256 << 20
	maxValues    = 1 << 20
	maxDepth     = 32
	maxRevisions = 32
	maxDigits    = 16
	maxName      = 127
)

// lexer reads values at a position. It accepts space and line feed as white
// space and no comment anywhere.
type lexer struct {
	data   []byte
	pos    int
	depth  int
	values int
}

func (l *lexer) fail(format string, args ...any) error {
	return fmt.Errorf("at byte %d: %w", l.pos, fmt.Errorf(format, args...))
}

func (l *lexer) skip() {
	for l.pos < len(l.data) && (l.data[l.pos] == ' ' || l.data[l.pos] == '\n') {
		l.pos++
	}
}

// peek returns the byte at the position, or 0 at the end.
func (l *lexer) peek() byte {
	if l.pos < len(l.data) {
		return l.data[l.pos]
	}
	return 0
}

func (l *lexer) has(s string) bool {
	return bytes.HasPrefix(l.data[l.pos:], []byte(s))
}

// take consumes s if it comes next.
func (l *lexer) take(s string) bool {
	if !l.has(s) {
		return false
	}
	l.pos += len(s)
	return true
}

func (l *lexer) expect(s string) error {
	if !l.take(s) {
		return l.fail("expected %q", s)
	}
	return nil
}

// regular reports whether c may stand in a name or keyword.
func regular(c byte) bool {
	return c > ' ' && c < 0x7f && bytes.IndexByte([]byte("()<>[]{}/%"), c) < 0
}

// value reads one value.
func (l *lexer) value() (Object, error) {
	if l.values++; l.values > maxValues {
		return nil, l.fail("more than %d values", maxValues)
	}
	if l.depth++; l.depth > maxDepth {
		return nil, l.fail("nested deeper than %d", maxDepth)
	}
	defer func() { l.depth-- }()
	l.skip()
	switch c := l.peek(); {
	case l.has("<<"):
		return l.dict()
	case c == '<':
		return l.hexString()
	case c == '(':
		return l.literalString()
	case c == '[':
		return l.array()
	case c == '/':
		return l.name()
	case c == '-' || c == '.' || c >= '0' && c <= '9':
		return l.number()
	}
	return l.keyword()
}

func (l *lexer) keyword() (Object, error) {
	for word, o := range map[string]Object{"true": Bool(true), "false": Bool(false), "null": Null{}} {
		if l.has(word) && !l.regularAt(l.pos+len(word)) {
			l.pos += len(word)
			return o, nil
		}
	}
	return nil, l.fail("expected a value")
}

func (l *lexer) regularAt(i int) bool {
	return i < len(l.data) && regular(l.data[i])
}

func (l *lexer) dict() (Object, error) {
	l.pos += len("<<")
	d := Dict{}
	for {
		l.skip()
		if l.take(">>") {
			return d, nil
		}
		if l.peek() != '/' {
			return nil, l.fail("expected a name in a dictionary")
		}
		key, err := l.name()
		if err != nil {
			return nil, err
		}
		if _, twice := d[key]; twice {
			return nil, l.fail("key /%s stands twice in a dictionary", key)
		}
		if d[key], err = l.value(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) array() (Object, error) {
	l.pos++
	a := Array{}
	for {
		l.skip()
		if l.take("]") {
			return a, nil
		}
		v, err := l.value()
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
}

func (l *lexer) name() (Name, error) {
	l.pos++
	var b []byte
	for l.regularAt(l.pos) {
		c := l.data[l.pos]
		l.pos++
		if c == '#' {
			if l.pos+2 > len(l.data) {
				return "", l.fail("name is cut off")
			}
			v, err := strconv.ParseUint(string(l.data[l.pos:l.pos+2]), 16, 8)
			if err != nil || v == 0 {
				return "", l.fail("bad escape in a name")
			}
			c = byte(v)
			l.pos += 2
		}
		if b = append(b, c); len(b) > maxName {
			return "", l.fail("name longer than %d bytes", maxName)
		}
	}
	return Name(b), nil
}

// number reads a number, or a reference of generation 0.
func (l *lexer) number() (Object, error) {
	start := l.pos
	for l.regularAt(l.pos) {
		l.pos++
	}
	text := string(l.data[start:l.pos])
	if len(text) > maxDigits {
		return nil, l.fail("number too long")
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n > 0 && n <= maxValues && l.has(" 0 R") && !l.regularAt(l.pos+len(" 0 R")) {
			l.pos += len(" 0 R")
			return Ref(n), nil
		}
		return Integer(n), nil
	}
	return l.real(text)
}

func (l *lexer) real(text string) (Object, error) {
	for i, c := range []byte(text) {
		if !(c == '-' && i == 0) && c != '.' && (c < '0' || c > '9') {
			return nil, l.fail("bad number")
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, l.fail("bad number")
	}
	if f == math.Trunc(f) {
		return Integer(f), nil
	}
	return Real(f), nil
}

func (l *lexer) hexString() (Object, error) {
	l.pos++
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 || end%2 != 0 {
		return nil, l.fail("bad hexadecimal string")
	}
	out := make([]byte, end/2)
	for i := range out {
		hi, lo := nibble(l.data[l.pos+2*i]), nibble(l.data[l.pos+2*i+1])
		if hi > 15 || lo > 15 {
			return nil, l.fail("bad hexadecimal string")
		}
		out[i] = hi<<4 | lo
	}
	l.pos += end + 1
	return String(out), nil
}

// nibble returns the value of a hexadecimal digit, or 255.
func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

func (l *lexer) literalString() (Object, error) {
	l.pos++
	var out []byte
	for open := 1; ; {
		if l.pos >= len(l.data) {
			return nil, l.fail("string is cut off")
		}
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return String(out), nil
			}
		case '\r':
			return nil, l.fail("bare carriage return in a string")
		case '\\':
			var err error
			if c, err = l.escape(); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
}

// escape reads what follows a backslash in a string.
func (l *lexer) escape() (byte, error) {
	c := l.peek()
	l.pos++
	switch c {
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case '(', ')', '\\':
		return c, nil
	}
	return 0, l.fail("unknown escape in a string")
}
