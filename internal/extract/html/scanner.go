package html

import (
	"bytes"
	"html"

	"trustaudit/internal/extract/charset"
)

// kind is the kind of a token.
type kind int

const (
	end      kind = iota
	text          // a stretch of it
	start         // of an element; its attributes follow
	attr          // of the element begun last
	open          // the tag begun last ends: its attributes are known
	stop          // an element ends
	comment       // or a stretch of it
	verbatim      // the content of a script or a style
)

// token is a part of a page. Its slices hold until the next.
type token struct {
	kind kind
	name string // in small letters
	text []byte
}

const (
	maxName   = 64
	maxNames  = 1024 // that are kept
	maxEntity = 32
	maxValue  = 64 << 10
)

// scanner parts a page into tokens, whatever the bytes are. No token is longer
// than the stream's window.
type scanner struct {
	s     *charset.Stream
	name  string // of the element at hand
	inTag bool
	note  bool // in a comment
	raw   bool // a script or a style begins
	ended bool // one did not end: there are none from here on
	out   []byte
	names map[string]string
}

// need returns the window, with n bytes in it unless the page ends before.
func (x *scanner) need(n int) ([]byte, error) {
	for len(x.s.Bytes()) < n {
		if more, err := x.s.More(); err != nil {
			return nil, err
		} else if !more {
			break
		}
	}
	return x.s.Bytes(), nil
}

func (x *scanner) next() (token, error) {
	for {
		b, err := x.need(1)
		if err != nil || len(b) == 0 {
			return token{}, err
		}
		var t token
		var ok bool
		switch {
		case x.note:
			t, ok, err = x.comment()
		case x.inTag:
			t, ok, err = x.tag(b)
		case x.raw:
			t, ok, err = x.verbatim()
		case b[0] == '<':
			t, ok, err = x.markup()
		case b[0] == '&':
			t, ok, err = x.entity()
		default:
			n := bytes.IndexAny(b, "<&")
			if n < 0 {
				n = len(b)
			}
			x.s.Advance(n)
			return token{kind: text, text: b[:n]}, nil
		}
		if ok || err != nil {
			return t, err
		}
	}
}

// entity reads a reference; one that is none stands for itself.
func (x *scanner) entity() (token, bool, error) {
	b, err := x.need(maxEntity)
	if err != nil {
		return token{}, false, err
	}
	x.out = x.out[:0]
	var n int
	switch {
	case bytes.HasPrefix(b, []byte("&nbsp;")):
		x.out, n = append(x.out, "\u00a0"...), 6
	case bytes.HasPrefix(b, []byte("&amp;")):
		x.out, n = append(x.out, '&'), 5
	default:
		var r string
		r, n = reference(b)
		x.out = append(x.out, r...)
	}
	x.s.Advance(n)
	return token{kind: text, text: x.out}, true, nil
}

// reference decodes the reference that b begins with, and returns its length.
func reference(b []byte) (string, int) {
	n := 1
	for n < len(b) && n < maxEntity && (b[n] == '#' || b[n] >= '0' && b[n] <= '9' || b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z') {
		n++
	}
	if n < len(b) && b[n] == ';' {
		n++
	}
	return html.UnescapeString(string(b[:n])), n
}

// markup tells what a < begins.
func (x *scanner) markup() (token, bool, error) {
	b, err := x.need(9)
	if err != nil {
		return token{}, false, err
	}
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		x.s.Advance(4)
		x.note = true
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		x.s.Advance(9)
	case len(b) > 1 && (b[1] == '!' || b[1] == '?'):
		return x.declaration()
	case len(b) > 2 && b[1] == '/' && isLetter(b[2]):
		x.s.Advance(2)
		return x.close()
	case len(b) > 1 && isLetter(b[1]):
		x.s.Advance(1)
		x.name, err = x.word()
		x.inTag = true
		return token{kind: start, name: x.name}, err == nil, err
	default: // a < that is none
		x.s.Advance(1)
		return token{kind: text, text: b[:1]}, true, nil
	}
	return token{}, false, nil
}

// declaration reads to the next >, which no declaration is without for long.
func (x *scanner) declaration() (token, bool, error) {
	b, err := x.need(sampleBytes)
	if err != nil {
		return token{}, false, err
	}
	n := bytes.IndexByte(b[:min(len(b), sampleBytes)], '>')
	if n < 0 {
		x.s.Advance(1)
		return token{kind: text, text: b[:1]}, true, nil
	}
	x.s.Advance(n + 1)
	return token{kind: comment, text: b[2:n]}, len(b) > 9 && !bytes.EqualFold(b[2:9], []byte("DOCTYPE")) && b[1] != '?', nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func endsName(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '\f', '/', '>', '=', '<', '"', '\'':
		return true
	}
	return false
}

// word reads a name.
func (x *scanner) word() (string, error) {
	b, err := x.need(maxName)
	if err != nil {
		return "", err
	}
	n := 0
	for n < len(b) && n < maxName && !endsName(b[n]) {
		n++
	}
	x.s.Advance(n)
	return x.lower(b[:n]), nil
}

// lower returns a name in small letters, without a copy of those seen before.
func (x *scanner) lower(name []byte) string {
	x.out = x.out[:0]
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		x.out = append(x.out, c)
	}
	known, ok := x.names[string(x.out)]
	if !ok && len(x.names) < maxNames {
		if x.names == nil {
			x.names = make(map[string]string)
		}
		known = string(x.out)
		x.names[known] = known
	} else if !ok {
		known = string(x.out)
	}
	return known
}

// close reads an end tag.
func (x *scanner) close() (token, bool, error) {
	name, err := x.word()
	if err != nil {
		return token{}, false, err
	}
	for {
		b, err := x.need(1)
		if err != nil || len(b) == 0 || b[0] == '<' {
			return token{kind: stop, name: name}, err == nil, err
		}
		x.s.Advance(1)
		if b[0] == '>' {
			return token{kind: stop, name: name}, true, nil
		}
	}
}

// tag reads what follows an element's name: an attribute, or the tag's end.
func (x *scanner) tag(b []byte) (token, bool, error) {
	switch c := b[0]; {
	case c == '>' || c == '<':
		if c == '>' {
			x.s.Advance(1)
		}
		x.inTag = false
		x.raw = !x.ended && (x.name == "script" || x.name == "style")
		return token{kind: open, name: x.name}, true, nil
	case endsName(c):
		x.s.Advance(1)
		return token{}, false, nil
	}
	return x.attribute()
}

func (x *scanner) attribute() (token, bool, error) {
	name, err := x.word()
	if err != nil {
		return token{}, false, err
	}
	b, err := x.space()
	if err != nil || len(b) == 0 || b[0] != '=' {
		return token{kind: attr, name: name}, err == nil, err
	}
	x.s.Advance(1)
	b, err = x.space()
	if err != nil || len(b) == 0 {
		return token{}, false, err
	}
	quote := b[0]
	if quote == '"' || quote == '\'' {
		x.s.Advance(1)
	} else {
		quote = 0
	}
	return x.value(name, quote)
}

func (x *scanner) space() ([]byte, error) {
	for {
		b, err := x.need(1)
		if err != nil || len(b) == 0 || b[0] > ' ' {
			return b, err
		}
		x.s.Advance(1)
	}
}

// value reads an attribute's value. One that is too long was never closed: what
// follows is text again.
func (x *scanner) value(name string, quote byte) (token, bool, error) {
	b, err := x.need(maxValue)
	if err != nil {
		return token{}, false, err
	}
	n := 0
	if quote != 0 {
		if n = bytes.IndexByte(b[:min(len(b), maxValue)], quote); n < 0 && isFile(b) {
			return x.file(name)
		}
		if n < 0 {
			x.inTag = false
			return token{}, false, nil
		}
	} else {
		for n < len(b) && n < maxValue && b[n] > ' ' && b[n] != '>' {
			n++
		}
	}
	x.out = append(x.out[:0], b[:n]...)
	if bytes.IndexByte(x.out, '&') >= 0 {
		x.out = append(x.out[:0], html.UnescapeString(string(x.out))...)
	}
	if quote != 0 {
		n++
	}
	x.s.Advance(n)
	return token{kind: attr, name: name, text: x.out}, true, nil
}

// isFile recognises a value that is a file.
func isFile(value []byte) bool { return len(value) > 5 && bytes.EqualFold(value[:5], []byte("data:")) }

// file passes over a value that is a long file: what it begins with is its token.
func (x *scanner) file(name string) (token, bool, error) {
	b := x.s.Bytes()
	x.out = append(x.out[:0], b[:min(len(b), maxValue)]...)
	i := max(0, bytes.IndexByte(x.out[:256], ','))
	for x.s.Advance(i); ; x.s.Advance(i) {
		b, err := x.need(1)
		for i = 0; i < len(b) && inFile[b[i]]; {
			i++
		}
		if i == 0 || err != nil { // the quote follows, as it should
			if len(b) > 0 && (b[0] == '"' || b[0] == '\'') {
				x.s.Advance(1)
			}
			return token{kind: attr, name: name, text: x.out}, true, err
		}
	}
}

// inFile marks the bytes of base 64, and the comma before it.
var inFile = func() (t [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_%,\r\n" {
		t[c] = true
	}
	return t
}()

// comment reads up to its end, in stretches.
func (x *scanner) comment() (token, bool, error) {
	b, err := x.need(3)
	if err != nil {
		return token{}, false, err
	}
	n := bytes.Index(b, []byte("-->"))
	switch {
	case n >= 0:
		x.s.Advance(n + 3)
		x.note = false
	case len(b) >= 3:
		n = len(b) - 2
		x.s.Advance(n)
	default:
		n = len(b)
		x.s.Advance(n)
	}
	return token{kind: comment, text: b[:n]}, n > 0, nil
}

// verbatim reads the content of a script or a style. One that does not end is
// none: what follows is text.
func (x *scanner) verbatim() (token, bool, error) {
	x.raw = false
	mark := []byte("</" + x.name)
	for from := 0; ; {
		b := x.s.Bytes()
		if i := indexFold(b[from:], mark); i >= 0 {
			x.s.Advance(from + i)
			return token{kind: verbatim, name: x.name, text: b[:from+i]}, true, nil
		}
		from = max(0, len(b)-len(mark))
		if more, err := x.s.More(); err != nil || !more {
			x.ended = true
			return token{}, false, err
		}
	}
}

// indexFold finds a mark that begins with "</", in small letters or capitals.
func indexFold(b, mark []byte) int {
	for from := 0; ; {
		i := bytes.Index(b[from:], mark[:2])
		if i < 0 || from+i+len(mark) > len(b) {
			return -1
		}
		if from += i; bytes.EqualFold(b[from:from+len(mark)], mark) {
			return from
		}
		from += 2
	}
}
