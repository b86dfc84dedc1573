// Package mapi reads what Outlook's items are made of: properties that have a
// number and a type. The formats that keep them (msg, pst, tnef) fill a Message,
// and this package says what of it is text, and how it is called. It is no format
// itself.
package mapi

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"trustaudit/internal/extract/codepage"
)

// The types of property. Multiple is set beside another for a list of values.
const (
	Int16    = 0x0002
	Int32    = 0x0003
	Double   = 0x0005
	Currency = 0x0006
	Boolean  = 0x000b
	Embedded = 0x000d
	Int64    = 0x0014
	String8  = 0x001e
	Unicode  = 0x001f
	Time     = 0x0040
	GUID     = 0x0048
	Binary   = 0x0102
	Multiple = 0x1000
)

// Width is how long a value of a type is; 0 when its length varies.
func Width(kind uint16) int {
	switch kind {
	case Int16, Boolean:
		return 2
	case Int32, 0x0004, 0x000a: // a float, an error
		return 4
	case Double, Currency, 0x0007, Int64, Time:
		return 8
	case GUID:
		return 16
	}
	return 0
}

// Property is one of an item's. One that has many values stands once for each.
type Property struct {
	ID, Type uint16
	Data     []byte
}

// Object is an item, a recipient or an attachment.
type Object struct {
	Page  int             // the code page of its strings of bytes, when it has none itself
	Names map[uint16]Name // of properties above 0x8000
	Props []Property      // in no order
}

// Add adds a property.
func (o *Object) Add(id, kind uint16, data []byte) {
	o.Props = append(o.Props, Property{id, kind, data})
}

// get finds a property that has a value.
func (o *Object) get(id uint16) *Property {
	for i := range o.Props {
		if o.Props[i].ID == id && len(o.Props[i].Data) > 0 {
			return &o.Props[i]
		}
	}
	return nil
}

// Int is the value of a number, 0 when there is none.
func (o *Object) Int(id uint16) int {
	if p := o.get(id); p != nil {
		return int(number(p.Data))
	}
	return 0
}

// number reads a little-endian integer of any width up to 8 bytes.
func number(b []byte) int64 {
	var wide [8]byte
	switch copy(wide[:], b) {
	case 2:
		return int64(int16(binary.LittleEndian.Uint16(wide[:])))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(wide[:])))
	}
	return int64(binary.LittleEndian.Uint64(wide[:]))
}

// Text is a property as it is read; "" when there is none.
func (o *Object) Text(id uint16) string {
	if p := o.get(id); p != nil {
		return string(o.text(p))
	}
	return ""
}

// text is a property's value in words: of a string, a number or a time.
func (o *Object) text(p *Property) []byte {
	switch p.Type &^ Multiple {
	case Unicode:
		return clean(p, codepage.Wide(make([]byte, 0, len(p.Data)/2), p.Data))
	case String8:
		return clean(p, o.decode(p.Data))
	case Time:
		if t := timeOf(p.Data); !t.IsZero() {
			return t.AppendFormat(nil, dateForm(t))
		}
	case Int16, Int32, Int64:
		return strconv.AppendInt(nil, number(p.Data), 10)
	case Double:
		if len(p.Data) == 8 {
			return strconv.AppendFloat(nil, math.Float64frombits(binary.LittleEndian.Uint64(p.Data)), 'f', -1, 64)
		}
	}
	return nil
}

// clean takes off what ends a string, and what stores put before a subject: a mark,
// and how long the part of it is that says "Re:".
func clean(p *Property, text []byte) []byte {
	if p.ID == subject && len(text) > 1 && text[0] == 1 {
		text = text[2:]
	}
	return bytes.TrimSpace(bytes.TrimRight(text, "\x00"))
}

// decode turns a string of bytes into UTF-8.
func (o *Object) decode(b []byte) []byte {
	return codepage.Decode(nil, codepage.Of(o.CodePage()), b)
}

// utf8 is the number that Windows gives UTF-8 as a code page.
const utf8 = 65001

// CodePage is the code page that the object names, or what it was given with it.
func (o *Object) CodePage() int {
	for _, id := range []uint16{messagePage, internetPage} {
		if n := o.Int(id); n > 0 && n != 1200 {
			return n
		}
	}
	if o.Page > 0 {
		return o.Page
	}
	return 1252
}

// timeOf turns tenths of microseconds since 1601 into a time.
func timeOf(b []byte) time.Time {
	const epoch = 11644473600
	if len(b) < 8 {
		return time.Time{}
	}
	t := binary.LittleEndian.Uint64(b)
	if seconds := t / 1e7; seconds > 0 && seconds < 1<<36 {
		return time.Unix(int64(seconds)-epoch, 0).UTC()
	}
	return time.Time{}
}

// dateForm leaves out a time of midnight: birthdays are kept as one, in the local
// time of whoever entered them.
func dateForm(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 {
		return time.DateOnly
	}
	return time.DateTime
}
