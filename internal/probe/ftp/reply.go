package ftp

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"trustaudit/internal/converse"
)

// maxReply is how many bytes of one reply are read at most.
const maxReply = 16 << 10

var (
	errNotFTP  = errors.New("the answer is not an FTP reply")
	errEndless = fmt.Errorf("the reply does not end within %d bytes", maxReply)
)

// reply is one reply of an FTP service.
type reply struct {
	code  int
	lines []string // without the code where they bear it, raw
}

// readReply reads one reply, of one line or more. It takes no byte beyond the
// reply: what follows may be TLS.
func readReply(r io.ByteReader) (reply, error) {
	left := maxReply
	first, err := readLine(r, &left)
	if err != nil {
		return reply{}, err
	}
	code, more, ok := parseCode(first)
	if !ok {
		return reply{}, errNotFTP
	}
	out := reply{code: code, lines: []string{first[min(4, len(first)):]}}
	for more {
		line, err := readLine(r, &left)
		if err != nil {
			return out, err
		}
		if got, goesOn, ok := parseCode(line); ok && got == code {
			more = goesOn
			line = line[min(4, len(line)):]
		}
		out.lines = append(out.lines, line)
	}
	return out, nil
}

// readLine reads a line without its end, and takes its length off what is left.
func readLine(r io.ByteReader, left *int) (string, error) {
	var line []byte
	for ; *left > 0; *left-- {
		c, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, c)
	}
	return "", errEndless
}

// parseCode reads the code a line begins with, and whether more lines follow.
func parseCode(line string) (code int, more, ok bool) {
	if len(line) < 3 {
		return 0, false, false
	}
	for _, c := range []byte(line[:3]) {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = 10*code + int(c-'0')
	}
	if code < 100 || code > 599 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	return code, len(line) > 3 && line[3] == '-', true
}

// maxFeatures and maxFeature bound what is kept of a list of features.
const (
	maxFeatures = 64
	maxFeature  = 40
)

// features are the features of a reply to FEAT, in upper case and masked. The
// first line and the last are talk.
func features(r reply) []string {
	if len(r.lines) < 3 {
		return nil
	}
	var out []string
	for _, line := range r.lines[1 : len(r.lines)-1] {
		word := strings.ToUpper(converse.Clean([]byte(line)))
		if word != "" && len(out) < maxFeatures {
			out = append(out, word[:min(len(word), maxFeature)])
		}
	}
	return out
}

// oneByOne reads bytes singly from a connection without reading ahead of them.
type oneByOne struct{ io.Reader }

// ReadByte reads one byte.
func (r oneByOne) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(r.Reader, b[:])
	return b[0], err
}
