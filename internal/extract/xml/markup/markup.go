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
	// ahead is how much of the document is at hand when a token begins: more than
	// a name or an entity.
	ahead = 4 << 10
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
		b := x.s.Bytes()
		if len(b) < ahead {
			var err error
			if b, err = x.need(ahead); err != nil || len(b) == 0 {
				return Token{}, err
			}
		}
		var t Token
		var ok bool
		var err error
		switch x.state {
		case inText:
			t, ok = x.text(b)
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
func (x *Scanner) text(b []byte) (Token, bool) {
	switch b[0] {
	case '<':
		return x.open(b)
	case '&':
		r, n := entity(b)
		x.out = append(x.out[:0], r...)
		x.s.Advance(n)
		return Token{Kind: Text, Text: x.out}, true
	}
	n := bytes.IndexByte(b, '<')
	if n < 0 {
		n = len(b)
	}
	if i := bytes.IndexByte(b[:n], '&'); i >= 0 {
		n = i
	}
	x.s.Advance(n)
	return Token{Kind: Text, Text: b[:n]}, true
}

// open tells what a < begins.
func (x *Scanner) open(b []byte) (Token, bool) {
	switch {
	case len(b) > 1 && b[1] == '/':
		return x.close(b), true
	case len(b) > 1 && nameStart(b[1]):
		local, end := word(b, 1)
		x.name = append(x.name[:0], b[local:end]...)
		x.state = inTag
		if end < len(b) && b[end] == '>' {
			x.state = inText
			end++
		}
		x.s.Advance(end)
		return Token{Kind: Start, Name: x.name}, true
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		x.s.Advance(9)
		x.state = inCDATA
	case bytes.HasPrefix(b, []byte("<!--")):
		x.s.Advance(4)
		x.state = inComment
	case len(b) > 1 && (b[1] == '!' || b[1] == '?'):
		x.s.Advance(2)
		x.state = inDeclaration
	default: // a < that is none
		x.s.Advance(1)
		return Token{Kind: Text, Text: b[:1]}, true
	}
	return Token{}, false
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf
}

// endsName marks the bytes that end a name.
var endsName = func() (t [256]bool) {
	for _, c := range " \t\r\n/>=<\"'" {
		t[c] = true
	}
	return t
}()

// word finds the name that begins at from: its local part, and its end.
func word(b []byte, from int) (local, end int) {
	local, end = from, from
	for most := min(len(b), from+maxName); end < most && !endsName[b[end]]; end++ {
		if b[end] == ':' {
			local = end + 1
		}
	}
	return local, end
}

// close reads an end tag. What else stands in it is text.
func (x *Scanner) close(b []byte) Token {
	local, end := word(b, 2)
	x.name = append(x.name[:0], b[local:end]...)
	x.state = inText
	end = len(b) - len(bytes.TrimLeft(b[end:], " \t\r\n"))
	if end < len(b) && b[end] == '>' {
		end++
	}
	x.s.Advance(end)
	return Token{Kind: End, Name: x.name}
}

// tag reads what follows an element's name: an attribute, or the tag's end.
func (x *Scanner) tag(b []byte) (Token, bool, error) {
	n := 0
	for n < len(b) && (b[n] == ' ' || b[n] == '\n' || b[n] == '\r' || b[n] == '\t') {
		n++
	}
	if n == len(b) {
		x.s.Advance(n)
		return Token{}, false, nil
	}
	switch c := b[n]; {
	case c == '>':
		x.s.Advance(n + 1)
		x.state = inText
	case c == '<': // never closed
		x.s.Advance(n)
		x.state = inText
	case c == '/':
		x.s.Advance(n + 1)
		if b, err := x.need(1); err != nil || len(b) == 0 || b[0] != '>' {
			return Token{}, false, err
		}
		x.s.Advance(1)
		x.state = inText
		return Token{Kind: End, Name: x.name}, true, nil
	case nameStart(c):
		return x.attribute(b, n)
	default: // no name: it may be a value whose name is missing
		end := n + 1
		for end < len(b) && end < n+maxName && !endsName[b[end]] {
			end++
		}
		x.s.Advance(end)
		if end > n+1 {
			return Token{Kind: Comment, Text: b[n:end]}, true, nil
		}
	}
	return Token{}, false, nil
}

// attribute reads an attribute's name, which begins at from, and what stands
// before its value.
func (x *Scanner) attribute(b []byte, from int) (Token, bool, error) {
	local, end := word(b, from)
	x.attr = append(x.attr[:0], b[local:end]...)
	x.s.Advance(end)
	if end+1 < len(b) && b[end] == '=' && b[end+1] == '"' { // as nearly all are written
		x.s.Advance(2)
		x.quote = '"'
		return x.value()
	}
	if err := x.space(); err != nil {
		return Token{}, false, err
	}
	b, err := x.need(1)
	if err != nil {
		return Token{}, false, err
	}
	if len(b) == 0 || b[0] != '=' { // a word by itself
		return Token{Kind: Comment, Text: x.attr}, len(x.attr) > 0, nil
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
	if b := x.s.Bytes(); x.quote != 0 {
		b = b[:min(len(b), ahead)]
		if n := bytes.IndexByte(b, x.quote); n >= 0 && bytes.IndexByte(b[:n], '&') < 0 {
			x.s.Advance(n + 1)
			x.state = inTag
			return Token{Kind: Attr, Name: x.attr, Text: b[:n]}, true, nil
		}
	}
	x.state = inValue
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
