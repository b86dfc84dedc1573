// Package page reads what a page of a PDF shows: its text in lines, from top to
// bottom and from left to right, and which pictures are on it.
package page

import (
	"context"
	"fmt"
	"io"
	"math"

	"trustaudit/internal/extract/pdf/font"
	"trustaudit/internal/extract/pdf/object"
)

const (
	maxStates  = 512     // saved at once
	maxForms   = 16      // inside one another
	maxDrawn   = 20_000  // forms drawn by one page
	maxWords   = 1 << 18 // on one page
	maxText    = 8 << 20 // bytes on one page
	maxOperand = 1 << 17 // of one operator
	maxArena   = 8 << 20 // bytes of strings of one operator
	maxFonts   = 128     // kept
	maxCodes   = 1 << 19 // that fonts which are kept map
	stride     = 1 << 14 // operators between two looks at the context
)

// Result is what a page shows. It is valid until the next page is read.
type Result struct {
	Parts    []Part
	Glyphs   int
	Hidden   int // glyphs that are not painted, as OCR lays them under a picture
	Unknown  int // glyphs in a row of which nothing says what they are
	Pictures []*object.Stream
	Covered  float64 // part of the page that is covered with pictures
	Lines    int     // drawn: letters may be among them
	Cut      bool    // there was more than is held of a page
}

// Reader reads pages of a document.
type Reader struct {
	ctx  context.Context // of the reading at hand
	file *object.File

	fonts  map[any]*font.Font // by reference, or by the place of a dictionary
	codes  int                // that they map
	layout layout
	result Result
	area   float64 // of the page
	drawn  int
	tiles  map[int64]bool // of patterns that were drawn

	state  state
	saved  []state
	forms  []*object.Stream // being drawn
	line   matrix           // of the text line
	text   matrix
	marked []mark

	nameless int // glyphs in a row that nothing names
	missed   int // and in all
	args     []operand
	arena    []byte
	count    int // operators
}

// state is the graphics state, as far as text needs it.
type state struct {
	ctm       matrix
	font      *font.Font
	size      float64
	charSpace float64
	wordSpace float64
	scale     float64
	leading   float64
	rise      float64
	hidden    bool // letters are not painted
}

// mark is a stretch of marked content that may say what its glyphs are.
type mark struct {
	text    string
	unknown int // of the result, before it
	missed  int
}

type operand struct {
	kind     object.Kind
	number   float64
	from, to int // of a string or name, in the arena
}

// NewReader returns a Reader of a document's pages.
func NewReader(file *object.File) *Reader {
	return &Reader{file: file, fonts: map[any]*font.Font{}, tiles: map[int64]bool{}}
}

// Begin begins a page whose box has that width and height.
func (r *Reader) Begin(ctx context.Context, width, height float64) {
	r.ctx = ctx
	r.layout.reset()
	r.result = Result{Pictures: r.result.Pictures[:0]}
	r.area = max(1, math.Abs(width*height))
	r.drawn = 0
	clear(r.tiles)
	r.restart(identity)
}

// restart sets the state in which contents begin.
func (r *Reader) restart(ctm matrix) {
	r.state = state{ctm: ctm, scale: 1}
	r.saved, r.marked = r.saved[:0], r.marked[:0]
	r.line, r.text = identity, identity
}

// End ends the page and says what it shows.
func (r *Reader) End() *Result {
	r.result.Glyphs = r.layout.glyphs
	r.result.Cut = r.result.Cut || r.layout.cut
	r.result.Parts = r.layout.finish()
	for i := range r.result.Parts {
		p := &r.result.Parts[i]
		p.Text = r.layout.out[p.from:p.to]
	}
	return &r.result
}

// Contents reads the contents of the page, one stream or several in a row.
func (r *Reader) Contents(v any, resources object.Dict) error {
	c := &contents{file: r.file}
	switch v := r.file.Resolve(v).(type) {
	case *object.Stream:
		c.streams = object.Array{v}
	case object.Array:
		c.streams = v
	}
	r.restart(identity)
	return r.run(object.NewLexer(c), resources)
}

// Appearance draws the form by which an annotation shows itself, into its
// rectangle.
func (r *Reader) Appearance(form *object.Stream, rect []float64, resources object.Dict) error {
	m := identity
	box, ok := r.file.Numbers(form.Dict.Get("BBox"), 4)
	if n, has := r.file.Numbers(form.Dict.Get("Matrix"), 6); has {
		m = matrixOf(n)
	}
	if ok && len(rect) == 4 {
		x, y, width, height := bounds(m, box)
		x1, y1 := min(rect[0], rect[2]), min(rect[1], rect[3])
		fit := identity
		if width > 0 && height > 0 {
			fit.a, fit.d = math.Abs(rect[2]-rect[0])/width, math.Abs(rect[3]-rect[1])/height
		}
		fit.e, fit.f = x1-x*fit.a, y1-y*fit.d
		r.restart(fit)
	}
	return r.form(form, resources)
}

// bounds are the lower left corner and the size of a box once it is mapped.
func bounds(m matrix, box []float64) (x, y, width, height float64) {
	x, y = math.Inf(1), math.Inf(1)
	right, top := math.Inf(-1), math.Inf(-1)
	for _, c := range [][2]float64{{box[0], box[1]}, {box[0], box[3]}, {box[2], box[1]}, {box[2], box[3]}} {
		px, py := c[0]*m.a+c[1]*m.c+m.e, c[0]*m.b+c[1]*m.d+m.f
		x, y, right, top = min(x, px), min(y, py), max(right, px), max(top, py)
	}
	return x, y, right - x, top - y
}

// contents joins streams: a token never goes over from one to the next.
type contents struct {
	file    *object.File
	streams object.Array
	at      int
	r       io.Reader
}

func (c *contents) Read(p []byte) (int, error) {
	for {
		if c.r == nil {
			if c.at == len(c.streams) {
				return 0, io.EOF
			}
			s := c.file.Stream(c.streams[c.at])
			c.at++
			if s == nil {
				continue
			}
			r, err := c.file.Reader(s)
			if err != nil {
				c.file.Damage()
				continue
			}
			c.r = r
		}
		n, err := c.r.Read(p)
		if err == nil {
			return n, nil
		}
		c.r = nil
		if err != io.EOF {
			c.file.Damage()
		}
		if n < len(p) {
			p[n] = '\n'
			n++
		}
		return n, nil
	}
}

// run carries out the operators of a stream.
func (r *Reader) run(lexer *object.Lexer, resources object.Dict) error {
	r.args, r.arena = r.args[:0], r.arena[:0]
	for {
		t := lexer.Next()
		switch t.Kind {
		case object.EOF:
			if lexer.Cut {
				r.result.Cut = true
			}
			return r.file.Err()
		case object.Word:
			if err := r.operator(string(t.Bytes), lexer, resources); err != nil {
				return err
			}
			r.args, r.arena = r.args[:0], r.arena[:0]
		default:
			r.push(t)
		}
	}
}

func (r *Reader) push(t object.Token) {
	if len(r.args) == maxOperand || len(r.arena)+len(t.Bytes) > maxArena {
		r.result.Cut = true
		return
	}
	o := operand{kind: t.Kind, number: t.Number, from: len(r.arena)}
	if t.Kind == object.Text || t.Kind == object.Label {
		r.arena = append(r.arena, t.Bytes...)
	}
	o.to = len(r.arena)
	r.args = append(r.args, o)
}

func (r *Reader) bytes(o operand) []byte { return r.arena[o.from:o.to] }

// number is the operand so many before the last.
func (r *Reader) number(before int) float64 {
	if i := len(r.args) - 1 - before; i >= 0 {
		return r.args[i].number
	}
	return 0
}

// name is the last operand's.
func (r *Reader) name() object.Name {
	if n := len(r.args); n > 0 && r.args[n-1].kind == object.Label {
		return object.Name(r.bytes(r.args[n-1]))
	}
	return ""
}

// look looks at the context now and then.
func (r *Reader) look() error {
	if r.count++; r.count%stride == 0 {
		if err := r.ctx.Err(); err != nil {
			return fmt.Errorf("read page: %w", err)
		}
	}
	return nil
}
