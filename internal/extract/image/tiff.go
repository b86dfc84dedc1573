package image

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// Tags that say where more is, or that are words in another form than ASCII.
const (
	tagWidth, tagHeight = 256, 257
	tagXMP, tagIPTC     = 700, 33723
	tagExif             = 0x8769
	tagUserComment      = 0x9286
	tagFirstXP          = 0x9c9b // title, comment, author, keywords, subject
	tagLastXP           = 0x9c9f
)

// mostDirectories bounds pages and directories below them.
const mostDirectories = 200

// nameOf is what the tag of words is called.
func nameOf(tag uint16) string {
	switch tag {
	case 0x010d:
		return "DocumentName"
	case 0x010e:
		return "ImageDescription"
	case 0x011d:
		return "PageName"
	case 0x0131:
		return "Software"
	case 0x013b:
		return "Artist"
	case 0x013c:
		return "HostComputer"
	case tagUserComment:
		return "UserComment"
	case tagXMP:
		return "XMP"
	case tagFirstXP:
		return "XPTitle"
	case tagFirstXP + 1:
		return "XPComment"
	case tagFirstXP + 2:
		return "XPAuthor"
	case tagFirstXP + 3:
		return "XPKeywords"
	case tagLastXP:
		return "XPSubject"
	}
	return "EXIF"
}

// tiff is a file of tagged values, as a picture by itself or as EXIF.
type tiff struct {
	data  []byte
	order binary.ByteOrder
	left  int // directories that may still be read
}

func readTIFF(b []byte, p *picture) {
	t := tiff{data: b, order: binary.LittleEndian, left: mostDirectories}
	switch {
	case len(b) < 8:
		return
	case b[0] == 'M':
		t.order = binary.BigEndian
	}
	for at := t.order.Uint32(b[4:]); at != 0 && t.left > 0; {
		if at = t.directory(at, p); at != 0 && t.left == 0 {
			p.left = true
		}
	}
}

// directory reads the tags of a directory, and returns where the next is.
func (t *tiff) directory(at uint32, p *picture) (next uint32) {
	t.left--
	if int64(at)+2 > int64(len(t.data)) {
		return 0
	}
	entries := t.data[at+2:]
	n := int(t.order.Uint16(t.data[at:]))
	for ; n > 0 && len(entries) >= 12; n-- {
		t.entry(entries[:12], p)
		entries = entries[12:]
	}
	if n > 0 || len(entries) < 4 {
		return 0
	}
	return t.order.Uint32(entries)
}

func (t *tiff) entry(e []byte, p *picture) {
	tag, sort, count := t.order.Uint16(e), t.order.Uint16(e[2:]), t.order.Uint32(e[4:])
	const ascii, short = 2, 3
	number := int(t.order.Uint32(e[8:]))
	if sort == short {
		number = int(t.order.Uint16(e[8:]))
	}
	switch {
	case tag == tagWidth:
		p.width = number
	case tag == tagHeight:
		p.height = number
	case tag == tagExif && t.left > 0:
		t.directory(uint32(number), p)
	case tag == tagIPTC:
		p.readIPTC(t.value(e, int64(count)*width(sort)))
	case tag == tagUserComment:
		p.add(nameOf(tag), userComment(t.value(e, int64(count)), t.order))
	case tag >= tagFirstXP && tag <= tagLastXP:
		p.add(nameOf(tag), wide(t.value(e, int64(count)), binary.LittleEndian))
	case sort == ascii || tag == tagXMP:
		p.add(nameOf(tag), t.value(e, int64(count)))
	}
}

// width is how many bytes a value of a sort takes, as far as words are concerned.
func width(sort uint16) int64 {
	if sort == 4 {
		return 4
	}
	return 1
}

// value returns the bytes of an entry, which stand in it when they are few.
func (t *tiff) value(e []byte, size int64) []byte {
	if size <= 4 {
		return e[8 : 8+size]
	}
	at := int64(t.order.Uint32(e[8:]))
	if size > int64(len(t.data)) || at > int64(len(t.data))-size {
		return nil
	}
	return t.data[at : at+size]
}

// userComment is words behind eight bytes that name their encoding.
func userComment(b []byte, order binary.ByteOrder) []byte {
	switch {
	case len(b) < 8:
		return b
	case bytes.HasPrefix(b, []byte("UNICODE\x00")):
		return wide(b[8:], order)
	}
	return b[8:]
}

// wide turns UTF-16 into UTF-8.
func wide(b []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
