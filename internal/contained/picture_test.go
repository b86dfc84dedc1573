package contained_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// glyphs are digits of five by seven points, a bit for each point of a row.
func glyphs() map[rune][7]byte {
	return map[rune][7]byte{
		'0': {14, 17, 17, 17, 17, 17, 14}, '1': {4, 12, 4, 4, 4, 4, 14}, '3': {14, 17, 1, 6, 1, 17, 14}, '4': {2, 6, 10, 18, 31, 2, 2},
		'6': {6, 8, 16, 30, 17, 17, 14}, '7': {31, 1, 2, 4, 8, 8, 8}, '9': {14, 17, 17, 15, 1, 2, 12},
	}
}

// picture is a PNG of a line of text.
func picture(text string) []byte {
	const dot, margin = 6, 40
	m := image.NewGray(image.Rect(0, 0, 2*margin+6*dot*len(text), 2*margin+7*dot))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for i, ch := range text {
		for y, row := range glyphs()[ch] {
			for x := range 5 {
				if row>>(4-x)&1 == 0 {
					continue
				}
				for dy := range dot {
					for dx := range dot {
						m.SetGray(margin+(6*i+x)*dot+dx, margin+y*dot+dy, color.Gray{})
					}
				}
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
