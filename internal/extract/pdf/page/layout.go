package page

import (
	"cmp"
	"math"
	"slices"
)

// Distances, in heights of a letter.
const (
	wordGap   = 0.15 // more than this parts words
	cellGap   = 1.2  // more than this parts cells
	sameLine  = 0.1  // baselines nearer than this continue a word
	sameRow   = 0.45 // and nearer than this stand on one line
	backwards = 0.4  // letters that lie further back do not continue a word
	lineGap   = 2.2  // lines further apart are parted by an empty one
	doubled   = 0.2  // the same letter that near is the same letter, made bold
)

// chunk is a stretch of text that was drawn at one go.
type chunk struct {
	from, to int     // of layout.text
	u0, u1   float64 // along the line
	v        float64 // across, upwards
	size     float64
	angle    int16 // of the line, in degrees
}

// layout puts glyphs together to lines.
type layout struct {
	text   []byte
	chunks []chunk
	glyphs int

	cos, sin  float64 // of the direction at hand
	angle     int16
	lastFrom  int     // where the last glyph begins in text
	lastStart float64 // and on the line
	out       []byte
}

func (l *layout) reset() {
	l.text, l.chunks, l.out, l.glyphs = l.text[:0], l.chunks[:0], l.out[:0], 0
}

// direction sets the direction of the glyphs that follow.
func (l *layout) direction(x, y float64) {
	switch {
	case math.Abs(y) < 1e-6*math.Abs(x) && x > 0:
		l.cos, l.sin, l.angle = 1, 0, 0
	default:
		n := math.Hypot(x, y)
		if n == 0 || math.IsInf(n, 0) || math.IsNaN(n) {
			l.cos, l.sin, l.angle = 1, 0, 0
			return
		}
		l.cos, l.sin = x/n, y/n
		l.angle = int16(math.Round(math.Atan2(l.sin, l.cos) * 180 / math.Pi))
	}
}

// add adds a glyph at x, y that is so wide on the line.
func (l *layout) add(text string, x, y, width, size float64) {
	u, v := x*l.cos+y*l.sin, y*l.cos-x*l.sin
	if len(l.chunks) > 0 && l.extend(text, u, v, width, size) {
		return
	}
	if text == " " || len(l.chunks) == maxChunks {
		return
	}
	l.chunks = append(l.chunks, chunk{len(l.text), len(l.text), u, u, v, size, l.angle})
	l.extend(text, u, v, width, size)
}

// extend adds a glyph to the last chunk, if it continues it.
func (l *layout) extend(text string, u, v, width, size float64) bool {
	c := &l.chunks[len(l.chunks)-1]
	gap := u - c.u1
	if c.angle != l.angle || math.Abs(v-c.v) > sameLine*c.size || gap > cellGap*c.size {
		return false
	}
	if gap < -doubled*c.size && c.to > c.from {
		if math.Abs(u-l.lastStart) < doubled*c.size && string(l.text[l.lastFrom:]) == text {
			return true
		}
		if gap < -backwards*c.size {
			return false
		}
	}
	if gap > wordGap*c.size && text != " " && c.to > c.from && l.text[c.to-1] != ' ' {
		l.text = append(l.text, ' ')
	}
	l.lastFrom, l.lastStart = len(l.text), u
	l.text = append(l.text, text...)
	c.to = len(l.text)
	c.u1 = max(c.u1, u+width)
	c.size = max(c.size, size)
	l.glyphs++
	return true
}

// lines gives the page's text: lines from top to bottom, words from left to
// right, for each direction of writing on its own.
func (l *layout) lines() []byte {
	slices.SortStableFunc(l.chunks, func(a, b chunk) int {
		return cmp.Or(cmp.Compare(abs(a.angle), abs(b.angle)), cmp.Compare(a.angle, b.angle), cmp.Compare(b.v, a.v))
	})
	for from := 0; from < len(l.chunks); {
		to := l.lineEnd(from)
		if from > 0 {
			above, below := l.chunks[from-1], l.chunks[from]
			if above.angle != below.angle || above.v-below.v > lineGap*max(above.size, below.size) {
				l.out = append(l.out, '\n')
			}
		}
		l.line(l.chunks[from:to])
		from = to
	}
	return l.out
}

func abs(angle int16) int16 { return max(angle, -angle) }

// lineEnd is the chunk behind the line that begins with chunk from.
func (l *layout) lineEnd(from int) int {
	first := l.chunks[from]
	to := from + 1
	for ; to < len(l.chunks); to++ {
		c := l.chunks[to]
		if c.angle != first.angle || first.v-c.v > sameRow*min(c.size, first.size) {
			break
		}
	}
	return to
}

// line writes the chunks of a line from left to right.
func (l *layout) line(row []chunk) {
	slices.SortStableFunc(row, func(a, b chunk) int { return cmp.Compare(a.u0, b.u0) })
	end := math.Inf(-1)
	for i, c := range row {
		if i > 0 && l.twice(row[i-1], c) {
			continue
		}
		switch gap := c.u0 - end; {
		case math.IsInf(end, -1), gap <= wordGap*c.size:
		case gap > cellGap*c.size:
			l.out = append(l.out, '\t')
		default:
			l.out = append(l.out, ' ')
		}
		l.out = append(l.out, l.text[c.from:c.to]...)
		end = max(end, c.u1)
	}
	l.out = append(l.out, '\n')
}

// twice reports whether b is a, drawn again a little beside it to look bold.
func (l *layout) twice(a, b chunk) bool {
	return b.u0-a.u0 < doubled*a.size && math.Abs(a.v-b.v) < doubled*a.size &&
		string(l.text[a.from:a.to]) == string(l.text[b.from:b.to])
}
