package eml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/html"
)

// maxDepth is how deep parts may lie in one another.
const maxDepth = 256

// message reads a message up to its end or a boundary outside it.
func (r *reader) message(depth int) error {
	var h header
	if start, _ := r.in.Peek(3); depth == 0 && bytes.HasPrefix(start, []byte("--")) {
		h = header{{"Content-Type", []byte("multipart/mixed")}} // the parts of a message without its header
	} else {
		h = r.header()
	}
	if r.cut {
		r.cut = false
		r.sink.Partial("a header that is too long was read as text")
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
	encoding := h.encoding()
	encoded := encoding == "base64" || encoding == "quoted-printable"
	if depth >= maxDepth && (strings.HasPrefix(kind, "multipart/") || isMessage(kind)) {
		r.sink.Partial("parts of a message too deep in one another")
		kind = "text/plain"
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return r.multipart(params["boundary"], depth)
	case isMessage(kind) && !encoded:
		return r.message(depth + 1)
	}
	b := r.decoded(encoding)
	err := r.body(h, kind, params, b)
	if err == nil {
		_, err = io.Copy(io.Discard, b) // what nobody wanted
	}
	if b.broken && r.found < 0 { // before a boundary what is missing is no more than its padding
		r.sink.Partial("an encoded part is broken off")
	}
	return err
}

// body gives a part as text or as a child.
func (r *reader) body(h header, kind string, params map[string]string, b *decoder) error {
	name := h.filename(params)
	switch {
	case h.encoding() == "uuencode": // it begins with the name of the file
		return r.prose(b, params)
	case name != "":
		return r.child(name, b)
	case kind == "text/html", kind == "application/xhtml+xml":
		s, err := charset.FromReader(utf8Reader(b, params["charset"]))
		if err != nil {
			return err
		}
		if err := html.Page(r.ctx, s, r.sink); err != nil {
			return err
		}
		return r.sink.Text([]byte("\n"))
	case isText(kind):
		return r.prose(b, params)
	}
	r.n++
	return r.child(fmt.Sprintf("part-%d%s", r.n, extension(kind)), b)
}

func (r *reader) child(name string, in io.Reader) error {
	return r.sink.Child(extract.Child{
		Name: name, Size: -1,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(in), nil },
	})
}

// prose gives plain text, and the files that are written into it.
func (r *reader) prose(b io.Reader, params map[string]string) error {
	p := r.newProse(b, strings.EqualFold(params["format"], "flowed"))
	for {
		if err := r.plain(utf8Reader(p, params["charset"])); err != nil {
			return err
		}
		f := p.file()
		if f == nil {
			return r.sink.Text([]byte("\n"))
		}
		if err := r.child(f.name, f); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, f); err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		if f.broken {
			r.sink.Partial("an encoded part is broken off")
		}
	}
}

// plain gives text. Most texts are short, and UTF-8 all through.
func (r *reader) plain(in io.Reader) error {
	if r.buf == nil {
		r.buf = make([]byte, 16<<10)
	}
	n, err := io.ReadFull(in, r.buf)
	b := r.buf[:n]
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("read text: %w", err)
	case utf8.Valid(b) && bytes.IndexByte(b, 0) < 0:
		return r.sink.Text(b)
	}
	s, err := charset.FromReader(io.MultiReader(bytes.NewReader(b), in))
	if err != nil {
		return err
	}
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
