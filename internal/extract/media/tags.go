package media

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"trustaudit/internal/extract/charset"
)

// text turns what is not UTF-8 into it.
func text(b []byte) []byte {
	out, _ := charset.UTF8.Decode(nil, b, true)
	return out
}

// readMP3 reads ID3 tags: of version 2 at the beginning, of version 1 at the end.
func readMP3(t *tags) error {
	head, err := t.at(0, 10)
	if err != nil {
		return err
	}
	if len(head) == 10 && string(head[:3]) == "ID3" {
		body, err := t.at(10, int64(syncsafe(head[6:])))
		if err != nil {
			return err
		}
		t.readID3(body, head[3])
	}
	const last = 128
	tail, err := t.at(t.doc.Size-last, last)
	if err != nil {
		return err
	}
	if len(tail) == last && string(tail[:3]) == "TAG" {
		t.add("title", text(tail[3:33]))
		t.add("artist", text(tail[33:63]))
		t.add("album", text(tail[63:93]))
		t.add("comment", text(tail[97:127]))
	}
	return nil
}

// syncsafe reads a number of four times seven bits.
func syncsafe(b []byte) int {
	return int(b[0]&0x7f)<<21 | int(b[1]&0x7f)<<14 | int(b[2]&0x7f)<<7 | int(b[3]&0x7f)
}

// readID3 walks the frames of a tag; those of version 2.2 have shorter heads.
func (t *tags) readID3(b []byte, version byte) {
	for {
		head, n := 10, 0
		switch {
		case version == 2 && len(b) >= 6:
			head, n = 6, int(b[3])<<16|int(b[4])<<8|int(b[5])
		case version == 3 && len(b) >= 10:
			n = int(binary.BigEndian.Uint32(b[4:]))
		case version == 4 && len(b) >= 10:
			n = syncsafe(b[4:])
		default:
			return
		}
		if b[0] == 0 || n <= 0 || n > len(b)-head {
			return
		}
		name := string(b[:head/10+3])
		t.frame(name, b[head:head+n])
		b = b[head+n:]
	}
}

// frame reads a frame of words: the first byte names the encoding.
func (t *tags) frame(name string, b []byte) {
	encoding, words := b[0], b[1:]
	switch {
	case name[0] == 'T':
	case name == "COMM" || name == "USLT" || name == "COM" || name == "ULT":
		if len(words) < 3 {
			return
		}
		words = words[3:] // the language
	default:
		return
	}
	switch encoding {
	case 1, 2:
		t.add(name, wide(words, encoding == 2))
	default:
		t.add(name, bytes.ReplaceAll(text(words), []byte{0}, []byte(" ")))
	}
}

// wide turns UTF-16 with marks of its byte order into UTF-8.
func wide(b []byte, big bool) []byte {
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		u := binary.LittleEndian.Uint16(b)
		if big {
			u = binary.BigEndian.Uint16(b)
		}
		switch u {
		case 0xfeff, 0:
			u = ' '
		case 0xfffe:
			u, big = ' ', !big
		}
		units = append(units, u)
	}
	return []byte(string(utf16.Decode(units)))
}

// readFLAC walks the blocks before the sound; the fourth kind are comments.
func readFLAC(t *tags) error {
	for off, last := int64(4), false; !last; {
		head, err := t.at(off, 4)
		if err != nil || len(head) < 4 {
			return err
		}
		last = head[0]>>7 == 1
		n := int64(head[1])<<16 | int64(head[2])<<8 | int64(head[3])
		if head[0]&0x7f == 4 {
			body, err := t.at(off+4, n)
			if err != nil {
				return err
			}
			t.comments(body)
		}
		off += 4 + n
	}
	return nil
}

// readOgg looks for the packet of comments on the first pages. One that goes on
// over more pages is read as far as the first.
func readOgg(t *tags) error {
	const looked = 64 << 10
	b, err := t.at(0, looked)
	if err != nil {
		return err
	}
	for _, mark := range []string{"\x03vorbis", "OpusTags"} {
		if _, rest, ok := bytes.Cut(b, []byte(mark)); ok {
			t.comments(rest)
		}
	}
	return nil
}

// comments reads a vendor's name, and then words as name=value.
func (t *tags) comments(b []byte) {
	vendor, b, ok := counted(b)
	if !ok || len(b) < 4 {
		return
	}
	t.add("vendor", text(vendor))
	n := binary.LittleEndian.Uint32(b)
	for b = b[4:]; n > 0; n-- {
		var words []byte
		if words, b, ok = counted(b); !ok {
			return
		}
		if name, value, ok := bytes.Cut(words, []byte("=")); ok && !bytes.EqualFold(name, []byte("METADATA_BLOCK_PICTURE")) {
			t.add(string(text(name)), text(value))
		}
	}
}

// counted cuts off what its length stands before.
func counted(b []byte) (words, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, b, false
	}
	n := binary.LittleEndian.Uint32(b)
	if int64(n) > int64(len(b)-4) {
		return nil, b, false
	}
	return b[4 : 4+n], b[4+n:], true
}

// readRIFF walks the chunks for lists of words.
func readRIFF(t *tags) error {
	for off := int64(12); ; {
		head, err := t.at(off, 12)
		if err != nil || len(head) < 8 {
			return err
		}
		n := int64(binary.LittleEndian.Uint32(head[4:]))
		if len(head) == 12 && string(head[:4]) == "LIST" && string(head[8:12]) == "INFO" {
			body, err := t.at(off+12, n-4)
			if err != nil {
				return err
			}
			t.readInfo(body)
		}
		if string(head[:4]) == "bext" { // of broadcasting: description, originator
			body, err := t.at(off+8, 288)
			if err != nil {
				return err
			}
			t.add("description", text(body))
		}
		off += 8 + n + n&1
	}
}

func (t *tags) readInfo(b []byte) {
	for len(b) >= 8 {
		n := int(binary.LittleEndian.Uint32(b[4:]))
		if n < 0 || n > len(b)-8 {
			return
		}
		t.add(string(text(b[:4])), text(b[8:8+n]))
		b = b[min(len(b), 8+n+n&1):]
	}
}

// mostAtoms bounds what is walked of one file.
const mostAtoms = 10_000

// readMP4 walks the atoms down to the list of tags.
func readMP4(t *tags) error {
	left := mostAtoms
	return t.atoms(0, t.doc.Size, "", &left)
}

func (t *tags) atoms(off, end int64, within string, left *int) error {
	for off < end && *left > 0 {
		*left--
		head, err := t.at(off, 16)
		if err != nil || len(head) < 8 {
			return err
		}
		skip, n := int64(8), int64(binary.BigEndian.Uint32(head))
		switch {
		case n == 0:
			n = end - off
		case n == 1 && len(head) == 16:
			skip, n = 16, int64(binary.BigEndian.Uint64(head[8:]))
		}
		if n < skip || n > end-off {
			return nil
		}
		if err := t.atom(string(head[4:8]), within, off+skip, off+n, left); err != nil {
			return err
		}
		off += n
	}
	return nil
}

func (t *tags) atom(name, within string, off, end int64, left *int) error {
	switch {
	case name == "moov" || name == "udta" || name == "ilst":
		return t.atoms(off, end, name, left)
	case name == "meta":
		return t.atoms(off+4, end, name, left) // behind its version
	case within == "ilst":
		return t.atoms(off, end, name, left)
	case name == "data" && end-off > 8:
		body, err := t.at(off, end-off)
		if err != nil || len(body) < 8 {
			return err
		}
		if binary.BigEndian.Uint32(body) == 1 { // words in UTF-8
			t.add(string(text([]byte(within))), body[8:])
		}
	}
	return nil
}
