// Package armour undoes what binary files are wrapped in where only characters
// can be sent: a line that says what follows, base 64, and a line that ends it.
package armour

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

const begin = "-----BEGIN "

// Label returns what the first line says that follows, "PGP MESSAGE"; it is
// empty when the beginning of a file is no such line.
func Label(head []byte) string {
	head = bytes.TrimPrefix(head[:min(len(head), 256)], []byte("\xef\xbb\xbf"))
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte(begin))
	if !ok {
		return ""
	}
	label, _, ok := bytes.Cut(rest, []byte("-----"))
	if !ok || bytes.IndexByte(label, '\n') >= 0 {
		return ""
	}
	return string(label)
}

// NewReader returns a reader of the first block's bytes.
func NewReader(r io.Reader) io.Reader {
	return &reader{in: bufio.NewReader(r)}
}

// reader decodes line by line.
type reader struct {
	in    *bufio.Reader
	state state
	chars []byte // not decoded yet: less than a group
	plain []byte // decoded, not read yet
	room  []byte
	err   error
}

type state int

const (
	before state = iota // the line that begins the block
	header              // lines of the form "Name: value"
	body
)

func (r *reader) Read(p []byte) (int, error) {
	for len(r.plain) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.line()
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

// line takes a line, or as much of it as is at hand.
func (r *reader) line() {
	line, err := r.in.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		r.err = err
	}
	text := bytes.TrimSpace(line)
	switch {
	case r.state == before:
		if bytes.Contains(text, []byte(begin)) {
			r.state = header
		}
		return
	case r.state == header && bytes.IndexByte(text, ':') >= 0:
		return
	case r.state == header && len(text) == 0:
		r.state = body
		return
	}
	r.state = body
	if len(text) > 0 && (text[0] == '=' || text[0] == '-') { // the checksum, or the end
		r.decode(nil, true)
		r.err = io.EOF
		return
	}
	r.decode(text, r.err != nil)
}

// decode decodes whole groups, and at the end what is left.
func (r *reader) decode(text []byte, last bool) {
	r.chars = append(r.chars, bytes.TrimRight(text, "=")...)
	n := len(r.chars)
	if !last {
		n -= n % 4
	}
	if need := base64.RawStdEncoding.DecodedLen(n); len(r.room) < need {
		r.room = make([]byte, need)
	}
	m, err := base64.RawStdEncoding.Decode(r.room, r.chars[:n])
	if err != nil {
		r.err = fmt.Errorf("decode armour: %w", extract.ErrCorrupt)
	}
	r.plain = r.room[:m]
	r.chars = append(r.chars[:0], r.chars[n:]...)
}
