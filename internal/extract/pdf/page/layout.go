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
	sameWord  = 0.1  // baselines further apart than this part words
	sameLine  = 0.45 // and further than this, lines
	backwards = 0.4  // letters that lie further back do not continue a word
	lineGap   = 2.2  // lines further apart are parted by an empty one
	doubled   = 0.2  // the same letter that near is the same letter, made bold
)

// word is a word as it was drawn.
type word struct {
	from, to int     // of layout.text
	u0, u1   float64 // along the line
	v        float64 // across, upwards
	size     float64
	angle    int16 // of the line, in degrees
	spaces   uint8 // before it, in the same stretch of text
}

// layout puts glyphs together to lines.
type layout struct {
	text   []byte
	words  []word
	glyphs int
	cut    bool // there was more

	cos, sin  float64 // of the direction at hand
	angle     int16
	spaces    uint8   // since the last word
	reach     float64 // where they end
	lastFrom  int     // where the last glyph begins in text
	lastStart float64 // and on the line

	lines []span
	out   []byte
	parts []Part
}

// span is a range of words.
type span struct{ from, to int }

func (l *layout) reset() {
	l.text, l.words, l.out, l.glyphs, l.spaces = l.text[:0], l.words[:0], l.out[:0], 0, 0
	l.cut = false
	l.lines, l.parts = l.lines[:0], l.parts[:0]
}

// direction sets the direction of the glyphs that follow.
func (l *layout) direction(x, y float64) {
	n := math.Hypot(x, y)
	if math.Abs(y) < 1e-6*x || n == 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		l.cos, l.sin, l.angle = 1, 0, 0
		return
	}
	l.cos, l.sin = x/n, y/n
	l.angle = int16(math.Round(math.Atan2(l.sin, l.cos) * 180 / math.Pi))
}

// add adds a glyph at x, y that is so wide on the line.
func (l *layout) add(text string, x, y, width, size float64) {
	u, v := x*l.cos+y*l.sin, y*l.cos-x*l.sin
	l.glyphs++
	near := len(l.words) > 0 && l.near(u, v, size)
	if text == " " {
		if near && l.spaces < math.MaxUint8 {
			l.spaces++
			l.reach = max(l.reach, u+width)
		}
		return
	}
	if near && l.spaces == 0 && l.extend(text, u, width, size) {
		return
	}
	if len(l.words) == maxWords || len(l.text) >= maxText {
		l.cut = true
		return
	}
	w := word{from: len(l.text), u0: u, u1: u + width, v: v, size: size, angle: l.angle}
	if near {
		w.spaces = l.spaces
	}
	l.spaces, l.lastFrom, l.lastStart, l.reach = 0, len(l.text), u, u+width
	l.text = append(l.text, text...)
	w.to = len(l.text)
	l.words = append(l.words, w)
}

// near reports whether a glyph goes on where the last one ended.
func (l *layout) near(u, v, size float64) bool {
	w := &l.words[len(l.words)-1]
	return w.angle == l.angle && math.Abs(v-w.v) <= sameWord*size && math.Abs(u-l.reach) <= cellGap*size
}

// extend adds a glyph to the last word, if it continues it.
func (l *layout) extend(text string, u, width, size float64) bool {
	w := &l.words[len(l.words)-1]
	gap := u - w.u1
	if gap < -doubled*size && math.Abs(u-l.lastStart) < doubled*size && string(l.text[l.lastFrom:]) == text {
		return true
	}
	if gap > wordGap*size || gap < -backwards*size || len(l.text) >= maxText {
		return false
	}
	l.lastFrom, l.lastStart = len(l.text), u
	l.text = append(l.text, text...)
	w.to = len(l.text)
	w.u1 = max(w.u1, u+width)
	l.reach = w.u1
	w.size = max(w.size, size)
	return true
}

// finish puts the words into lines, from top to bottom and from left to right,
// for each direction of writing on its own, and finds the tables among them.
func (l *layout) finish() []Part {
	slices.SortStableFunc(l.words, func(a, b word) int {
		return cmp.Or(cmp.Compare(abs(a.angle), abs(b.angle)), cmp.Compare(a.angle, b.angle), cmp.Compare(b.v, a.v))
	})
	for from := 0; from < len(l.words); {
		to := l.lineEnd(from)
		row := l.words[from:to]
		slices.SortStableFunc(row, func(a, b word) int { return cmp.Compare(a.u0, b.u0) })
		l.lines = append(l.lines, span{from, to})
		from = to
	}
	for i := 0; i < len(l.lines); {
		if n := l.table(i); n > 0 {
			i += n
			continue
		}
		l.writeLine(i)
		i++
	}
	return l.parts
}

func abs(angle int16) int16 { return max(angle, -angle) }

// lineEnd is the word behind the line that begins with word from.
func (l *layout) lineEnd(from int) int {
	first := l.words[from]
	to := from + 1
	for ; to < len(l.words); to++ {
		w := l.words[to]
		if w.angle != first.angle || first.v-w.v > sameLine*lineHeight(w.size, first.size) {
			break
		}
	}
	return to
}

// lineHeight is that of the larger of two, unless the smaller is no raised or
// lowered part of its text.
func lineHeight(a, b float64) float64 {
	const raised = 2
	small, large := min(a, b), max(a, b)
	if large > raised*small {
		return small
	}
	return large
}

func (l *layout) row(line int) []word { return l.words[l.lines[line].from:l.lines[line].to] }

// writeLine writes a line to the text at the end of the parts.
func (l *layout) writeLine(i int) {
	start := len(l.out)
	if i > 0 && l.apart(i) {
		l.out = append(l.out, '\n')
	}
	l.write(l.row(i))
	l.out = append(l.out, '\n')
	if n := len(l.parts); n > 0 && l.parts[n-1].Rows == nil {
		last := &l.parts[n-1]
		last.to = len(l.out)
		return
	}
	l.parts = append(l.parts, Part{from: start, to: len(l.out)})
}

// apart reports whether a line stands well below the one before it.
func (l *layout) apart(i int) bool {
	above, below := l.row(i - 1)[0], l.row(i)[0]
	return above.angle != below.angle || above.v-below.v > lineGap*max(above.size, below.size)
}

// write writes words that stand beside one another.
func (l *layout) write(row []word) {
	end := math.Inf(-1)
	for i, w := range row {
		if i > 0 && l.twice(row[i-1], w) {
			continue
		}
		switch gap := w.u0 - end; {
		case math.IsInf(end, -1), gap <= wordGap*w.size && w.spaces == 0:
		case gap > cellGap*w.size:
			l.out = append(l.out, '\t')
		default:
			l.out = append(l.out, ' ')
		}
		l.out = append(l.out, l.text[w.from:w.to]...)
		end = max(end, w.u1)
	}
}

// twice reports whether b is a, drawn again a little beside it to look bold.
func (l *layout) twice(a, b word) bool {
	return b.u0-a.u0 < doubled*a.size && math.Abs(a.v-b.v) < doubled*a.size &&
		string(l.text[a.from:a.to]) == string(l.text[b.from:b.to])
}
