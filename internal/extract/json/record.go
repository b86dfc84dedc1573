package json

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/number"
)

const (
	maxRecord  = 64 << 10 // held of a record; more goes to the sink as text
	maxColumns = 1000
)

// record gathers a record as the text that it becomes unless it is a row.
type record struct {
	sink   extract.Sink
	buf    []byte
	fields []field
	flat   bool   // it may be a row: nothing nested, nothing given away
	given  bool   // some of it went to the sink as text
	spoken bool   // a key in it is a value too, and is given with it
	path   string // of the container at hand

	keyAt   [2]int // the key read last, in buf
	columns []string
	index   map[string]int
	cells   [][]byte
	seen    map[string]bool
	names   []string
	full    paths
}

// field is a key and its value in a record's buffer, and the path of what they are in.
type field struct {
	key, value [2]int
	path       string
}

func (r *record) begin(flat bool) {
	r.buf, r.fields = r.buf[:0], r.fields[:0]
	r.flat, r.given, r.spoken = flat, false, false
	r.keyAt = [2]int{}
}

func (r *record) mark() int { return len(r.buf) }

func (r *record) add(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), maxRecord)
		r.buf = append(r.buf, b[:n]...)
		b = b[n:]
		if len(r.buf) >= maxRecord {
			if err := r.give(); err != nil {
				return err
			}
		}
	}
	return nil
}

// give hands what was gathered to the sink as text.
func (r *record) give() error {
	if len(r.buf) == 0 {
		return nil
	}
	err := r.sink.Text(r.buf)
	r.begin(false)
	r.given = true
	return err
}

// line ends a key whose value is a container.
func (r *record) line() {
	if n := len(r.buf); n > 0 && r.buf[n-1] != '\n' {
		r.buf = append(r.buf, '\n')
	}
}

func (r *record) addKey(label []byte) {
	start := len(r.buf)
	r.buf = append(r.buf, label...)
	r.keyEnds(start)
}

func (r *record) keyEnds(start int) {
	start = min(start, len(r.buf)) // some of it may have been given away
	r.keyAt = [2]int{start, len(r.buf)}
	if isValue(r.buf[start:]) {
		r.flat, r.spoken = false, true
	}
	r.buf = append(r.buf, ": "...)
}

// isValue tells a key that is a value: the number of a patient, under which the
// rest is filed.
func isValue(key []byte) bool {
	const many = 6
	n := 0
	for _, c := range key {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n >= many
}

// lastKey is the key that a container now opened belongs to.
func (r *record) lastKey() []byte {
	k := r.buf[r.keyAt[0]:r.keyAt[1]]
	if len(r.buf) != r.keyAt[1]+2 || len(k) > maxLabel {
		return nil
	}
	return k
}

func (r *record) valueEnds(start int, literal bool) error {
	start = min(start, len(r.buf))
	if literal {
		r.buf = append(r.buf[:start], number.Plain(r.buf[start:])...)
	}
	if len(r.fields) <= maxColumns {
		r.fields = append(r.fields, field{r.keyAt, [2]int{start, len(r.buf)}, r.path})
	}
	r.flat = r.flat && len(r.fields) <= maxColumns
	r.buf = append(r.buf, '\n')
	if len(r.buf) >= maxRecord {
		return r.give()
	}
	return nil
}

// end gives the record to the sink: as a row if it is one, else as named fields
// if they have names of their own, else as text.
func (r *record) end() error {
	defer r.begin(false)
	if len(r.buf) == 0 && !r.given {
		return nil
	}
	if r.flat && len(r.fields) > 0 {
		if r.columns == nil {
			if err := r.table(); err != nil {
				return err
			}
		}
		if r.row() {
			return r.sink.Row(r.cells)
		}
	}
	if r.named() {
		return r.sink.Fields(r.names, r.cells)
	}
	if err := r.give(); err != nil {
		return err
	}
	return r.sink.Break()
}

// named puts the fields under their full names; it is false when there are few or
// one occurs twice.
func (r *record) named() bool {
	const few = 2
	if r.given || r.spoken || len(r.fields) < few || len(r.fields) > maxColumns {
		return false
	}
	if r.seen == nil {
		r.seen, r.full = map[string]bool{}, paths{}
	}
	clear(r.seen)
	r.names, r.cells = r.names[:0], r.cells[:0]
	for _, f := range r.fields {
		name := r.full.join(f.path, r.buf[f.key[0]:f.key[1]])
		if name == "" || r.seen[name] {
			return false
		}
		r.seen[name] = true
		r.names = append(r.names, name)
		r.cells = append(r.cells, r.buf[f.value[0]:f.value[1]:f.value[1]])
	}
	return true
}

// table begins a table with the keys of the first flat record.
func (r *record) table() error {
	r.index = make(map[string]int, len(r.fields))
	r.columns = make([]string, 0, len(r.fields))
	for _, f := range r.fields {
		key := string(r.buf[f.key[0]:f.key[1]])
		if _, twice := r.index[key]; !twice {
			r.index[key] = len(r.columns)
			r.columns = append(r.columns, key)
		}
	}
	return r.sink.Table("", r.columns)
}

// row puts the fields under their columns; it is false when one has none.
func (r *record) row() bool {
	r.cells = append(r.cells[:0], make([][]byte, len(r.columns))...)
	for _, f := range r.fields {
		i, known := r.index[string(r.buf[f.key[0]:f.key[1]])]
		if !known || r.cells[i] != nil {
			return false
		}
		r.cells[i] = r.buf[f.value[0]:f.value[1]]
	}
	return true
}

// unescape reads an escape sequence that b begins with: what it stands for, and
// its length.
func unescape(b []byte) (out []byte, n int) {
	if len(b) < 2 {
		return b, len(b)
	}
	switch b[1] {
	case 'n', 'r':
		return []byte("\n"), 2
	case 't':
		return []byte("\t"), 2
	case 'b', 'f':
		return []byte(" "), 2
	case 'u':
		return unescapeUnicode(b)
	}
	return b[1:2], 2
}

func unescapeUnicode(b []byte) (out []byte, n int) {
	r, ok := unit(b)
	if !ok {
		return b[1:2], 2
	}
	if utf16.IsSurrogate(r) {
		low, ok := unit(b[6:])
		if full := utf16.DecodeRune(r, low); ok && full != utf8.RuneError {
			return utf8.AppendRune(nil, full), 12
		}
		r = utf8.RuneError
	}
	return utf8.AppendRune(nil, r), 6
}

func unit(b []byte) (rune, bool) {
	if len(b) < 6 || !bytes.HasPrefix(b, []byte(`\u`)) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(v), err == nil
}
