package image

import (
	"bytes"
	"encoding/binary"
)

// boxes calls see for each box of HEIF or JPEG 2000. One that goes on behind what
// is at hand is seen as far as it does.
func boxes(b []byte, see func(kind string, body []byte)) {
	for len(b) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(b)), 8
		kind := string(b[4:8])
		switch {
		case size == 1 && len(b) >= 16:
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		case size == 0:
			size = uint64(len(b))
		}
		if size < uint64(head) {
			return
		}
		end := int(min(size, uint64(len(b))))
		see(kind, b[head:end])
		b = b[end:]
	}
}

// readHEIF reads the words that stand beside the pictures: which items hold some,
// and where each lies.
func readHEIF(b []byte, p *picture) {
	boxes(b, func(kind string, meta []byte) {
		if kind != "meta" || len(meta) < 4 {
			return
		}
		h := heif{file: b, items: map[uint64]string{}}
		var places []byte
		boxes(meta[4:], func(kind string, body []byte) {
			switch kind {
			case "iinf":
				h.list(body)
			case "iloc":
				places = body
			case "idat":
				h.inside = body
			}
		})
		h.read(places, p)
	})
	p.width, p.height = 0, 0 // those of a thumbnail, if of anything
}

// heif is what a file says of its items.
type heif struct {
	file, inside []byte
	items        map[uint64]string // those that hold words, by number
}

// list reads the list of items.
func (h *heif) list(b []byte) {
	if len(b) < 8 {
		return
	}
	head := 6
	if b[0] > 0 {
		head = 8
	}
	boxes(b[head:], func(kind string, e []byte) {
		if kind != "infe" || len(e) < 4 || e[0] < 2 {
			return
		}
		n, wide := numbers{b: e[4:]}, 2
		if e[0] > 2 {
			wide = 4
		}
		number := n.next(wide)
		n.next(2) // how it is protected
		switch rest := n.b; {
		case bytes.HasPrefix(rest, []byte("Exif")):
			h.items[number] = "Exif"
		case bytes.HasPrefix(rest, []byte("mime")) && bytes.Contains(rest, []byte("xml")):
			h.items[number] = "XMP"
		}
	})
}

// read reads the items by where they lie.
func (h *heif) read(b []byte, p *picture) {
	if len(b) < 8 {
		p.left = p.left || len(h.items) > 0
		return
	}
	version, n := b[0], numbers{b: b[4:]}
	sizes, wide := n.next(2), 2
	if version == 2 {
		wide = 4
	}
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	for count := n.next(wide); count > 0 && !n.ended; count-- {
		number, method := n.next(wide), uint64(0)
		if version > 0 {
			method = n.next(2) & 15
		}
		n.next(2) // the file it lies in: this one
		from := n.next(base)
		var item []byte
		for extents := n.next(2); extents > 0 && !n.ended; extents-- {
			if version > 0 {
				n.next(index)
			}
			at := from + n.next(offset)
			item = h.take(item, method, at, n.next(length), p, h.items[number] != "")
		}
		h.give(h.items[number], item, p)
	}
}

// take appends a stretch of the file, or of the box for small items.
func (h *heif) take(item []byte, method, at, size uint64, p *picture, wanted bool) []byte {
	in := h.file
	if method == 1 {
		in = h.inside
	}
	if !wanted {
		return nil
	}
	if method > 1 || at > uint64(len(in)) || size > uint64(len(in))-at || uint64(len(item))+size > mostBytes {
		p.left = true
		return item
	}
	return append(item, in[at:at+size]...)
}

func (h *heif) give(kind string, item []byte, p *picture) {
	switch n := (numbers{b: item}); {
	case kind == "XMP":
		p.add("XMP", item)
	case kind == "Exif":
		if skip := n.next(4); skip < uint64(len(n.b)) {
			readTIFF(n.b[skip:], p)
		}
	}
}

// numbers takes numbers of so many bytes off what it holds.
type numbers struct {
	b     []byte
	ended bool
}

func (n *numbers) next(size int) (v uint64) {
	if n.ended = n.ended || len(n.b) < size; n.ended {
		return 0
	}
	for _, c := range n.b[:size] {
		v = v<<8 | uint64(c)
	}
	n.b = n.b[size:]
	return v
}

// readJP2 reads the boxes of words of JPEG 2000: XML, and what programs mark as
// theirs.
func readJP2(b []byte, p *picture) {
	boxes(b, func(kind string, body []byte) {
		const exif, xmp, iptc = "JpgTiffExif->JP2", "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac", "\x33\xc7\xa4\xd2\xb8\x1d\x47\x23\xa0\xba\xf1\xa3\xe0\x97\xad\x38"
		mark := string(body[:min(len(body), len(xmp))])
		switch {
		case kind == "xml ":
			p.add("XML", body)
		case kind != "uuid":
		case mark == xmp:
			p.add("XMP", body[len(xmp):])
		case mark == iptc:
			p.readIPTC(body)
		case mark == exif:
			readTIFF(body[len(exif):], p)
		}
	})
	p.width, p.height = 0, 0
}
