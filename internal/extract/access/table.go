package access

import (
	"cmp"
	"slices"

	"trustaudit/internal/extract/charset"
)

// Kinds of columns.
const (
	typeBool    = 1
	typeByte    = 2
	typeInt     = 3
	typeLong    = 4
	typeMoney   = 5
	typeFloat   = 6
	typeDouble  = 7
	typeDate    = 8
	typeBinary  = 9
	typeText    = 10
	typeOLE     = 11
	typeMemo    = 12
	typeGUID    = 15
	typeNumeric = 16
	typeComplex = 18
	typeBig     = 19
	typeMoment  = 20
)

// column is a column of a table.
type column struct {
	name     string
	kind     byte
	number   int // of its bit in the mask of what is there
	fixed    bool
	at       int // where its value lies: of a fixed one
	index    int // of a variable one
	size     int
	scale    int
	computed bool // its value has a header
}

// table is the definition of a table.
type table struct {
	root    uint32
	name    string
	system  bool
	columns []column
	flat    bool // there are no variable columns, and rows do not count them
}

func (t *table) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// column finds a column by name, -1 if there is none.
func (t *table) column(name string) int {
	for i, c := range t.columns {
		if c.name == name {
			return i
		}
	}
	return -1
}

// maxDefinition bounds the definition of a table; there are 255 columns at most.
const maxDefinition = 1 << 20

// shape is where things lie in the definition of a table.
type shape struct {
	variables        int // where they are counted
	columns, indexes int // and these
	first            int // what follows the counts
	index, column    int // the size of each
	number, variable int // places in a column
	scale            int
	flags            int
	fixed, size      int
}

func (h header) shape() shape {
	if h.jet3 {
		return shape{variables: 23, columns: 25, indexes: 31, first: 43, index: 8, column: 18, number: 1, variable: 3, scale: 10, flags: 13, fixed: 14, size: 16}
	}
	return shape{variables: 43, columns: 45, indexes: 51, first: 63, index: 12, column: 25, number: 5, variable: 7, scale: 12, flags: 15, fixed: 21, size: 23}
}

// table reads the definition of a table; nil when there is none on the page.
func (r *reader) table(root uint32) (*table, error) {
	b, err := r.definition(root)
	s := r.shape()
	if err != nil || len(b) < s.first {
		return nil, err
	}
	count := le16(b[s.columns:])
	at := s.first + int(min(le32(b[s.indexes:]), 1000))*s.index
	if count == 0 || count > 1024 || at+count*s.column > len(b) {
		return nil, nil
	}
	t := &table{root: root, name: r.names[root], columns: make([]column, count), flat: le16(b[s.variables:]) == 0}
	t.system = len(t.name) > 4 && t.name[:4] == "MSys"
	names := at + count*s.column
	for i := range t.columns {
		d := b[at+i*s.column:][:s.column]
		c := column{
			kind: d[0], number: le16(d[s.number:]), index: le16(d[s.variable:]), scale: int(d[s.scale]),
			fixed: d[s.flags]&1 != 0, at: le16(d[s.fixed:]), size: le16(d[s.size:]),
		}
		c.computed = !r.jet3 && d[s.flags+1]&0xc0 == 0xc0
		if c.name, names = r.name(b, names); names < 0 {
			return nil, nil
		}
		t.columns[i] = c
	}
	// Files are given last: then their names are known.
	slices.SortStableFunc(t.columns, func(a, b column) int { return cmp.Compare(order(a), order(b)) })
	return t, nil
}

func order(c column) int {
	if c.kind == typeOLE {
		return 1
	}
	return 0
}

// name reads a column's name, and returns where the next one stands: -1 when
// there is none.
func (r *reader) name(b []byte, at int) (string, int) {
	width := 2
	if r.jet3 {
		width = 1
	}
	if at+width > len(b) {
		return "", -1
	}
	n := int(b[at])
	if !r.jet3 {
		n = le16(b[at:])
	}
	at += width
	if n > 256 || at+n > len(b) {
		return "", -1
	}
	enc := charset.UTF16LE
	if r.jet3 {
		enc = charset.UTF8
	}
	name, _ := enc.Decode(nil, b[at:at+n], true)
	return string(name), at + n
}

// definition reads the pages that define a table; nil when they do not.
func (r *reader) definition(root uint32) ([]byte, error) {
	var b []byte
	for n := root; n != 0 && len(b) < maxDefinition; {
		if n >= r.count {
			return nil, nil
		}
		page, err := r.page(n)
		if err != nil {
			return nil, err
		}
		if page[0] != tablePage {
			return nil, nil
		}
		n = le32(page[4:])
		if b != nil {
			page = page[8:]
		}
		b = append(b, page...)
	}
	return b, nil
}
