// Package markup parts XML into tokens. It is lenient, for what it reads is
// often broken and still holds data, and bounded: a token is never longer than
// its window, no nesting is kept, and no entity is expanded but the five that
// every parser knows and characters by number.
package markup

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"trustaudit/internal/extract/charset"
)

// Kind is the kind of a token.
type Kind int

// The kinds of tokens.
const (
	EOF     Kind = iota
	Start        // an element begins; its attributes follow as tokens
	Attr         // an attribute of the element begun last
	End          // an element ends
	Text         // a stretch of text; one text may come in several
	Comment      // a comment, declaration or instruction, likewise
)

// Token is a part of a document. Its slices hold until the next token.
type Token struct {
	Kind Kind
	Name []byte // local name, without its prefix
	Text []byte
}

const (
	maxName   = 256
	maxEntity = 12
	maxValue  = 64 << 10 // of an attribute: a longer one comes in several tokens
)

// state is where the scanner stands.
type state int

const (
	inText state = iota
	inTag
	inValue
	inCDATA
	inComment     // until -->
	inDeclaration // until >
)

// Scanner yields the tokens of a document.
type Scanner struct {
	s     *charset.Stream
	state state
	name  []byte // of the element at hand
	attr  []byte
	quote byte
	out   []byte // decoded text
}

// NewScanner returns a Scanner over a stream.
func NewScanner(s *charset.Stream) *Scanner { return &Scanner{s: s} }

// Next returns the next token; at the end its kind is EOF. An error is one of
// reading: whatever the bytes are, they have tokens.
func (x *Scanner) Next() (Token, error) {
	for {
		b, err := x.need(1)
		if err != nil || len(b) == 0 {
			return Token{}, err
		}
		var t Token
		var ok bool
		switch x.state {
		case inText:
			t, ok, err = x.text(b)
		case inTag:
			t, ok, err = x.tag(b)
		case inValue:
			t, ok, err = x.value()
		case inCDATA:
			t, ok, err = x.until("]]>", Text)
		case inComment:
			t, ok, err = x.until("-->", Comment)
		default:
			t, ok, err = x.until(">", Comment)
		}
		if ok || err != nil {
			return t, err
		}
	}
}

// need returns the window, with n bytes in it unless the document ends before.
func (x *Scanner) need(n int) ([]byte, error) {
	for len(x.s.Bytes()) < n {
		more, err := x.s.More()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	return x.s.Bytes(), nil
}

// text reads up to the next tag.
func (x *Scanner) text(b []byte) (Token, bool, error) {
	if b[0] == '<' {
		return x.open()
	}
	if b[0] == '&' {
		b, err := x.need(maxEntity)
		if err != nil {
			return Token{}, false, err
		}
		r, n := entity(b)
		x.out = append(x.out[:0], r...)
		x.s.Advance(n)
		return Token{Kind: Text, Text: x.out}, true, nil
	}
	n := bytes.IndexAny(b, "<&")
	if n < 0 {
		n = len(b)
	}
	x.s.Advance(n)
	return Token{Kind: Text, Text: b[:n]}, true, nil
}

// open tells what a < begins.
func (x *Scanner) open() (Token, bool, error) {
	b, err := x.need(9)
	if err != nil {
		return Token{}, false, err
	}
	switch {
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		x.s.Advance(9)
		x.state = inCDATA
	case bytes.HasPrefix(b, []byte("<!--")):
		x.s.Advance(4)
		x.state = inComment
	case len(b) > 1 && (b[1] == '!' || b[1] == '?'):
		x.s.Advance(2)
		x.state = inDeclaration
	case len(b) > 1 && b[1] == '/':
		x.s.Advance(2)
		return x.close()
	case len(b) > 1 && nameStart(b[1]):
		x.s.Advance(1)
		name, err := x.word()
		x.name = append(x.name[:0], name...)
		x.state = inTag
		return Token{Kind: Start, Name: x.name}, err == nil, err
	default: // a < that is none
		x.s.Advance(1)
		return Token{Kind: Text, Text: b[:1]}, true, nil
	}
	return Token{}, false, nil
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf
}

func endsName(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '/', '>', '=', '<', '"', '\'':
		return true
	}
	return false
}

// word reads a name and returns its local part.
func (x *Scanner) word() ([]byte, error) {
	b, err := x.need(maxName)
	if err != nil {
		return nil, err
	}
	n := 0
	for n < len(b) && n < maxName && !endsName(b[n]) {
		n++
	}
	name := b[:n]
	x.s.Advance(n)
	return name[bytes.LastIndexByte(name, ':')+1:], nil
}

// close reads an end tag.
func (x *Scanner) close() (Token, bool, error) {
	name, err := x.word()
	if err != nil {
		return Token{}, false, err
	}
	x.name = append(x.name[:0], name...)
	for {
		b, err := x.need(1)
		if err != nil || len(b) == 0 {
			return Token{Kind: End, Name: x.name}, err == nil, err
		}
		if b[0] == '<' { // never closed
			break
		}
		x.s.Advance(1)
		if b[0] == '>' {
			break
		}
	}
	x.state = inText
	return Token{Kind: End, Name: x.name}, true, nil
}

// tag reads what follows an element's name: an attribute, or the tag's end.
func (x *Scanner) tag(b []byte) (Token, bool, error) {
	switch c := b[0]; {
	case c == '>':
		x.s.Advance(1)
		x.state = inText
	case c == '<': // never closed
		x.state = inText
	case c == '/':
		x.s.Advance(1)
		if b, err := x.need(1); err != nil || len(b) == 0 || b[0] != '>' {
			return Token{}, false, err
		}
		x.s.Advance(1)
		x.state = inText
		return Token{Kind: End, Name: x.name}, true, nil
	case nameStart(c):
		return x.attribute()
	default:
		x.s.Advance(1)
	}
	return Token{}, false, nil
}

// attribute reads an attribute's name and what stands before its value.
func (x *Scanner) attribute() (Token, bool, error) {
	name, err := x.word()
	if err != nil {
		return Token{}, false, err
	}
	x.attr = append(x.attr[:0], name...)
	if err := x.space(); err != nil {
		return Token{}, false, err
	}
	b, err := x.need(1)
	if err != nil || len(b) == 0 || b[0] != '=' {
		return Token{}, false, err
	}
	x.s.Advance(1)
	if err := x.space(); err != nil {
		return Token{}, false, err
	}
	b, err = x.need(1)
	if err != nil || len(b) == 0 {
		return Token{}, false, err
	}
	x.quote = 0
	if b[0] == '"' || b[0] == '\'' {
		x.quote = b[0]
		x.s.Advance(1)
	}
	x.state = inValue
	return Token{}, false, nil
}

func (x *Scanner) space() error {
	for {
		b, err := x.need(1)
		if err != nil || len(b) == 0 || b[0] > ' ' {
			return err
		}
		x.s.Advance(1)
	}
}

// value reads an attribute's value, or as much of it as one token takes.
func (x *Scanner) value() (Token, bool, error) {
	x.out = x.out[:0]
	for len(x.out) < maxValue {
		b, err := x.need(maxEntity)
		if err != nil {
			return Token{}, false, err
		}
		if len(b) == 0 {
			break
		}
		c := b[0]
		if x.quote != 0 && c == x.quote || x.quote == 0 && (c <= ' ' || c == '>') {
			if x.quote != 0 {
				x.s.Advance(1)
			}
			x.state = inTag
			break
		}
		if c == '&' {
			r, n := entity(b)
			x.out = append(x.out, r...)
			x.s.Advance(n)
			continue
		}
		n := 1
		for n < len(b) && n < maxValue && b[n] != '&' && b[n] != '>' && b[n] != x.quote && b[n] > ' ' {
			n++
		}
		x.out = append(x.out, b[:n]...)
		x.s.Advance(n)
	}
	return Token{Kind: Attr, Name: x.attr, Text: x.out}, true, nil
}

// until reads up to a mark, in stretches.
func (x *Scanner) until(mark string, kind Kind) (Token, bool, error) {
	b, err := x.need(len(mark))
	if err != nil {
		return Token{}, false, err
	}
	n := bytes.Index(b, []byte(mark))
	switch {
	case n >= 0:
		x.s.Advance(n + len(mark))
		x.state = inText
	case len(b) >= len(mark):
		n = len(b) - len(mark) + 1
		x.s.Advance(n)
	default:
		n = len(b)
		x.s.Advance(n)
	}
	return Token{Kind: kind, Text: b[:n]}, n > 0, nil
}

// entity reads a reference that b begins with: what it stands for, and its
// length. One that is not known stands for itself.
func entity(b []byte) (r []byte, n int) {
	end := bytes.IndexByte(b[:min(len(b), maxEntity)], ';')
	if end < 2 {
		return b[:1], 1
	}
	name := string(b[1:end])
	switch name {
	case "amp":
		return []byte("&"), end + 1
	case "lt":
		return []byte("<"), end + 1
	case "gt":
		return []byte(">"), end + 1
	case "quot":
		return []byte(`"`), end + 1
	case "apos":
		return []byte("'"), end + 1
	case "nbsp":
		return []byte("\u00a0"), end + 1
	}
	if name[0] != '#' {
		return b[:1], 1
	}
	base, digits := 10, name[1:]
	if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
		base, digits = 16, digits[1:]
	}
	code, err := strconv.ParseUint(digits, base, 21)
	if err != nil {
		return b[:1], 1
	}
	return utf8.AppendRune(nil, rune(code)), end + 1
}
