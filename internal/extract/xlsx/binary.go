package xlsx

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/grid"
)

// Records of binary workbooks, as [MS-XLSB] 2.3 numbers them.
const (
	recordRow          = 0
	recordRK           = 2
	recordReal         = 5
	recordText         = 6
	recordShared       = 7
	recordFormulaText  = 8
	recordFormulaReal  = 9
	recordShort        = 10 // lies between a cell's record and the same cell's without its column
	recordSharedString = 19
	recordItemReal     = 21
	recordItemText     = 24
	recordPivotRow     = 33
	recordFormat       = 44
	recordStyle        = 47
	recordRichText     = 62
	recordWorkbook     = 153
	recordSheet        = 156
	recordExternalRow  = 366
	recordExternalReal = 368
	recordExternalText = 371
	recordHeaders      = 479
	recordStyles       = 617
	recordStylesEnd    = 618
	recordComment      = 637
)

const binaryMain = "xl/workbook.bin"

// maxRecord bounds a record: the longest is of a text of 32,767 characters.
const maxRecord = 1 << 20

// records calls see for each record of a part.
func (b *book) records(part string, see func(kind int, data []byte) error) error {
	r, err := b.p.Open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	in := bufio.NewReaderSize(r, 64<<10)
	var buf []byte
	for {
		kind, err := variable(in, 2)
		if errors.Is(err, io.EOF) {
			return nil
		}
		size, err2 := variable(in, 4)
		if err = errors.Join(err, err2); err == nil && size <= maxRecord {
			if cap(buf) < size {
				buf = make([]byte, size+size/2)
			}
			_, err = io.ReadFull(in, buf[:size])
		}
		if size > maxRecord || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("read record: %w", extract.ErrCorrupt)
		}
		if err != nil {
			return fmt.Errorf("read record: %w", err)
		}
		if err := see(kind, buf[:size]); err != nil {
			return err
		}
	}
}

// variable reads a number of seven bits a byte.
func variable(in *bufio.Reader, most int) (n int, err error) {
	for i := range most {
		c, err := in.ReadByte()
		if err != nil {
			if i > 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if n |= int(c&0x7f) << (7 * i); c < 0x80 {
			break
		}
	}
	return n, nil
}

// wide cuts a string of UTF-16 behind its length off data, in UTF-8. One that is
// null has the length -1.
func wide(data []byte) (text, rest []byte) {
	if len(data) < 4 {
		return nil, nil
	}
	n := binary.LittleEndian.Uint32(data)
	data = data[4:]
	if n == math.MaxUint32 {
		return nil, data
	}
	if uint64(n) > uint64(len(data)/2) {
		n = uint32(len(data) / 2)
	}
	return codepage.Wide(nil, data[:2*n]), data[2*n:]
}

// openBinary reads what the sheets need, as open does.
func (b *book) openBinary() ([]sheet, error) {
	all, err := b.p.Relations(binaryMain)
	if err != nil {
		return nil, err
	}
	targets := make(map[string]string, len(all))
	for _, r := range all {
		targets[r.ID] = r.Target
	}
	var sheets []sheet
	err = b.records(binaryMain, func(kind int, data []byte) error {
		switch {
		case kind == recordSheet && len(data) > 8 && len(sheets) < maxSheets:
			id, rest := wide(data[8:])
			name, _ := wide(rest)
			sheets = append(sheets, sheet{string(name), targets[string(id)]})
		case kind == recordWorkbook && len(data) > 0:
			b.styles.From1904 = data[0]&1 != 0
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sheets, b.each2("xl/styles.bin", b.binaryStyles, "xl/sharedStrings.bin", b.binaryStrings)
}

func (b *book) binaryStyles(part string) error {
	custom := make(map[int]string)
	listed := false
	return b.records(part, func(kind int, data []byte) error {
		switch {
		case kind == recordFormat && len(data) > 2 && len(custom) < 10_000:
			code, _ := wide(data[2:])
			custom[int(binary.LittleEndian.Uint16(data))] = string(code)
		case kind == recordStyles:
			listed = true
		case kind == recordStylesEnd:
			listed = false
		case kind == recordStyle && listed && len(data) >= 4:
			id := int(binary.LittleEndian.Uint16(data[2:]))
			b.styles.Add(id, custom[id])
		}
		return nil
	})
}

func (b *book) binaryStrings(part string) error {
	defer b.reportLost()
	return b.records(part, func(kind int, data []byte) error {
		if kind != recordSharedString || len(data) < 1 {
			return nil
		}
		text, _ := wide(data[1:])
		return b.share(text)
	})
}

// binarySheet reads a sheet, or what is kept of one in another workbook.
func (b *book) binarySheet(name, part string) error {
	g := grid.New(b.sink, name)
	err := b.records(part, func(kind int, data []byte) error {
		switch kind {
		case recordRow, recordExternalRow:
			return g.EndRow()
		case recordHeaders:
			return b.headers(data)
		}
		c, data, ok := cellOf(kind, data, g.Next())
		if !ok {
			return nil
		}
		return g.Cell(c.column, b.binaryValue(c, data))
	})
	if err != nil && !errors.Is(err, extract.ErrCorrupt) {
		return err
	}
	return errors.Join(g.End(), err)
}

// binaryCell is a cell before its value is read.
type binaryCell struct {
	column, style, kind int
}

// cellOf reads what stands before a cell's value: its column, unless it is the
// next, and its style, unless it is of another workbook.
func cellOf(kind int, data []byte, next int) (c binaryCell, value []byte, ok bool) {
	external := kind >= recordExternalReal && kind <= recordExternalText
	short := kind > recordShort+recordRK && kind <= recordShort+1+recordShared
	if short {
		kind -= recordShort + 1
	}
	switch kind {
	case recordRK, recordReal, recordText, recordShared, recordFormulaText, recordFormulaReal, recordRichText, recordExternalReal, recordExternalText:
	default:
		return c, nil, false
	}
	c = binaryCell{column: next, kind: kind}
	if !short {
		if len(data) < 4 {
			return c, nil, false
		}
		c.column = int(min(binary.LittleEndian.Uint32(data), grid.MaxColumn))
		data = data[4:]
	}
	if !external {
		if len(data) < 4 {
			return c, nil, false
		}
		c.style = int(binary.LittleEndian.Uint32(data) & 0xffffff)
		data = data[4:]
	}
	return c, data, true
}

// binaryValue is a cell's value as it is read.
func (b *book) binaryValue(c binaryCell, data []byte) []byte {
	switch c.kind {
	case recordText, recordFormulaText, recordExternalText:
		text, _ := wide(data)
		return text
	case recordRichText:
		text, _ := wide(data[min(1, len(data)):])
		return text
	case recordShared:
		if len(data) < 4 {
			return nil
		}
		held, _ := b.shared.At(int(binary.LittleEndian.Uint32(data)))
		return held
	case recordRK:
		if len(data) < 4 {
			return nil
		}
		return b.styles.Shown(c.style, written(rk(binary.LittleEndian.Uint32(data))))
	}
	if len(data) < 8 {
		return nil
	}
	return b.styles.Shown(c.style, written(math.Float64frombits(binary.LittleEndian.Uint64(data))))
}

// rk reads a number in four bytes: a whole one or the upper half of a fraction,
// perhaps a hundred times what is meant.
func rk(v uint32) float64 {
	const hundredfold, whole = 1, 2
	f := math.Float64frombits(uint64(v&^3) << 32)
	if v&whole != 0 {
		f = float64(int32(v) >> 2)
	}
	if v&hundredfold != 0 {
		f /= 100
	}
	return f
}

func written(f float64) []byte { return strconv.AppendFloat(nil, f, 'f', -1, 64) }

// headers gives a page's headers and footers.
func (b *book) headers(data []byte) error {
	if len(data) < 2 {
		return nil
	}
	data = data[2:]
	for len(data) >= 4 {
		var text []byte
		if text, data = wide(data); len(text) == 0 {
			continue
		}
		if err := b.sink.Text(append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// binaryPart reads a part that is no sheet of the workbook's list.
func (b *book) binaryPart(name string) error {
	dir, file := path.Split(name)
	switch {
	case dir == "xl/worksheets/" || dir == "xl/macrosheets/" || dir == "xl/externalLinks/":
		if strings.HasPrefix(file, "binaryIndex") {
			return nil
		}
		return b.binarySheet("", name)
	case strings.HasPrefix(file, "comments"):
		return b.records(name, func(kind int, data []byte) error {
			if kind != recordComment || len(data) < 1 {
				return nil
			}
			text, _ := wide(data[1:])
			return b.sink.Text(append(text, '\n'))
		})
	case dir == "xl/pivotCache/":
		return b.binaryPivot(name)
	}
	return nil
}

// binaryPivot gives the distinct values that a pivot table keeps. How its rows
// are written depends on much else: they are counted.
func (b *book) binaryPivot(name string) error {
	left := 0
	err := b.records(name, func(kind int, data []byte) error {
		var text []byte
		switch {
		case kind == recordPivotRow:
			left++
			return nil
		case kind == recordItemText:
			text, _ = wide(data)
		case kind == recordItemReal && len(data) >= 8:
			text = written(math.Float64frombits(binary.LittleEndian.Uint64(data)))
		default:
			return nil
		}
		return b.sink.Text(append(text, '\n'))
	})
	if left > 0 {
		b.sink.Partial(fmt.Sprintf("%d rows kept by a pivot table are not read", left))
	}
	return err
}
