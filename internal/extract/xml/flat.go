package xml

import (
	"bytes"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/record"
	"trustaudit/internal/extract/xml/markup"
)

// flat gathers a record whose values have names of their own: no element in it
// occurs twice, and none has both text and elements. Such a record is given as
// named fields, "Name.Given", instead of text.
type flat struct {
	open   bool // a record is being gathered
	good   bool // and it is flat so far
	path   []byte
	levels []int // of the elements that are open: the path's length before each
	leaf   bool  // the element at hand has no elements in it
	value  []byte
	seen   map[string]bool
	names  map[string]string
	record record.Record
}

const (
	fewFields = 2
	maxFields = 512
	maxPath   = 160
	maxValue  = 256 // what is longer is prose
)

// begin begins a record with the element that was begun last.
func (f *flat) begin() {
	if f.seen == nil {
		f.seen, f.names = map[string]bool{}, map[string]string{}
	}
	clear(f.seen)
	f.record.Drop()
	f.open, f.good, f.leaf = true, true, true
	f.path, f.levels, f.value = f.path[:0], f.levels[:0], f.value[:0]
}

// take takes a token of the record; ended says that it was the last.
func (f *flat) take(t markup.Token) (ended bool) {
	switch t.Kind {
	case markup.Start:
		f.good = f.good && len(bytes.TrimSpace(f.value)) == 0
		f.value = f.value[:0]
		f.levels = append(f.levels, len(f.path))
		f.good = f.good && len(f.levels) <= maxLevel && f.enter(t.Name)
		f.leaf = true
	case markup.Attr:
		before := len(f.path)
		f.good = f.good && f.enter(t.Name)
		f.add(t.Text)
		f.path = f.path[:before]
	case markup.Text:
		f.value = append(f.value, t.Text[:min(len(t.Text), maxValue+1)]...)
		f.good = f.good && len(f.value) <= maxValue
		f.value = f.value[:min(len(f.value), maxValue)]
	case markup.Comment, markup.EOF:
	case markup.End:
		return f.end()
	}
	return false
}

// enter lengthens the path by a name.
func (f *flat) enter(name []byte) bool {
	if len(f.path)+1+len(name) > maxPath {
		return false
	}
	if len(f.path) > 0 {
		f.path = append(f.path, '.')
	}
	f.path = append(f.path, name...)
	return true
}

func (f *flat) end() (ended bool) {
	n := len(f.levels)
	if text := bytes.TrimSpace(f.value); f.leaf && n > 0 {
		f.add(text)
	} else if len(text) > 0 {
		f.good = false
	}
	f.leaf, f.value = false, f.value[:0]
	if n == 0 {
		f.open = false
		return true
	}
	f.path = f.path[:min(len(f.path), f.levels[n-1])]
	f.levels = f.levels[:n-1]
	return false
}

// add adds a value under the path.
func (f *flat) add(value []byte) {
	if !f.good {
		return
	}
	name, ok := f.names[string(f.path)]
	if !ok {
		const most = 10_000
		if name = string(f.path); len(f.names) < most {
			f.names[name] = name
		}
	}
	f.good = !f.seen[name] && len(f.seen) < maxFields && len(value) <= maxValue
	f.seen[name] = true
	f.record.Add(name, value)
}

// give gives the record as named fields; false says that it is none.
func (f *flat) give(sink extract.Sink) (bool, error) {
	if !f.good || len(f.seen) < fewFields || f.record.Empty() {
		return false, nil
	}
	return true, f.record.Give(sink)
}
