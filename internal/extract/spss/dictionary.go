package spss

import (
	"bytes"
	"strings"

	"trustaudit/internal/extract/charset"
)

// Records of the dictionary.
const (
	recordVariable = 2
	recordLabels   = 3
	recordIndexes  = 4
	recordDocument = 6
	recordExtra    = 7
	recordEnd      = 999
)

const (
	extraNames = 13 // the long names of variables

	maxVariables = 1 << 17
	maxCase      = 8 << 20 // bytes of a case
)

// dictionary reads what stands above the cases. Labels and documents are text.
func (f *file) dictionary() error {
	for f.Err() == nil {
		var err error
		switch f.U32() {
		case recordVariable:
			f.variable()
		case recordLabels:
			err = f.valueLabels()
		case recordIndexes:
			f.Skip(4 * int64(f.U32()))
		case recordDocument:
			err = f.document()
		case recordExtra:
			f.extra()
		case recordEnd:
			f.U32()
			return f.Err()
		default:
			return f.Corrupt("record")
		}
		if err != nil {
			return err
		}
	}
	return f.Err()
}

func decode(b []byte) string {
	out, _ := charset.UTF8.Decode(nil, bytes.TrimRight(b, " \x00"), true)
	return string(out)
}

func (f *file) text(b []byte) error {
	f.row.B, _ = charset.UTF8.Decode(f.row.B[:0], b, true)
	f.row.B = append(f.row.B, '\n')
	err := f.sink.Text(f.row.B)
	f.row.Drop()
	return err
}

func (f *file) variable() {
	width, labelled, missing := f.I32(), f.U32(), f.I32()
	format := f.U32()
	f.U32()
	name := decode(f.Bytes(8))
	label := ""
	if labelled == 1 {
		n := int(f.U32())
		label = decode(f.Bytes(n))
		f.Skip(int64(-n & 3))
	}
	f.Skip(8 * int64(max(missing, -missing)))
	if width < 0 || f.Err() != nil { // it goes on with the one before
		return
	}
	if width > 255 || len(f.variables) >= maxVariables {
		f.Corrupt("variable")
		return
	}
	f.names, f.labels = append(f.names, name), append(f.labels, label)
	f.variables = append(f.variables, variable{width: width, format: byte(format >> 16)})
}

func (f *file) valueLabels() error {
	for n := f.U32(); n > 0 && f.Err() == nil; n-- {
		f.Bytes(8)
		size := f.U8()
		label := f.Bytes(size)
		if err := f.text(label); err != nil {
			return err
		}
		f.Skip(int64(-(size + 1) & 7))
	}
	return f.Err()
}

func (f *file) document() error {
	const width = 80
	for n := f.U32(); n > 0 && f.Err() == nil; n-- {
		if err := f.text(bytes.TrimRight(f.Bytes(width), " ")); err != nil {
			return err
		}
	}
	return f.Err()
}

// extra reads an extension: the long names are wanted.
func (f *file) extra() {
	kind := f.U32()
	size, count := int64(f.U32()), int64(f.U32())
	if kind != extraNames {
		f.Skip(size * count)
		return
	}
	long := make(map[string]string)
	for _, pair := range strings.Split(decode(f.Bytes(int(size*count))), "\t") {
		if short, name, ok := strings.Cut(pair, "="); ok {
			long[short] = name
		}
	}
	for i, name := range f.names {
		if l := long[name]; l != "" {
			f.names[i] = l
		}
	}
}
