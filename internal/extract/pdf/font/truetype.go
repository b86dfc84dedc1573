package font

import (
	"encoding/binary"
	"fmt"
)

// sfnt is a TrueType or OpenType font.
type sfnt []byte

// table returns a table of the font, nil when there is none.
func (s sfnt) table(tag string) []byte {
	if len(s) < 12 {
		return nil
	}
	for i := range int(u16(s, 4)) {
		at := 12 + 16*i
		if at+16 > len(s) {
			return nil
		}
		if string(s[at:at+4]) == tag {
			off, n := int(u32(s, at+8)), int(u32(s, at+12))
			if off > len(s) {
				return nil
			}
			return s[off:min(len(s), off+n)]
		}
	}
	return nil
}

// u16 and u32 read numbers, zero beyond the end.
func u16(b []byte, i int) uint16 {
	if i < 0 || i+2 > len(b) {
		return 0
	}
	return binary.BigEndian.Uint16(b[i:])
}

func u32(b []byte, i int) uint32 {
	if i < 0 || i+4 > len(b) {
		return 0
	}
	return binary.BigEndian.Uint32(b[i:])
}

// charmaps are the font's own maps from characters or codes to glyphs.
type charmaps struct {
	unicode map[uint32]uint16 // by character
	symbol  map[uint32]uint16 // by code, mostly from 0xf000
	mac     map[uint32]uint16 // by code
}

func (s sfnt) charmaps() charmaps {
	var c charmaps
	cmap := s.table("cmap")
	for i := range int(u16(cmap, 2)) {
		at := 4 + 8*i
		platform, kind, off := u16(cmap, at), u16(cmap, at+2), int(u32(cmap, at+4))
		if off >= len(cmap) || i > 32 {
			break
		}
		list := subtable(cmap[off:])
		switch {
		case platform == 3 && kind == 0:
			c.symbol = list
		case platform == 0, platform == 3 && (kind == 1 || kind == 10):
			if len(list) > len(c.unicode) {
				c.unicode = list
			}
		case platform == 1:
			c.mac = list
		}
	}
	return c
}

// subtable reads a map of the formats that fonts in documents have.
func subtable(b []byte) map[uint32]uint16 {
	list := map[uint32]uint16{}
	switch u16(b, 0) {
	case 0:
		for code := range 256 {
			if 6+code < len(b) && b[6+code] != 0 {
				list[uint32(code)] = uint16(b[6+code])
			}
		}
	case 4:
		segments(b, list)
	case 6:
		first := uint32(u16(b, 6))
		for i := range int(u16(b, 8)) {
			if g := u16(b, 10+2*i); g != 0 {
				list[first+uint32(i)] = g
			}
		}
	case 12:
		for i := range min(int(u32(b, 12)), len(b)/12) {
			at := 16 + 12*i
			low, high, glyph := u32(b, at), u32(b, at+4), u32(b, at+8)
			for c := low; c <= high && c-low < 1<<16 && len(list) < maxMapped; c++ {
				list[c] = uint16(glyph + c - low)
			}
		}
	}
	return list
}

// segments reads a map of format 4.
func segments(b []byte, list map[uint32]uint16) {
	n := int(u16(b, 6)) &^ 1
	for i := 0; i < n && i < len(b); i += 2 {
		high, low := u16(b, 14+i), u16(b, 16+n+i)
		delta, at := u16(b, 16+2*n+i), 16+3*n+i
		off := u16(b, at)
		for c := uint32(low); c <= uint32(high) && len(list) < 1<<16; c++ {
			glyph := uint16(c)
			if off != 0 {
				if glyph = u16(b, at+int(off)+2*int(c-uint32(low))); glyph == 0 {
					continue
				}
			}
			if glyph += delta; glyph != 0 && c != 0xffff {
				list[c] = glyph
			}
		}
	}
}

// texts is the text of each glyph, by the font's map of characters and the
// glyphs' names.
func (s sfnt) texts() map[uint16]string {
	list := map[uint16]string{}
	for glyph, name := range postNames(s.table("post")) {
		if text, ok := ofGlyph(name); ok && text != "" {
			list[uint16(glyph)] = text
		}
	}
	for r, glyph := range s.charmaps().unicode {
		text := plain(rune(r))
		old, known := list[glyph]
		if text != "" && (!known || len(text) < len(old) || len(text) == len(old) && text < old) {
			list[glyph] = text
		}
	}
	return list
}

// postNames are the names of glyphs, where the font keeps its own.
func postNames(b []byte) []string {
	const standard = 258 // names that are not written out
	if u32(b, 0) != 0x00020000 {
		return nil
	}
	n := int(u16(b, 32))
	var own []string
	for at := 34 + 2*n; at < len(b); {
		end := at + 1 + int(b[at])
		if end > len(b) {
			break
		}
		own = append(own, string(b[at+1:end]))
		at = end
	}
	names := make([]string, n)
	for i := range names {
		k := int(u16(b, 34+2*i))
		switch {
		case k >= standard && k-standard < len(own):
			names[i] = own[k-standard]
		case k >= 3 && k < 3+95: // the standard names begin with those of ASCII
			names[i] = fmt.Sprintf("uni%04X", ' '+k-3)
		}
	}
	return names
}
