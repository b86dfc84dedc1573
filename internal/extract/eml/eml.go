// Package eml reads messages of electronic mail, one or a box of them: who, to
// whom, when and about what as labelled lines, the texts decoded, attachments
// as children, messages within messages as messages. Boundaries, headers and
// encodings may be broken: what can be read is.
package eml

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/html"
)

// Format is the message, and the box of messages in one file.
var Format = extract.Format{Name: "eml", Detect: detect, Read: read}

// known are the headers by which a message is known; those that are true are
// of mail and nothing else.
var known = map[string]bool{
	"from": false, "to": false, "subject": false, "date": false, "cc": false, "bcc": false, "reply-to": false, "sender": false,
	"received": true, "return-path": true, "message-id": true, "mime-version": true, "delivered-to": true,
	"content-type": true, "content-transfer-encoding": true, "content-disposition": true,
	"x-mailer": true, "x-originating-ip": true, "x-priority": true, "dkim-signature": true,
}

func detect(head []byte, name string) extract.Confidence {
	head = head[:min(len(head), 8<<10)]
	sure := extract.No
	switch strings.ToLower(path.Ext(name)) {
	case ".eml", ".mbox", ".mht", ".mhtml":
		sure = extract.ByName
	}
	if isMessage(head) {
		sure = extract.ByContent
	}
	if sure == extract.No || !charset.IsText(head) {
		return extract.No
	}
	return sure
}

// isMessage looks at the lines a head begins with.
func isMessage(head []byte) bool {
	mail, sure, lines, begins := 0, 0, 0, false
	for len(head) > 0 && lines < 60 {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte{'\n'})
		line = bytes.TrimRight(line, "\r")
		lines++
		switch {
		case lines == 1 && (bytes.HasPrefix(line, []byte("From ")) || isBoundary(line)):
			continue
		case len(line) == 0 && mail > 0:
			return begins || sure > 0 && mail > 1 || mail > 2
		case len(line) == 0, line[0] == ' ', line[0] == '\t':
			continue
		}
		name, _, ok := field(line)
		if !ok {
			return sure > 0 && mail > 2
		}
		begins = begins || mail == 0 && lines <= 2 && strings.HasPrefix(strings.ToLower(name), "content-")
		if own, ok := known[strings.ToLower(name)]; ok {
			mail++
			if own {
				sure++
			}
		}
	}
	return sure > 0 && mail > 1 || mail > 2
}

func isBoundary(line []byte) bool {
	return len(line) > 3 && len(line) <= 80 && line[0] == '-' && line[1] == '-' && bytes.IndexByte(line, ' ') < 0 && len(bytes.Trim(line, "-")) > 0
}

// maxDepth is how deep parts may lie in one another.
const maxDepth = 32

// reader hands messages to a sink.
type reader struct {
	lines
	ctx  context.Context
	sink extract.Sink
	n    int // parts that had no name
}

func read(ctx context.Context, doc extract.Document, sink extract.Sink) error {
	r := &reader{ctx: ctx, sink: sink}
	r.in = bufio.NewReaderSize(doc.Reader(), 64<<10)
	r.start, r.found = true, none
	start, _ := r.in.Peek(128)
	if bytes.HasPrefix(start, []byte("From ")) {
		r.box = true
		r.line()
	}
	for {
		if err := r.message(0); err != nil {
			return err
		}
		if !r.nextMessage() {
			break
		}
	}
	if r.err != nil {
		return fmt.Errorf("read message: %w", r.err)
	}
	return nil
}

// message reads a message up to its end or a boundary outside it.
func (r *reader) message(depth int) error {
	var h header
	if start, _ := r.in.Peek(3); depth == 0 && bytes.HasPrefix(start, []byte("--")) {
		h = header{{"Content-Type", "multipart/mixed"}} // the parts of a message without its header
	} else {
		h = r.header()
	}
	if text := h.text(); len(text) > 0 {
		if err := r.sink.Text(text); err != nil {
			return err
		}
	}
	if err := r.part(h, depth); err != nil {
		return err
	}
	return r.sink.Break()
}

// part reads what follows a header.
func (r *reader) part(h header, depth int) error {
	if err := r.ctx.Err(); err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	kind, params := h.contentType()
	encoding := strings.ToLower(strings.TrimSpace(h.get("Content-Transfer-Encoding")))
	encoded := encoding == "base64" || encoding == "quoted-printable"
	if depth >= maxDepth && (strings.HasPrefix(kind, "multipart/") || kind == "message/rfc822") {
		r.sink.Partial("parts of a message too deep in one another")
		kind = "text/plain"
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return r.multipart(params["boundary"], depth)
	case kind == "message/rfc822" && !encoded:
		return r.message(depth + 1)
	}
	b := r.decoded(encoding)
	err := r.body(h, kind, params, b)
	if err == nil {
		_, err = io.Copy(io.Discard, b) // what nobody wanted
	}
	if b.broken {
		r.sink.Partial("an encoded part is broken off")
	}
	return err
}

// body gives a part as text or as a child.
func (r *reader) body(h header, kind string, params map[string]string, b *decoder) error {
	name := h.filename(params)
	if name != "" || !isText(kind) {
		if name == "" {
			r.n++
			name = fmt.Sprintf("part-%d%s", r.n, extension(kind))
		}
		return r.sink.Child(extract.Child{
			Name: name, Size: -1,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(b), nil },
		})
	}
	s, err := charset.FromReader(utf8Reader(b, params["charset"]))
	if err != nil {
		return err
	}
	if kind == "text/html" || kind == "application/xhtml+xml" {
		err = html.Page(r.ctx, s, r.sink)
	} else {
		err = r.plain(s)
	}
	if err != nil {
		return err
	}
	return r.sink.Text([]byte("\n"))
}

func (r *reader) plain(s *charset.Stream) error {
	for {
		if b := s.Bytes(); len(b) > 0 {
			if err := r.sink.Text(b); err != nil {
				return err
			}
			s.Advance(len(b))
		}
		if s.EOF() {
			return nil
		}
		if _, err := s.More(); err != nil {
			return err
		}
	}
}

// multipart reads parts between boundaries. One that does not name its
// boundary shows it by its first line.
func (r *reader) multipart(boundary string, depth int) error {
	if boundary != "" {
		r.push(boundary)
	} else if ok, err := r.firstBoundary(); err != nil || !ok {
		return err
	}
	defer r.pop()
	level := len(r.bounds) - 1
	if err := r.between(); err != nil { // the preamble
		return err
	}
	for r.found == level && !r.last {
		r.found = none
		if err := r.part(r.header(), depth+1); err != nil {
			return err
		}
		if r.found == none { // the part ended, its rest is between parts
			if err := r.between(); err != nil {
				return err
			}
		}
	}
	if r.found == level {
		r.found = none
		r.bounds[level] = ""
		return r.between() // the epilogue
	}
	return nil
}

// firstBoundary reads up to a line that looks like a boundary, and takes it for
// that.
func (r *reader) firstBoundary() (bool, error) {
	for {
		line, ok := r.line()
		if !ok {
			return false, nil
		}
		if line = bytes.TrimRight(line, "\r\n"); isBoundary(line) {
			r.push(string(line[2:]))
			r.found, r.last = len(r.bounds)-1, false
			return true, nil
		}
		if len(line) == 0 {
			continue
		}
		if err := r.sink.Text(append(bytes.Clone(line), '\n')); err != nil {
			return false, err
		}
	}
}

// between gives what stands outside the parts as text.
func (r *reader) between() error {
	for {
		line, ok := r.line()
		if !ok {
			return nil
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := r.sink.Text(bytes.Clone(line)); err != nil {
			return err
		}
	}
}
