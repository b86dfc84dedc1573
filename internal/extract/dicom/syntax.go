package dicom

import (
	"encoding/binary"
	"fmt"
)

// tag is an attribute's tag, its group first.
type tag uint32

// Tags that the reader itself knows.
const (
	transferSyntax tag = 0x0002_0010
	directoryType  tag = 0x0004_1430
	characterSet   tag = 0x0008_0005
	encapsulated   tag = 0x0042_0011
	itemTag        tag = 0xFFFE_E000
	sequenceEnd    tag = 0xFFFE_E0DD
)

func (t tag) group() uint16 { return uint16(t >> 16) }

func (t tag) String() string { return fmt.Sprintf("(%04X,%04X)", uint16(t>>16), uint16(t)) }

// syntax is how attributes are written; the zero syntax is the simplest.
type syntax struct {
	explicit bool // each says of what kind its value is
	big      bool // the highest byte first
}

// header is what stands before a value.
type header struct {
	tag    tag
	vr     string // the kind of value, empty when it is not said
	length uint32
}

const longestHeader = 12

func (s syntax) order() binary.ByteOrder {
	if s.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// header reads the header that b begins with, and returns its length.
func (s syntax) header(b []byte) (h header, n int, ok bool) {
	if len(b) < 8 {
		return h, 0, false
	}
	order := s.order()
	h.tag = tag(order.Uint16(b))<<16 | tag(order.Uint16(b[2:]))
	if !s.explicit || h.tag.group() == 0xFFFE || !isVR(b[4:6]) {
		h.length = order.Uint32(b[4:])
		return h, 8, true
	}
	h.vr = vrs[[2]byte(b[4:6])]
	if !long(h.vr) {
		h.length = uint32(order.Uint16(b[6:]))
		return h, 8, true
	}
	if len(b) < longestHeader {
		return h, 0, false
	}
	h.length = order.Uint32(b[8:])
	return h, longestHeader, true
}

// vrs are the kinds of values.
var vrs = func() map[[2]byte]string {
	m := map[[2]byte]string{}
	for _, vr := range []string{
		"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN", "SH", "SL",
		"SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV",
	} {
		m[[2]byte{vr[0], vr[1]}] = vr
	}
	return m
}()

func isVR(b []byte) bool { return vrs[[2]byte(b)] != "" }

// long reports whether values of the kind have a length of four bytes.
func long(vr string) bool {
	switch vr {
	case "OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UN", "UR", "UT", "SV", "UV":
		return true
	}
	return false
}

// worded reports whether a value can be words of which nothing is known.
func worded(h header, s syntax) bool {
	const longest = 4 << 10
	switch h.vr {
	case "LO", "SH", "LT", "ST", "UT", "UC", "PN":
		return true
	case "UN":
		return h.length <= 64<<10
	case "CS":
		return h.tag == directoryType || h.tag == characterSet
	case "":
		return h.length <= longest && h.tag&0xFFFF != 0
	}
	return false
}
