package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxCompared bounds what two documents' streams may unpack to.
const maxCompared = 1 << 30

// Equal compares two files by what they hold: values and unpacked streams,
// from the catalog and the information dictionary on. How objects are numbered
// and how well streams are packed does not matter. When they differ, the word
// says where first; an error means that one of them could not be read.
func Equal(a, b []byte) (equal bool, difference string, err error) {
	left, err := Parse(a)
	if err != nil {
		return false, "", err
	}
	right, err := Parse(b)
	if err != nil {
		return false, "", err
	}
	c := &comparison{left: left, right: right, budget: maxCompared, twin: map[Ref]Ref{}, path: map[Ref]string{}, pages: map[Ref]int{}}
	for i, ref := range left.Pages() {
		c.pages[ref] = i + 1
	}
	for _, key := range []Name{"Root", "Info"} {
		if d := c.values(left.Trailer()[key], right.Trailer()[key], "/"+string(key)); d != "" {
			return false, d, nil
		}
	}
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		if d := c.values(left.Resolve(next), right.Resolve(c.twin[next]), c.path[next]); d != "" {
			return false, d, nil
		}
	}
	return true, "", nil
}

// comparison walks two documents at once, object by object.
type comparison struct {
	left, right *Document
	budget      int64
	twin        map[Ref]Ref // of each object met on the left, the one on the right
	path        map[Ref]string
	pages       map[Ref]int
	queue       []Ref
}

// values returns where two values differ, or "".
func (c *comparison) values(a, b Object, path string) string {
	switch x := a.(type) {
	case Ref:
		y, ok := b.(Ref)
		if !ok {
			return path
		}
		return c.references(x, y, path)
	case Array:
		y, ok := b.(Array)
		if !ok {
			return path
		}
		return c.arrays(x, y, path)
	case Dict:
		y, ok := b.(Dict)
		if !ok {
			return path
		}
		return c.dicts(x, y, path)
	case *Stream:
		y, ok := b.(*Stream)
		if !ok {
			return path
		}
		return c.streams(x, y, path)
	}
	// What is left of a can be compared; b may not be, but is then of another
	// type, which Go compares first.
	if a != b {
		return path
	}
	return ""
}

func (c *comparison) arrays(a, b Array, path string) string {
	if len(a) != len(b) {
		return path
	}
	for i := range a {
		if d := c.values(a[i], b[i], path+"["+strconv.Itoa(i)+"]"); d != "" {
			return d
		}
	}
	return ""
}

// references notes two objects for comparison. An object that stands for two
// on the other side is a difference.
func (c *comparison) references(a, b Ref, path string) string {
	if twin, met := c.twin[a]; met {
		if twin != b {
			return path
		}
		return ""
	}
	if n := c.pages[a]; n > 0 {
		path = fmt.Sprintf("page %d: ", n)
	}
	c.twin[a], c.path[a] = b, path
	c.queue = append(c.queue, a)
	return ""
}

func (c *comparison) dicts(a, b Dict, path string) string {
	for _, k := range sortedKeys(a) {
		if _, ok := b[k]; !ok {
			return path + "/" + string(k)
		}
		if d := c.values(a[k], b[k], path+"/"+string(k)); d != "" {
			return d
		}
	}
	for _, k := range sortedKeys(b) {
		if _, ok := a[k]; !ok {
			return path + "/" + string(k)
		}
	}
	return ""
}

func (c *comparison) streams(a, b *Stream, path string) string {
	if d := c.dicts(a.Dict, b.Dict, path); d != "" {
		return d
	}
	if bytes.Equal(a.Raw, b.Raw) {
		return ""
	}
	if !a.flate() {
		return path
	}
	at, err := c.contents(a, b)
	if err != nil {
		return fmt.Sprintf("%s (%v)", path, err)
	}
	if at >= 0 {
		return fmt.Sprintf("%s at its byte %d", path, at)
	}
	return ""
}

// contents returns the first byte in which two packed streams differ, or -1.
func (c *comparison) contents(a, b *Stream) (int64, error) {
	x, err := a.inflate()
	if err != nil {
		return 0, err
	}
	y, err := b.inflate()
	if err != nil {
		return 0, err
	}
	var at int64
	p, q := make([]byte, 32<<10), make([]byte, 32<<10)
	for {
		n, errX := fill(x, p)
		m, errY := fill(y, q)
		for i := range min(n, m) {
			if p[i] != q[i] {
				return at + int64(i), nil
			}
		}
		if n != m {
			return at + int64(min(n, m)), nil
		}
		at += int64(n)
		if c.budget -= int64(n); c.budget < 0 {
			return 0, ErrTooLarge
		}
		if errX != nil || errY != nil {
			return endOf(errX, errY)
		}
	}
}

// fill reads until p is full or the stream ends; io.EOF is a clean end.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}

// endOf says whether two streams ended cleanly together.
func endOf(errs ...error) (int64, error) {
	for _, err := range errs {
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("unpack stream: %w", err)
		}
	}
	return -1, nil
}
