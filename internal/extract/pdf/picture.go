package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/pdf/object"
)

const (
	// A smaller picture has no room for a line of text.
	leastWidth  = 48
	leastHeight = 10

	maxSide = 1 << 16
	maxFax  = 16 << 20 // bytes
)

// pictures gives the pictures of a page to be looked at, each of the document
// once.
func (d *document) pictures(list []*object.Stream) error {
	for _, s := range list {
		width, _ := d.file.Int(s.Dict.Get("Width"))
		height, _ := d.file.Int(s.Dict.Get("Height"))
		if d.given[s.Place()] || width < leastWidth || height < leastHeight {
			continue
		}
		d.given[s.Place()] = true
		d.count.given++
		extension, open := d.picture(s, width, height)
		err := d.sink.Child(extract.Child{
			Name: fmt.Sprintf("page %d picture %d%s", d.count.pages, d.count.given, extension), Size: -1, Open: open,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// picture puts a picture into a form that others read.
func (d *document) picture(s *object.Stream, width, height int) (extension string, open func() (io.ReadCloser, error)) {
	r, err := d.file.Reader(s)
	var picture object.Picture
	switch {
	case errors.As(err, &picture) && (picture.Filter == "DCTDecode" || picture.Filter == "DCT"):
		return ".jpg", func() (io.ReadCloser, error) { return io.NopCloser(r), nil }
	case errors.As(err, &picture) && (picture.Filter == "CCITTFaxDecode" || picture.Filter == "CCF"):
		return ".tiff", func() (io.ReadCloser, error) { return d.fax(s, r, picture.Params) }
	case errors.As(err, &picture):
		return "", func() (io.ReadCloser, error) {
			return nil, fmt.Errorf("open picture of %s: %w", picture.Filter, extract.ErrNotLooked)
		}
	case err != nil:
		return "", func() (io.ReadCloser, error) { return nil, fmt.Errorf("open picture: %w", err) }
	}
	return ".pgm", func() (io.ReadCloser, error) {
		if width > maxSide || height > maxSide {
			return nil, fmt.Errorf("open picture: too large: %w", extract.ErrNotLooked)
		}
		g, err := d.gray(s, r, width)
		if err != nil {
			return nil, err
		}
		head := fmt.Sprintf("P5 %d %d 255\n", width, height)
		return io.NopCloser(io.MultiReader(bytes.NewReader([]byte(head)), io.LimitReader(g, int64(width)*int64(height)))), nil
	}
}

// fax puts the header of TIFF before a picture in the coding of fax machines.
func (d *document) fax(s *object.Stream, r io.Reader, params object.Dict) (io.ReadCloser, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFax+1))
	if err != nil {
		return nil, fmt.Errorf("open picture: %w", err)
	}
	if len(data) > maxFax {
		return nil, fmt.Errorf("open picture: too large: %w", extract.ErrNotLooked)
	}
	columns, ok := d.file.Int(params.Get("Columns"))
	if !ok {
		columns = 1728
	}
	rows, _ := d.file.Int(s.Dict.Get("Height"))
	k, _ := d.file.Int(params.Get("K"))
	compression, options := 4, 0
	if k >= 0 {
		compression, options = 3, min(k, 1)
	}
	tags := []struct{ id, value int }{
		{256, columns}, {257, rows}, {258, 1}, {259, compression}, {262, 0}, {273, 0}, {277, 1}, {278, rows}, {279, len(data)}, {292, options},
	}
	const long = 4 // type of a value
	head := []byte("II*\x00\x08\x00\x00\x00")
	size := len(head) + 2 + 12*len(tags) + 4
	head = binary.LittleEndian.AppendUint16(head, uint16(len(tags)))
	for _, t := range tags {
		if t.id == 273 { // where the picture is
			t.value = size
		}
		head = binary.LittleEndian.AppendUint16(head, uint16(t.id))
		head = binary.LittleEndian.AppendUint16(head, long)
		head = binary.LittleEndian.AppendUint32(head, 1)
		head = binary.LittleEndian.AppendUint32(head, uint32(t.value))
	}
	head = append(head, 0, 0, 0, 0)
	return io.NopCloser(io.MultiReader(bytes.NewReader(head), bytes.NewReader(data))), nil
}

// gray turns samples of whatever colour into shades, a byte for each pixel.
type gray struct {
	r       io.Reader
	line    []byte
	bits    int
	parts   int    // samples of a pixel
	palette []byte // shades, of a picture whose samples are numbers of colours
	ink     bool   // more is darker
	out     []byte
	have    []byte
	err     error
}

func (d *document) gray(s *object.Stream, r io.Reader, width int) (*gray, error) {
	g := &gray{r: r, bits: 8}
	if bits, ok := d.file.Int(s.Dict.Get("BitsPerComponent")); ok {
		g.bits = bits
	}
	if mask, _ := d.file.Get(s.Dict, "ImageMask").(bool); mask {
		g.bits = 1
	}
	switch g.bits {
	case 1, 2, 4, 8, 16:
	default:
		return nil, fmt.Errorf("open picture: %w", extract.ErrCorrupt)
	}
	if !d.colours(g, s.Dict.Get("ColorSpace")) {
		return nil, fmt.Errorf("open picture: colours of no known kind: %w", extract.ErrNotLooked)
	}
	if limits := d.file.Array(s.Dict.Get("Decode")); len(limits) >= 2 && g.palette == nil {
		low, _ := d.file.Number(limits[0])
		high, _ := d.file.Number(limits[1])
		g.ink = g.ink != (low > high)
	}
	g.line = make([]byte, (width*g.parts*g.bits+7)/8)
	g.out = make([]byte, width)
	return g, nil
}

// colours reads a colour space, as far as shades need it.
func (d *document) colours(g *gray, v any) bool {
	space := d.file.Resolve(v)
	list, _ := space.(object.Array)
	name, _ := space.(object.Name)
	if len(list) > 0 {
		name = d.file.Name(list[0])
	}
	g.parts = 1
	switch name {
	case "", "DeviceGray", "G", "CalGray":
	case "DeviceRGB", "RGB", "CalRGB", "Lab":
		g.parts = 3
	case "DeviceCMYK", "CMYK":
		g.parts, g.ink = 4, true
	case "ICCBased":
		if len(list) < 2 {
			return false
		}
		g.parts, _ = d.file.Int(d.file.Dict(list[1]).Get("N"))
		g.ink = g.parts == 4
	case "Separation":
		g.ink = true
	case "Indexed", "I":
		return len(list) >= 4 && d.palette(g, list)
	default:
		return false
	}
	return g.parts == 1 || g.parts == 3 || g.parts == 4
}

// palette reads the colours that a picture's samples are numbers of.
func (d *document) palette(g *gray, list object.Array) bool {
	base := &gray{bits: 8}
	if name := d.file.Resolve(list[1]); name == object.Name("Indexed") || !d.colours(base, name) || base.palette != nil {
		return false
	}
	table := []byte(d.file.String(list[3]))
	if s := d.file.Stream(list[3]); s != nil {
		table, _ = d.file.ReadAll(s, 4*256)
	}
	base.line = table
	g.palette = make([]byte, len(table)/base.parts)
	base.shade(g.palette)
	return true
}

func (g *gray) Read(p []byte) (int, error) {
	for len(g.have) == 0 {
		if g.err != nil {
			return 0, g.err
		}
		n, err := io.ReadFull(g.r, g.line)
		if err != nil {
			clear(g.line[n:])
			g.err = io.EOF
			if n == 0 {
				return 0, io.EOF
			}
		}
		g.shade(g.out)
		g.have = g.out
	}
	n := copy(p, g.have)
	g.have = g.have[n:]
	return n, nil
}

// shade reads a line of pixels.
func (g *gray) shade(out []byte) {
	for i := range out {
		sum := 0
		for k := range g.parts {
			sum += g.sample(i*g.parts + k)
		}
		switch {
		case g.palette != nil && sum < len(g.palette):
			out[i] = g.palette[sum]
		case g.palette != nil:
			out[i] = 255
		case g.parts == 4: // black ink and colours add up
			out[i] = byte(255 - min(255, sum))
		case g.ink:
			out[i] = byte(255 - sum/g.parts)
		default:
			out[i] = byte(sum / g.parts)
		}
	}
}

// sample is the sample of a number in the line, of 255 unless there is a palette.
func (g *gray) sample(i int) int {
	switch g.bits {
	case 8:
		return int(g.line[i])
	case 16:
		return int(g.line[2*i])
	}
	at := i * g.bits
	v := int(g.line[at/8]) >> (8 - g.bits - at%8) & (1<<g.bits - 1)
	if g.palette != nil {
		return v
	}
	return v * 255 / (1<<g.bits - 1)
}
