// Package record gathers the named values of one record, a message or a
// resource, for formats that know what their fields mean.
package record

import (
	"bytes"

	"trustaudit/internal/extract"
)

// Bounds of a record: beyond them it is given in parts.
const (
	maxBytes  = 1 << 20
	maxValues = 4096
)

// Record is one record in the making. The zero Record is empty.
type Record struct {
	names  []string
	ends   []int // of the values, in buf
	buf    []byte
	values [][]byte
}

// Add adds a value, unless it is empty. The value is copied.
func (r *Record) Add(name string, value []byte) {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return
	}
	r.buf = append(r.buf, value...)
	r.names = append(r.names, name)
	r.ends = append(r.ends, len(r.buf))
}

// Full says that the record is to be given before more is added to it.
func (r *Record) Full() bool { return len(r.buf) >= maxBytes || len(r.names) >= maxValues }

// Empty says that nothing has been added.
func (r *Record) Empty() bool { return len(r.names) == 0 }

// Drop forgets what was added.
func (r *Record) Drop() { r.names, r.ends, r.buf = r.names[:0], r.ends[:0], r.buf[:0] }

// Give gives the record to the sink, if there is anything in it, and begins
// another.
func (r *Record) Give(sink extract.Sink) error {
	defer r.Drop()
	if r.Empty() {
		return nil
	}
	r.values = r.values[:0]
	from := 0
	for _, end := range r.ends {
		r.values = append(r.values, r.buf[from:end:end])
		from = end
	}
	return sink.Fields(r.names, r.values)
}
