package access

// layout is where the parts of a row are.
type layout struct {
	count  int   // of columns that there were when it was written
	ends   []int // where the variable columns begin; the last ends there
	mask   []byte
	prefix int // what precedes the fixed columns
}

// maxVariable is more than any table has variable columns.
const maxVariable = 1024

// layout finds the parts of a row.
func (r *reader) layout(t *table, b []byte) (l layout, ok bool) {
	switch {
	case t.flat:
		return r.flat(b)
	case r.jet3:
		return r.layout3(b)
	}
	l = layout{count: le16(b), prefix: 2}
	bits := (l.count + 7) / 8
	end := len(b) - bits
	if end < 2+l.prefix {
		return l, false
	}
	l.mask = b[end:]
	n := le16(b[end-2:])
	if n > maxVariable || end-4-2*n < l.prefix {
		return l, false
	}
	l.ends = r.room(n + 1)
	for i := range l.ends {
		l.ends[i] = le16(b[end-4-2*i:])
	}
	return l, l.valid(len(b))
}

// flat finds the parts of a row without variable columns.
func (r *reader) flat(b []byte) (l layout, ok bool) {
	l = layout{count: le16(b), prefix: 2}
	if r.jet3 {
		l = layout{count: int(b[0]), prefix: 1}
	}
	end := len(b) - (l.count+7)/8
	if end < l.prefix {
		return l, false
	}
	l.mask = b[end:]
	return l, true
}

// layout3 finds the parts of a row of Jet 3, whose offsets are of a byte each,
// with a list of those columns from which they are 256 more.
func (r *reader) layout3(b []byte) (l layout, ok bool) {
	l = layout{count: int(b[0]), prefix: 1}
	bits := (l.count + 7) / 8
	end := len(b) - bits
	if end < 1+l.prefix {
		return l, false
	}
	l.mask = b[end:]
	n := int(b[end-1])
	jumps := (len(b) - 1) / 256
	last := end - 2 - jumps // the first offset; the others stand before it
	if (last-n)/256 < jumps {
		jumps--
	}
	if last-n < l.prefix {
		return l, false
	}
	l.ends = r.room(n + 1)
	used := 0
	for i := range l.ends {
		for used < jumps && i == int(b[end-2-used]) {
			used++
		}
		l.ends[i] = int(b[last-i]) + used*256
	}
	return l, l.valid(len(b))
}

// room is a slice for the ends of the values of a row.
func (r *reader) room(n int) []int {
	if cap(r.ends) < n {
		r.ends = make([]int, n)
	}
	return r.ends[:n]
}

func (l *layout) valid(size int) bool {
	for i, end := range l.ends {
		if end > size || i > 0 && end < l.ends[i-1] {
			return false
		}
	}
	return true
}

// value returns the bytes of a column; not there when it is empty.
func (l *layout) value(b []byte, c *column) (value []byte, there bool) {
	if c.number >= l.count || l.mask[c.number/8]>>(c.number%8)&1 == 0 {
		return nil, false
	}
	if !c.fixed {
		if c.index+1 >= len(l.ends) {
			return nil, false
		}
		return b[l.ends[c.index]:l.ends[c.index+1]], true
	}
	from := l.prefix + c.at
	if from+c.size > len(b) {
		return nil, false
	}
	return b[from : from+c.size], true
}

// cells puts the cells of a row together; not ok when it makes no sense.
func (r *reader) cells(t *table, b []byte) (ok bool, err error) {
	l, ok := r.layout(t, b)
	if !ok {
		return false, nil
	}
	for i := range t.columns {
		c := &t.columns[i]
		v, there := l.value(b, c)
		switch {
		case c.kind == typeBool:
			r.bool(there)
		case there:
			if err := r.cell(t, c, v); err != nil {
				return false, err
			}
		}
		r.row.End()
	}
	return true, nil
}
