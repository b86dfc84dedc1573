package xls

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/ole/crypt"
	"trustaudit/internal/extract/seal"
)

// open settles what the record says that announces encryption: from there on,
// the records are encrypted one by one.
func (b *book) open() error {
	body := b.in.body
	if len(body) < 4 {
		return fmt.Errorf("read encryption: %w", extract.ErrCorrupt)
	}
	if b.version < 8 || binary.LittleEndian.Uint16(body) == 0 {
		return b.openXOR(body)
	}
	info, err := crypt.Parse(body[2:])
	if err != nil {
		return errors.Join(b.sink.Seal(seal.Of("Office", "", 0)), extract.ErrSealed)
	}
	const block = 1024 // encrypted with a key of its own
	key, open := info.Open()
	if err := b.sink.Seal(info.Seal); err != nil {
		return err
	}
	if !open {
		return fmt.Errorf("open workbook: %w", extract.ErrSealed)
	}
	b.unseal = func(r *records, data io.ReaderAt) { r.decrypt = key.Stream(data, block).Apply }
	b.unseal(&b.in, b.data)
	return nil
}

// openXOR opens the scrambling of Excel 95, also kept by later ones. Its key and
// the digest that tells a password stand at the end of the record.
func (b *book) openXOR(body []byte) error {
	if b.version == 8 && len(body) >= 6 {
		body = body[2:]
	}
	s := seal.Of("Excel 95", "XOR", 16)
	pad, open := crypt.Scramble(binary.LittleEndian.Uint16(body), binary.LittleEndian.Uint16(body[2:]))
	s.Open = open
	if err := b.sink.Seal(s); err != nil {
		return err
	}
	if !open {
		return fmt.Errorf("open workbook: %w", extract.ErrSealed)
	}
	b.scrambled = true
	b.unseal = func(r *records, _ io.ReaderAt) {
		r.decrypt = func(body []byte, at int64) error {
			pad.Apply(body, at+int64(len(r.body)))
			return nil
		}
	}
	b.unseal(&b.in, b.data)
	return nil
}

// box reads the text of a note or a text box, which follows in continuations.
func (b *book) box() error {
	if len(b.in.body) < 12 {
		return nil
	}
	chars := int(binary.LittleEndian.Uint16(b.in.body[10:]))
	if chars == 0 {
		return nil
	}
	c := cursor{r: &b.in}
	width, err := c.bytes(1)
	if err != nil {
		return err
	}
	text, err := c.text(nil, chars, width[0]&1 != 0)
	return errors.Join(b.line(text), err)
}

// line gives a text that is no cell's. It ends the table.
func (b *book) line(text []byte) error {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil
	}
	if err := b.endSheet(); err != nil {
		return err
	}
	return b.sink.Text(append(text, '\n'))
}

// aside reads a record whose text stands beside the cells.
func (b *book) aside() error {
	body := b.in.body
	switch b.in.id {
	case recNote:
		if b.version < 8 && len(body) > 6 { // later ones have a text box
			return b.line(codepage.Decode(nil, b.page, body[6:]))
		}
	case recHeader, recFooter:
		width := 1
		if b.version == 8 {
			width = 2
		}
		return b.margin(b.short(nil, body, width))
	case recHyperlink:
		if len(body) > 32 {
			return b.wideRuns(body[32:])
		}
	case recSeriesText:
		if len(body) > 2 {
			return b.line(b.short(nil, body[2:], 1))
		}
	case recPivotString:
		return b.line(b.short(nil, body, 2))
	case recPivotNumber:
		if len(body) >= 8 {
			return b.line(appendNumber(nil, math.Float64frombits(binary.LittleEndian.Uint64(body))))
		}
	case recPivotDate:
		if len(body) >= 8 {
			return b.line(fmt.Appendf(nil, "%04d-%02d-%02d", binary.LittleEndian.Uint16(body), binary.LittleEndian.Uint16(body[2:]), body[4]))
		}
	case recCachedRow:
		return b.cached(body)
	case recName, recValidation:
		return b.constants(body)
	}
	return nil
}

// margin gives a header or a footer; codes within it say where it stands.
func (b *book) margin(text []byte) error {
	for _, code := range []string{"&L", "&C", "&R"} {
		text = bytes.ReplaceAll(text, []byte(code), []byte(" "))
	}
	return b.line(text)
}

// cached reads the values of another workbook that a link has kept.
func (b *book) cached(body []byte) error {
	const typed = 9
	var row []byte
	for body = body[min(4, len(body)):]; len(body) >= typed; {
		kind, value := body[0], body[1:]
		size := typed
		switch {
		case kind == 1:
			row = appendNumber(row, math.Float64frombits(binary.LittleEndian.Uint64(value)))
		case kind == 2 && b.version == 8:
			chars, wide := int(binary.LittleEndian.Uint16(value)), value[2]&1 != 0
			n := chars
			if wide {
				n *= 2
			}
			n = min(n, len(value)-3)
			row = appendText(row, value[3:3+n], wide)
			size = 4 + n
		case kind == 2:
			row = b.short(row, value, 1)
			size = 2 + int(value[0])
		}
		row = append(row, '\t')
		body = body[min(size, len(body)):]
	}
	return b.line(row)
}

// constants finds the texts within a name's formula, or in a list of what may
// be entered into a cell.
func (b *book) constants(body []byte) error {
	const least = 8 // fewer characters name nobody and are no number
	var found []byte
	for i := 0; i < len(body); {
		n := 0
		for i+n < len(body) && body[i+n] >= ' ' && body[i+n] < 0x7f {
			n++
		}
		if n >= least {
			found = append(append(found, body[i:i+n]...), '\n')
		}
		i += n + 1
	}
	if err := b.line(found); err != nil {
		return err
	}
	return b.wideRuns(body)
}

// wideRuns gives the stretches of a record that are text in UTF-16.
func (b *book) wideRuns(body []byte) error {
	const least = 8
	var found []byte
	for start := range 2 {
		for i := start; i+1 < len(body); {
			n := 0
			for i+n+1 < len(body) && body[i+n] >= ' ' && body[i+n] < 0x7f && body[i+n+1] == 0 {
				n += 2
			}
			if n >= 2*least {
				found = append(codepage.Wide(found, body[i:i+n]), '\n')
			}
			i += n + 2
		}
	}
	return b.line(found)
}
