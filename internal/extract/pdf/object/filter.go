package object

import (
	"bytes"
	"compress/flate"
	"encoding/ascii85"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// maxFilters bounds the filters of one stream.
const maxFilters = 8

// Picture says that a stream is the picture that a filter leaves: what filter,
// and with what parameters.
type Picture struct {
	Filter Name
	Params Dict
}

// Error implements error.
func (p Picture) Error() string { return "stream is a picture" }

// Reader returns a stream's bytes through its filters. Those of pictures are
// not undone: the error is then a Picture, beside the reader of what is left.
// The reader ends where the stream is broken, and that counts as damage.
func (f *File) Reader(s *Stream) (io.Reader, error) {
	r, err := f.reader(s, true)
	if r != nil {
		r = watched{f.in, r}
	}
	return r, err
}

// watched ends a stream when the reading is to end: a little of the file can
// unpack to very much.
type watched struct {
	in *input
	r  io.Reader
}

func (w watched) Read(p []byte) (int, error) {
	if err := w.in.ended(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

func (f *File) reader(s *Stream, sealed bool) (io.Reader, error) {
	r, err := f.Raw(s, sealed)
	if err != nil {
		return nil, err
	}
	names, params := f.filters(s.Dict)
	for i, name := range names {
		if i == maxFilters {
			return nil, fmt.Errorf("read stream: %w", extract.ErrUnsupported)
		}
		r, err = f.undo(r, name, params[i])
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

func (f *File) filters(d Dict) (names []Name, params []Dict) {
	v, p := f.Get(d, "Filter"), f.Get(d, "DecodeParms")
	if v == nil {
		v = f.Get(d, "F") // of an image inside a page's contents
	}
	if p == nil {
		p = f.Get(d, "DP")
	}
	switch v := v.(type) {
	case Name:
		list, _ := p.(Array)
		if len(list) > 0 {
			p = list[0]
		}
		return []Name{v}, []Dict{f.Dict(p)}
	case Array:
		list, _ := p.(Array)
		for i := range v {
			names = append(names, f.Name(v[i]))
			var d Dict
			if i < len(list) {
				d = f.Dict(list[i])
			} else if len(v) == 1 {
				d = f.Dict(p)
			}
			params = append(params, d)
		}
	}
	return names, params
}

// Raw returns a stream's bytes as they are, but deciphered.
func (f *File) Raw(s *Stream, sealed bool) (io.Reader, error) {
	r := io.LimitReader(f.in.from(s.off), f.length(s))
	if !sealed || f.cipher == nil || f.Name(s.Dict.Get("Type")) == "XRef" {
		return r, nil
	}
	m := f.cipher.streams
	switch f.Name(s.Dict.Get("Type")) {
	case "EmbeddedFile":
		m = f.cipher.files
	case "Metadata":
		if !f.cipher.meta {
			m = plain
		}
	}
	if names, params := f.filters(s.Dict); len(names) > 0 && names[0] == "Crypt" {
		m = plain
		if name := f.Name(params[0].Get("Name")); name != "" && name != "Identity" {
			m = f.filter(f.Dict(f.Trailer.Get("Encrypt")), name)
		}
	}
	return f.cipher.open(r, m, s.ref)
}

// length is the stream's declared length where its end is found there, and else
// what there is up to the word that ends it.
func (f *File) length(s *Stream) int64 {
	if n, ok := f.Int(s.Dict.Get("Length")); ok && n >= 0 && s.off+int64(n) <= f.in.size {
		var b [32]byte
		m, _ := f.in.ReadAt(b[:], s.off+int64(n))
		rest := bytes.TrimLeft(b[:m], "\r\n \t\x00")
		if bytes.HasPrefix(rest, []byte("endstream")) || bytes.HasPrefix(rest, []byte("endobj")) {
			return int64(n)
		}
	}
	if n, found := f.search(s.off, "endstream"); found {
		return n
	}
	n, found := f.search(s.off, "endobj")
	if !found {
		f.Damage() // cut off
	}
	return n
}

// search returns how far behind off a word stands, or the file's end.
func (f *File) search(off int64, word string) (int64, bool) {
	buf := make([]byte, window)
	held := 0
	for at := off; ; {
		n, err := f.in.ReadAt(buf[held:], at+int64(held))
		b := buf[:held+n]
		if i := bytes.Index(b, []byte(word)); i >= 0 {
			return at - off + int64(i), true
		}
		if err != nil || n == 0 {
			return max(0, f.in.size-off), false
		}
		keep := len(word) - 1
		at += int64(len(b) - keep)
		held = copy(buf, b[len(b)-keep:])
	}
}

// undo undoes one filter.
func (f *File) undo(r io.Reader, name Name, params Dict) (io.Reader, error) {
	switch name {
	case "FlateDecode", "Fl":
		return f.predicted(&inflater{f: f, r: r}, params)
	case "LZWDecode", "LZW":
		early, ok := f.Int(params.Get("EarlyChange"))
		return f.predicted(newLZW(r, !ok || early != 0), params)
	case "ASCII85Decode", "A85":
		return ascii85.NewDecoder(&armour{r: r}), nil
	case "ASCIIHexDecode", "AHx":
		return &hexReader{r: NewLexer(r)}, nil
	case "RunLengthDecode", "RL":
		return &runs{r: NewLexer(r)}, nil
	case "Crypt":
		return r, nil
	case "DCTDecode", "DCT", "JPXDecode", "CCITTFaxDecode", "CCF", "JBIG2Decode":
		return r, Picture{name, params}
	}
	return nil, fmt.Errorf("read stream: %w", extract.ErrUnsupported)
}

// inflater undoes deflate. Its state is large, so that it is used again.
type inflater struct {
	f *File
	r io.Reader
	z io.ReadCloser
}

func (i *inflater) Read(p []byte) (int, error) {
	if i.r == nil {
		return 0, io.EOF
	}
	if i.z == nil {
		i.begin()
	}
	n, err := i.z.Read(p)
	if err == nil {
		return n, nil
	}
	if !errors.Is(err, io.EOF) {
		i.f.Damage()
	}
	i.f.inflate = append(i.f.inflate, i.z)
	i.z, i.r = nil, nil
	return n, io.EOF
}

// begin takes the header off; where there is none, the bytes are deflated all
// the same. A check sum behind them is not looked at.
func (i *inflater) begin() {
	var head [2]byte
	n, _ := io.ReadFull(i.r, head[:])
	if n == 2 && (head[0] == '\r' || head[0] == '\n') { // a line's end too many
		head[0] = head[1]
		m, _ := io.ReadFull(i.r, head[1:])
		n = 1 + m
	}
	if n < 2 || head[0]&0x0f != 8 {
		i.r = io.MultiReader(bytes.NewReader(bytes.Clone(head[:n])), i.r)
	}
	if k := len(i.f.inflate); k > 0 {
		i.z, i.f.inflate = i.f.inflate[k-1], i.f.inflate[:k-1]
		if err := i.z.(flate.Resetter).Reset(i.r, nil); err == nil {
			return
		}
	}
	i.z = flate.NewReader(i.r)
}

// armour gives the letters of ASCII85 up to the mark that ends them.
type armour struct {
	r    io.Reader
	done bool
}

func (a *armour) Read(p []byte) (int, error) {
	if a.done {
		return 0, io.EOF
	}
	n, err := a.r.Read(p)
	if i := bytes.IndexByte(p[:n], '~'); i >= 0 {
		a.done = true
		return i, nil
	}
	return n, err
}

type hexReader struct {
	r *Lexer
}

func (h *hexReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		high, low := h.digit(), h.digit()
		if high < 0 {
			break
		}
		p[n] = byte(high<<4 | max(low, 0))
		n++
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (h *hexReader) digit() int {
	for {
		c := h.r.peek()
		if c < 0 || c == '>' {
			return -1
		}
		h.r.pos++
		if d := hexDigit(c); d >= 0 {
			return d
		}
	}
}

// runs undoes run lengths.
type runs struct {
	r      *Lexer
	copied int // bytes to copy
	count  int // times to repeat value
	value  byte
}

func (r *runs) Read(p []byte) (n int, err error) {
	for n < len(p) {
		switch {
		case r.copied > 0:
			c := r.r.next()
			if c < 0 {
				return n, io.EOF
			}
			p[n] = byte(c)
			r.copied--
			n++
		case r.count > 0:
			p[n] = r.value
			r.count--
			n++
		default:
			c := r.r.next()
			if c < 0 || c == 128 {
				return n, io.EOF
			}
			if c < 128 {
				r.copied = c + 1
				continue
			}
			r.count, r.value = 257-c, byte(max(r.r.next(), 0))
		}
	}
	return n, nil
}
