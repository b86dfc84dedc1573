package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strconv"

	"trustaudit/internal/extract/charset"
)

// mostInflated bounds what one compressed chunk becomes.
const mostInflated = 1 << 20

// trim takes away what pads words, and turns what is not UTF-8 into it.
func trim(words []byte) []byte {
	out, _ := charset.UTF8.Decode(nil, bytes.Trim(words, "\x00 \t\r\n"), true)
	return out
}

// readPNG walks the chunks: those of text stand before or behind the picture.
func readPNG(b []byte, p *picture) {
	for b = b[8:]; len(b) >= 12; {
		n := int(binary.BigEndian.Uint32(b))
		if n < 0 || n > len(b)-12 {
			p.left = true
			return
		}
		chunk := b[8 : 8+n]
		switch string(b[4:8]) {
		case "IHDR":
			if n >= 8 {
				p.width, p.height = int(binary.BigEndian.Uint32(chunk)), int(binary.BigEndian.Uint32(chunk[4:]))
			}
		case "tEXt":
			key, words, _ := bytes.Cut(chunk, []byte{0})
			p.add(string(trim(key)), words)
		case "zTXt":
			if key, packed, ok := bytes.Cut(chunk, []byte{0}); ok && len(packed) > 1 {
				p.add(string(trim(key)), p.inflate(packed[1:]))
			}
		case "iTXt":
			p.addInternational(chunk)
		case "eXIf":
			readTIFF(chunk, p)
		}
		b = b[12+n:]
	}
}

// addInternational reads key, flag, method, language, translated key, words.
func (p *picture) addInternational(chunk []byte) {
	key, rest, ok := bytes.Cut(chunk, []byte{0})
	if !ok || len(rest) < 2 {
		return
	}
	packed := rest[0] == 1
	_, rest, _ = bytes.Cut(rest[2:], []byte{0})
	_, words, _ := bytes.Cut(rest, []byte{0})
	if packed {
		words = p.inflate(words)
	}
	p.add(string(trim(key)), words)
}

func (p *picture) inflate(packed []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		p.left = true
		return nil
	}
	words, err := io.ReadAll(io.LimitReader(r, mostInflated))
	p.left = p.left || err != nil || len(words) == mostInflated
	return words
}

// readJPEG walks the segments before the picture.
func readJPEG(b []byte, p *picture) {
	for b = b[2:]; len(b) >= 4 && b[0] == 0xff; {
		mark := b[1]
		if mark == 0xff { // filling
			b = b[1:]
			continue
		}
		if mark == 0xda || mark == 0xd9 {
			return
		}
		n := int(binary.BigEndian.Uint16(b[2:])) + 2
		if n > len(b) || n < 4 {
			p.left = true
			return
		}
		p.segment(mark, b[4:n])
		b = b[n:]
	}
}

func (p *picture) segment(mark byte, body []byte) {
	const exif, xmp, photoshop = "Exif\x00\x00", "http://ns.adobe.com/xap/1.0/\x00", "Photoshop 3.0\x00"
	switch {
	case mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc:
		if len(body) >= 5 {
			p.height, p.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
		}
	case mark == 0xfe:
		p.add("Comment", body)
	case mark == 0xe1 && bytes.HasPrefix(body, []byte(exif)):
		size := [2]int{p.width, p.height} // of the picture, not of its thumbnail
		readTIFF(body[len(exif):], p)
		p.width, p.height = size[0], size[1]
	case mark == 0xe1 && bytes.HasPrefix(body, []byte(xmp)):
		p.add("XMP", body[len(xmp):])
	case mark == 0xed && bytes.HasPrefix(body, []byte(photoshop)):
		p.readIPTC(body)
	}
}

// readIPTC finds the datasets of text: a mark, a record, a number and a length.
func (p *picture) readIPTC(b []byte) {
	for {
		i := bytes.Index(b, []byte{0x1c, 0x02})
		if i < 0 || i+5 > len(b) {
			return
		}
		n := int(binary.BigEndian.Uint16(b[i+3:]))
		if i+5+n > len(b) {
			return
		}
		if number := b[i+2]; number > 4 { // before are versions
			p.add("IPTC 2:"+strconv.Itoa(int(number)), b[i+5:i+5+n])
		}
		b = b[i+5+n:]
	}
}

// readGIF reads the size, and the comments wherever they stand.
func readGIF(b []byte, p *picture) {
	if len(b) < 13 {
		return
	}
	p.width, p.height = int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:]))
	for b = b[13:]; ; {
		_, rest, ok := bytes.Cut(b, []byte{0x21, 0xfe})
		if !ok {
			return
		}
		var words []byte
		for len(rest) > 0 && rest[0] > 0 && int(rest[0]) < len(rest) {
			words, rest = append(words, rest[1:1+int(rest[0])]...), rest[1+int(rest[0]):]
		}
		if len(rest) > 0 && rest[0] == 0 && printable(words) {
			p.add("Comment", words)
		}
		b = rest
	}
}

// printable reports whether bytes that were met by chance are words.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

func isBMP(head []byte) bool {
	return len(head) >= 26 && head[0] == 'B' && head[1] == 'M' && binary.LittleEndian.Uint32(head[6:]) == 0 &&
		binary.LittleEndian.Uint32(head[14:]) <= 124
}

func readBMP(b []byte, p *picture) {
	if binary.LittleEndian.Uint32(b[14:]) == 12 {
		p.width, p.height = int(binary.LittleEndian.Uint16(b[18:])), int(binary.LittleEndian.Uint16(b[20:]))
		return
	}
	height := int(int32(binary.LittleEndian.Uint32(b[22:])))
	p.width, p.height = int(binary.LittleEndian.Uint32(b[18:])), max(height, -height)
}

func isWebP(head []byte) bool {
	return len(head) >= 16 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// readWebP walks the chunks. Of the size, only the form that can have stored
// words says it plainly.
func readWebP(b []byte, p *picture) {
	for b = b[12:]; len(b) >= 8; {
		n := int(binary.LittleEndian.Uint32(b[4:]))
		if n < 0 || n > len(b)-8 {
			return
		}
		chunk := b[8 : 8+n]
		switch string(b[:4]) {
		case "VP8X":
			if n >= 10 {
				p.width = 1 + int(chunk[4]) | int(chunk[5])<<8 | int(chunk[6])<<16
				p.height = 1 + int(chunk[7]) | int(chunk[8])<<8 | int(chunk[9])<<16
			}
		case "EXIF":
			readTIFF(bytes.TrimPrefix(chunk, []byte("Exif\x00\x00")), p)
		case "XMP ":
			p.add("XMP", chunk)
		}
		b = b[min(len(b), 8+n+n&1):]
	}
}

func isPNM(head []byte) bool {
	return head[0] == 'P' && head[1] >= '1' && head[1] <= '6' && (head[2] == '\n' || head[2] == ' ' || head[2] == '\r' || head[2] == '\t') &&
		(head[3] == '#' || head[3] >= '0' && head[3] <= '9')
}

// readPNM reads the size: two numbers, between which comments may stand.
func readPNM(b []byte, p *picture) {
	b = b[2:min(len(b), 1024)]
	for _, size := range []*int{&p.width, &p.height} {
		b = bytes.TrimLeft(b, " \t\r\n")
		for len(b) > 0 && b[0] == '#' {
			var line []byte
			line, b, _ = bytes.Cut(b, []byte{'\n'})
			p.add("Comment", line[1:])
			b = bytes.TrimLeft(b, " \t\r\n")
		}
		n := 0
		for n < len(b) && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		*size, _ = strconv.Atoi(string(b[:n])) // zero, not known, when there is none
		b = b[n:]
	}
}

func isHEIF(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "heic", "heix", "mif1", "msf1", "avif", "heim", "heis", "hevc":
		return true
	}
	return false
}
