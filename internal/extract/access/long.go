package access

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

const (
	longHeader = 12
	inline     = 0x80000000 // the value follows its header
	single     = 0x40000000 // it is a row of one page
	longMask   = 0x3fffffff
	maxLong    = 16 << 20
)

// long puts together a value that may lie on pages of its own.
func (r *reader) long(v []byte) ([]byte, error) {
	if len(v) < longHeader {
		return nil, nil
	}
	size, place := le32(v), le32(v[4:])
	want := int(size & longMask)
	switch {
	case size&inline != 0:
		return v[longHeader:][:min(want, len(v)-longHeader)], nil
	case size&single != 0:
		b, err := r.stored(place)
		return b[:min(want, len(b))], err
	}
	r.value = r.value[:0]
	for steps := uint32(0); place != 0 && len(r.value) < min(want, maxLong) && steps < r.count; steps++ {
		b, err := r.stored(place)
		if err != nil {
			return nil, err
		}
		if len(b) < pointerBytes {
			break
		}
		place = le32(b)
		r.value = append(r.value, b[pointerBytes:]...)
	}
	if want > maxLong {
		r.sink.Partial(fmt.Sprintf("values over %d MiB read in part", maxLong>>20))
	} else if len(r.value) < want {
		r.broken()
	}
	return r.value[:min(want, len(r.value))], nil
}

// stored returns the row at a place: its page, and its number there.
func (r *reader) stored(place uint32) ([]byte, error) {
	n := place >> 8
	if n == 0 || n >= r.count {
		r.broken()
		return nil, nil
	}
	page, err := r.page(n)
	if err != nil {
		return nil, err
	}
	b, _, ok := r.rowAt(page, int(place&0xff))
	if !ok || page[0] != dataPage {
		r.broken()
		return nil, nil
	}
	return b, nil
}

// object gives the file that a field holds as a child.
func (r *reader) object(t *table, c *column, v []byte) error {
	name := c.name
	if at := t.column("FileName"); c.name == "FileData" && at >= 0 && at < r.row.Len() {
		name = string(r.row.Cells()[at])
		v = attachment(v)
	} else {
		v = unwrap(v)
	}
	return r.sink.Child(extract.Child{
		Name: t.name + "/" + name, Size: int64(len(v)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(v)), nil },
	})
}

// attachment unpacks a file that was attached to a row: a kind and a size, and a
// header with its extension, compressed where the kind says so.
func attachment(v []byte) []byte {
	if len(v) < 8 {
		return v
	}
	body := v[8:]
	if le32(v) == 1 {
		if z, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			// What broke off is given as far as it goes: its own format tells.
			out, err := io.ReadAll(io.LimitReader(z, maxLong))
			if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
				body = out
			}
		}
	}
	if len(body) < 4 || int64(le32(body)) > int64(len(body)) {
		return body
	}
	return body[le32(body):]
}

// unwrap takes a file out of what OLE puts around it.
func unwrap(v []byte) []byte {
	const within = 4096
	first := -1
	for _, mark := range []string{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "%PDF-", "PK\x03\x04", "\xff\xd8\xff", "\x89PNG\r\n", "{\\rtf"} {
		if i := bytes.Index(v[:min(len(v), within)], []byte(mark)); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return v[max(first, 0):]
}
