package stata

// old reads a file of the formats up to 115.
func (f *file) old() error {
	f.release = f.U8()
	if f.Err() != nil {
		return f.Err()
	}
	f.order(f.U8() == 1)
	f.Bytes(2)
	count := f.U16()
	f.rows = uint64(f.U32())
	title := 81
	f.widths = widths{name: 33, shown: 49, label: 81}
	switch {
	case f.release < 108:
		title, f.widths = 32, widths{name: 9, shown: 12, label: 32}
	case f.release < 110:
		f.widths = widths{name: 9, shown: 12, label: 81}
	case f.release < 114:
		f.widths.shown = 12
	}
	f.Bytes(title)
	f.Bytes(18) // when it was made
	if f.Err() != nil {
		return f.Err()
	}
	f.variables = make([]variable, count)
	for i, c := range f.Bytes(count) {
		if f.variables[i].kind = f.kind(c); f.variables[i].kind == 0 {
			return f.Corrupt("kinds of variables")
		}
	}
	names := f.table(f.name)
	f.Bytes(2 * (count + 1)) // how it is sorted
	shown := f.table(f.shown)
	f.table(f.name) // which labels its values have
	labels := f.table(f.label)
	f.expansions()
	if f.Err() != nil {
		return f.Err()
	}
	if err := f.define(names, shown, labels); err != nil {
		return err
	}
	if err := f.data(); err != nil {
		return err
	}
	return f.oldLabels()
}

// kind reads the kind of a variable; 0 is none.
func (f *file) kind(c byte) int {
	if f.release < 111 {
		switch {
		case c > 0x7f:
			return int(c) - 0x7f
		case c == 'b':
			return kindByte
		case c == 'i':
			return kindInt
		case c == 'l':
			return kindLong
		case c == 'f':
			return kindFloat
		case c == 'd':
			return kindDouble
		}
		return 0
	}
	switch c {
	case 251:
		return kindByte
	case 252:
		return kindInt
	case 253:
		return kindLong
	case 254:
		return kindFloat
	case 255:
		return kindDouble
	}
	return int(c)
}

// expansions passes over what programs noted.
func (f *file) expansions() {
	for f.Err() == nil {
		kind, size := f.U8(), int64(0)
		if f.release < 110 {
			size = int64(f.U16())
		} else {
			size = int64(f.U32())
		}
		if kind == 0 && size == 0 {
			return
		}
		f.Skip(size)
	}
}

// oldLabels reads the labels of values as text, up to the end.
func (f *file) oldLabels() error {
	if f.release < 108 {
		return f.Err()
	}
	for !f.End() && f.Err() == nil {
		size := int(f.U32())
		f.Bytes(f.name + 3)
		if err := f.labelTable(f.Bytes(size)); err != nil {
			return err
		}
	}
	return f.Err()
}

// labelTable gives the labels of a table.
func (f *file) labelTable(b []byte) error {
	if len(b) < 8 {
		return f.Err()
	}
	from := 8 + 8*int64(f.Order.Uint32(b))
	if from > int64(len(b)) {
		return f.Corrupt("labels")
	}
	f.row.Drop()
	for _, c := range b[from:] {
		if c == 0 {
			c = '\n'
		}
		f.row.B = append(f.row.B, c)
	}
	text := decode(f.row.B)
	f.row.Drop()
	if text == "" {
		return nil
	}
	return f.sink.Text([]byte(text + "\n"))
}
