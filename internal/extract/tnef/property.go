package tnef

import (
	"encoding/binary"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/mapi"
)

// publicWords is the set of names that anybody may add to.
const publicWords = "\x29\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"

// cursor takes values from the front of bytes. Once they do not suffice it gives
// nothing more.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) take(n int64) []byte {
	if n < 0 || n > int64(len(c.b)) {
		c.b, c.short = nil, true
		return nil
	}
	taken := c.b[:n]
	c.b = c.b[n:]
	return taken
}

// padded takes bytes, and those behind them up to a multiple of four.
func (c *cursor) padded(n int64) []byte {
	taken := c.take(n)
	c.take(min(-n&3, int64(len(c.b))))
	return taken
}

func (c *cursor) number() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// properties reads a list of properties, and returns what follows it.
func (r *reader) properties(b []byte, o *mapi.Object) (rest []byte, err error) {
	c := &cursor{b: b}
	for n := c.number(); n > 0 && !c.short; n-- {
		tag := c.number()
		id, kind := uint16(tag>>16), uint16(tag)
		if id >= 0x8000 && !c.short {
			r.m.Names[id] = c.name()
		}
		c.values(id, kind, o)
	}
	if c.short {
		return nil, extract.ErrCorrupt
	}
	return c.b, nil
}

// name reads what a property is called that has no number of its own.
func (c *cursor) name() mapi.Name {
	set := string(c.take(16))
	if c.number() == 0 {
		return mapi.Name{Number: c.number()}
	}
	word := c.padded(int64(c.number()))
	for len(word) >= 2 && word[len(word)-1] == 0 && word[len(word)-2] == 0 {
		word = word[:len(word)-2]
	}
	return mapi.Name{Word: string(codepage.Wide(nil, word)), Own: set == publicWords}
}

// values reads the values of a property: how many there are is said of those of
// varying length even when they are one.
func (c *cursor) values(id, kind uint16, o *mapi.Object) {
	one := kind &^ mapi.Multiple
	width := mapi.Width(one)
	varies := width == 0
	n := uint32(1)
	if varies || kind&mapi.Multiple != 0 {
		n = c.number()
	}
	for ; n > 0 && !c.short; n-- {
		var v []byte
		if varies {
			v = c.padded(int64(c.number()))
		} else {
			v = c.padded(int64(width))
		}
		if !c.short && (mapi.Told(id, one) || !varies && width <= 4 || id == mapi.AttachData) {
			o.Add(id, one, v)
		}
	}
}
