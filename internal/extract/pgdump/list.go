package pgdump

// header is what the beginning of an archive tells.
type header struct {
	version     int // 1.14 is 114
	intBytes    int
	offsetBytes int
	kind        int
	method      method
}

// begin reads the header.
func (a *archive) begin() error {
	a.Bytes(len(mark))
	a.version = a.U8()*100 + a.U8()
	a.U8() // the revision
	a.intBytes, a.offsetBytes, a.kind = a.U8(), a.U8(), a.U8()
	if a.Err() != nil {
		return a.Err()
	}
	if a.version < 102 || a.version >= 200 || a.intBytes < 2 || a.intBytes > 8 || a.offsetBytes > 16 {
		return a.Corrupt("header")
	}
	if a.kind != kindCustom && a.kind != kindTar && a.kind != kindDirectory {
		return a.Corrupt("header")
	}
	switch {
	case a.version >= 115:
		a.method = method(a.U8())
	default:
		if a.int() != 0 {
			a.method = deflated
		}
	}
	for range 7 { // the time
		a.int()
	}
	a.string() // the database
	if a.version >= 110 {
		a.string() // who served it
		a.string() // who wrote it
	}
	return a.Err()
}

// int reads a number: its sign, and its bytes.
func (a *archive) int() int {
	negative := a.U8() != 0
	n := 0
	for i, b := range a.Bytes(a.intBytes) {
		if i < 7 {
			n |= int(b) << (8 * i)
		}
	}
	if negative {
		return -n
	}
	return n
}

// string reads a string; not there is not empty.
func (a *archive) string() (s string, there bool) {
	n := a.int()
	if n < 0 || a.Err() != nil {
		return "", false
	}
	return string(a.Bytes(n)), a.Err() == nil
}

// entry is a line of the list.
type entry struct {
	id         int
	definition string
	statement  string // with which the rows are read back in
}

func (a *archive) entry() (e entry) {
	e.id = a.int()
	a.int() // whether it has rows
	if a.version >= 108 {
		a.string()
	}
	a.string() // its number in the database
	a.string() // its name
	a.string() // what it is
	if a.version >= 111 {
		a.int()
	}
	e.definition, _ = a.string()
	a.string() // how it is dropped
	if a.version >= 103 {
		e.statement, _ = a.string()
	}
	for _, since := range []int{106, 110, 114} { // namespace, tablespace, access method
		if a.version >= since {
			a.string()
		}
	}
	if a.version >= 116 {
		a.int()
	}
	a.string() // the owner
	if a.version >= 109 {
		a.string()
	}
	if a.version >= 105 {
		for there := true; there; { // what it depends on
			_, there = a.string()
		}
	}
	a.place()
	return e
}

// place passes over where the rows of an entry are.
func (a *archive) place() {
	switch {
	case a.kind != kindCustom:
		a.string() // the name of a file
	case a.version >= 107:
		a.Skip(int64(1 + a.offsetBytes))
	default:
		a.int()
		a.int()
	}
}
