package rtf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/ole"
)

// hexKind is what the digits in a group are.
type hexKind int8

const (
	none hexKind = iota
	picture
	object
)

// objects counts what is embedded.
type objects struct {
	pictures, files int
	left            int // that could not be read
}

// binary takes the \bin and what follows it: so many bytes as they are.
func (r *reader) binary(n int) error {
	n = max(0, n)
	if r.at.hex != none && r.at.skip != skipped {
		return r.embedded(n)
	}
	_, err := io.Copy(io.Discard, &digits{in: r.in, raw: n, only: true})
	return err
}

// embedded gives the file whose digits begin here, or so many bytes of it.
func (r *reader) embedded(raw int) error {
	d := &digits{in: r.in, raw: raw}
	give := r.picture
	if r.at.hex == object {
		give = r.object
	}
	r.at.hex, r.at.skip = none, skipped // what is left behind it is none
	err := give(d)
	if err == nil || errors.Is(err, extract.ErrCorrupt) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		if err != nil {
			r.objects.left++
		}
		_, err = io.Copy(io.Discard, d)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) { // the groups that are open say so in the end
		return nil
	}
	return err
}

func (r *reader) picture(d *digits) error {
	r.objects.pictures++
	return r.sink.Child(extract.Child{
		Name: fmt.Sprintf("picture-%d%s", r.objects.pictures, r.at.kind), Size: -1,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(d), nil },
	})
}

// object reads what the first version of OLE puts before an object: its class,
// what it links to, its size.
func (r *reader) object(d *digits) error {
	const linked, embedded = 1, 2
	in := bufio.NewReader(d)
	var head [8]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return err
	}
	var words [3]string // class, topic, item
	kind := binary.LittleEndian.Uint32(head[4:])
	for i := range words {
		var err error
		if words[i], err = counted(in); err != nil && kind != linked { // a link may end anywhere
			return err
		}
	}
	switch kind {
	case linked:
		return r.sink.Text([]byte(words[1] + "\n"))
	case embedded:
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return err
		}
		r.objects.files++
		name := fmt.Sprintf("object-%d", r.objects.files)
		return r.file(name, words[0], in, int64(binary.LittleEndian.Uint32(size[:])))
	}
	return fmt.Errorf("read embedded object: %w", extract.ErrCorrupt)
}

// file gives an object as a child: what the packager of Windows packed without
// what stands before it, and else a compound file.
func (r *reader) file(name, class string, in *bufio.Reader, size int64) error {
	if class == "Package" {
		head, err := in.Peek(int(min(size, int64(in.Size()))))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		// The packager's stream of a compound file has its size before it.
		if label, at, n, ok := ole.Packager(append(make([]byte, 4), head...)); ok {
			if _, err := in.Discard(int(at) - 4); err != nil {
				return err
			}
			name, size = name+"/"+label, n
		}
	}
	return r.sink.Child(extract.Child{Name: name, Size: size, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(in, size)), nil
	}})
}

// counted reads a string behind its length.
func counted(in *bufio.Reader) (string, error) {
	const most = 32 << 10
	var size [4]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return "", err
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n > most {
		return "", fmt.Errorf("read embedded object: %w", extract.ErrCorrupt)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return "", err
	}
	return strings.TrimRight(string(codepage.Decode(nil, codepage.Of(windows), b)), "\x00"), nil
}

// digits reads a file written in hexadecimal digits up to the end of its group.
type digits struct {
	in    *input
	raw   int  // bytes that follow as they are
	only  bool // and nothing else
	depth int  // of groups inside, which are no part of the file
	half  bool // a digit waits for its second
	first byte
}

// Read implements io.Reader.
func (d *digits) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		b, err := d.in.window()
		if err != nil {
			return n, err
		}
		switch {
		case len(b) == 0:
			return n, io.ErrUnexpectedEOF
		case d.raw > 0:
			m := min(len(p)-n, len(b), d.raw)
			copy(p[n:], b[:m])
			d.in.advance(m)
			d.raw -= m
			n += m
		case d.only, b[0] == '}' && d.depth == 0:
			return n, io.EOF
		default:
			m, err := d.decode(p[n:], b)
			if n += m; err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// decode takes digits from the window b, or the word that it begins with.
func (d *digits) decode(p, b []byte) (n int, err error) {
	for i, c := range b {
		switch {
		case c == '\\' || c == '}' && d.depth == 0:
			if d.in.advance(i); i > 0 || c == '}' {
				return n, nil
			}
			d.in.advance(1)
			w, err := d.in.word()
			if w.name == "bin" {
				d.raw = max(0, w.number)
			}
			return n, err
		case c == '{':
			d.depth++
		case c == '}':
			d.depth--
		case d.depth > 0:
		default:
			v, ok := nibble(c)
			switch {
			case !ok:
			case !d.half:
				d.first, d.half = v<<4, true
			default:
				d.half = false
				p[n] = d.first | v
				if n++; n == len(p) {
					d.in.advance(i + 1)
					return n, nil
				}
			}
		}
	}
	d.in.advance(len(b))
	return n, nil
}
