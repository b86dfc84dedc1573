package xps

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"trustaudit/internal/extract"
)

// lines puts the glyph runs of a page together: those at one height are a line,
// and a gap between them is a space.
type lines struct {
	text []byte
	open bool // a run's attributes come

	unicode     []byte // of the run at hand
	x, y, size  float64
	advance     float64 // of its glyphs, as far as they say, in hundredths of the size
	said        int     // how many do
	end, height float64 // of the run before
	begun       bool
}

func (l *lines) attr(name, value []byte) {
	switch string(name) {
	case "UnicodeString":
		l.unicode = append(l.unicode, bytes.TrimPrefix(value, []byte("{}"))...)
	case "OriginX":
		l.x = number(value)
	case "OriginY":
		l.y = number(value)
	case "FontRenderingEmSize":
		l.size = number(value)
	case "Indices":
		l.indices(value)
	}
}

func number(b []byte) float64 {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return 0
	}
	return f
}

// indices adds up how far the glyphs go: "36;37,55.6;(2:1)38,60".
func (l *lines) indices(value []byte) {
	for glyph := range bytes.SplitSeq(value, []byte(";")) {
		_, rest, said := bytes.Cut(glyph, []byte(","))
		width, _, _ := bytes.Cut(rest, []byte(","))
		if said && len(width) > 0 {
			l.advance += number(width)
			l.said++
		}
	}
}

// run adds the run at hand.
func (l *lines) run() {
	const usual = 50 // hundredths of the size that a glyph takes
	silent := max(0, utf8.RuneCount(l.unicode)-l.said)
	switch near := l.size * 0.2; {
	case !l.begun:
	case math.Abs(l.y-l.height) > near || l.x < l.end-l.size:
		l.text = append(l.text, '\n')
	case l.x-l.end > near && len(l.text) > 0 && l.text[len(l.text)-1] != ' ':
		l.text = append(l.text, ' ')
	}
	l.text = append(l.text, l.unicode...)
	l.end = l.x + (l.advance+usual*float64(silent))*l.size/100
	l.height, l.begun = l.y, true
	l.unicode, l.advance, l.said, l.open = l.unicode[:0], 0, 0, false
}

func (l *lines) flush(sink extract.Sink) error {
	b := l.text
	l.text = l.text[:0]
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	return sink.Text(b)
}
