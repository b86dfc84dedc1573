package page

import (
	"trustaudit/internal/extract/pdf/font"
	"trustaudit/internal/extract/pdf/object"
)

// operator carries out one operator. Those that only change looks do nothing.
func (r *Reader) operator(op string, lexer *object.Lexer, resources object.Dict) error {
	if err := r.look(); err != nil {
		return err
	}
	s := &r.state
	switch op {
	case "Tj":
		r.showLast()
	case "TJ":
		r.showAll()
	case "'":
		r.nextLine(0, -s.leading)
		r.showLast()
	case "\"":
		s.wordSpace, s.charSpace = r.number(2), r.number(1)
		r.nextLine(0, -s.leading)
		r.showLast()
	case "Td":
		r.nextLine(r.number(1), r.number(0))
	case "TD":
		s.leading = -r.number(0)
		r.nextLine(r.number(1), r.number(0))
	case "T*":
		r.nextLine(0, -s.leading)
	case "Tm":
		r.line = r.matrix()
		r.text = r.line
	case "BT":
		r.line, r.text = identity, identity
	case "Tf":
		r.setFont(resources)
	case "Tc":
		s.charSpace = r.number(0)
	case "Tw":
		s.wordSpace = r.number(0)
	case "Tz":
		s.scale = r.number(0) / 100
	case "TL":
		s.leading = r.number(0)
	case "Ts":
		s.rise = r.number(0)
	case "Tr":
		s.hidden = r.number(0) == 3
	default:
		return r.other(op, lexer, resources)
	}
	return nil
}

// other carries out the operators that are not of text.
func (r *Reader) other(op string, lexer *object.Lexer, resources object.Dict) error {
	switch op {
	case "cm":
		r.state.ctm = r.matrix().times(r.state.ctm)
	case "q":
		if len(r.saved) < maxStates {
			r.saved = append(r.saved, r.state)
		}
	case "Q":
		if n := len(r.saved); n > 0 {
			r.state, r.saved = r.saved[n-1], r.saved[:n-1]
		}
	case "Do":
		return r.draw(resources)
	case "ID":
		lexer.SkipImage()
		r.cover(nil)
	case "gs":
		r.setState(resources)
	case "scn", "SCN":
		return r.pattern(resources)
	case "BDC":
		r.beginMark(resources)
	case "BMC":
		r.marked = append(r.marked[:min(len(r.marked), maxStates)], mark{})
	case "EMC":
		r.endMark()
	case "l", "c", "v", "y":
		r.result.Lines++
	}
	return nil
}

func (r *Reader) matrix() matrix {
	return matrix{r.number(5), r.number(4), r.number(3), r.number(2), r.number(1), r.number(0)}
}

func (r *Reader) nextLine(x, y float64) {
	r.line = r.line.moved(x, y)
	r.text = r.line
}

func (r *Reader) setFont(resources object.Dict) {
	r.state.size = r.number(0)
	if n := len(r.args); n >= 2 && r.args[n-2].kind == object.Label {
		name := object.Name(r.bytes(r.args[n-2]))
		r.state.font = r.fontOf(r.file.Dict(resources.Get("Font")).Get(name))
	}
}

// setState takes the font that a parameter dictionary sets, which is rare.
func (r *Reader) setState(resources object.Dict) {
	d := r.file.Dict(r.file.Dict(resources.Get("ExtGState")).Get(r.name()))
	if list := r.file.Array(d.Get("Font")); len(list) == 2 {
		r.state.font = r.fontOf(list[0])
		r.state.size, _ = r.file.Number(list[1])
	}
}

// fontOf reads a font, or finds it among those read.
func (r *Reader) fontOf(v any) *font.Font {
	key := v
	if d, ok := v.(object.Dict); ok && len(d) > 0 { // it stands in the resources themselves
		key = &d[0]
	} else if _, ok := v.(object.Ref); !ok {
		key = nil
	}
	if f, ok := r.fonts[key]; ok {
		return f
	}
	f := font.Read(r.file, r.file.Dict(v))
	r.codes += f.Codes()
	if len(r.fonts) >= maxFonts || r.codes > maxCodes {
		clear(r.fonts)
		r.codes = f.Codes()
	}
	r.fonts[key] = f
	return f
}

func (r *Reader) showLast() {
	if n := len(r.args); n > 0 && r.args[n-1].kind == object.Text {
		r.show(r.bytes(r.args[n-1]))
	}
}

// showAll shows strings and moves by the numbers between them.
func (r *Reader) showAll() {
	for _, o := range r.args {
		switch o.kind {
		case object.Text:
			r.show(r.bytes(o))
		case object.Int, object.Real:
			by := -o.number / 1000 * r.state.size
			if r.state.font != nil && r.state.font.Vertical {
				r.text = r.text.moved(0, by)
			} else {
				r.text = r.text.moved(by*r.state.scale, 0)
			}
		}
	}
}

// show shows a string.
func (r *Reader) show(s []byte) {
	st := &r.state
	if st.font == nil {
		st.font = r.fontOf(nil)
	}
	f := st.font
	m := r.text.times(st.ctm)
	along := matrix{a: m.a, b: m.b}
	if f.Vertical {
		along = matrix{a: -m.c, b: -m.d}
	}
	r.layout.direction(along.a, along.b)
	size := letterHeight(m, st.size*f.Em)
	x, y := m.e+st.rise*m.c, m.f+st.rise*m.d
	stretch := length(along)
	total := 0.0
	for len(s) > 0 {
		g := f.Next(s)
		s = s[g.Bytes:]
		width := g.Width * f.Scale * st.size
		if f.Vertical {
			width = st.size
		}
		advance := width + st.charSpace
		if g.Space {
			advance += st.wordSpace
		}
		if !f.Vertical {
			width *= st.scale
			advance *= st.scale
		}
		if g.Text == "" {
			r.unknown()
		} else {
			r.nameless = 0
			if st.hidden {
				r.result.Hidden++
			}
			r.layout.add(g.Text, x+total*along.a, y+total*along.b, width*stretch, size)
		}
		total += advance
	}
	if f.Vertical {
		r.text = r.text.moved(0, -total)
	} else {
		r.text = r.text.moved(total, 0)
	}
}

// unknown counts glyphs that nothing names, where so many stand in a row that
// they may be a number: bullets and the like do not count.
func (r *Reader) unknown() {
	const many = 10
	r.missed++
	r.nameless++
	switch {
	case r.nameless == many:
		r.result.Unknown += many
	case r.nameless > many:
		r.result.Unknown++
	}
}

// draw draws a form or a picture.
func (r *Reader) draw(resources object.Dict) error {
	s := r.file.Stream(r.file.Dict(resources.Get("XObject")).Get(r.name()))
	if s == nil {
		return nil
	}
	switch r.file.Name(s.Dict.Get("Subtype")) {
	case "Image":
		r.cover(s)
	case "Form":
		return r.form(s, resources)
	}
	return nil
}

// cover takes note of a picture that fills the unit square.
func (r *Reader) cover(s *object.Stream) {
	r.result.Covered += min(1, r.state.ctm.area()/r.area)
	if s != nil && len(r.result.Pictures) < maxDrawn {
		r.result.Pictures = append(r.result.Pictures, s)
	}
}

// form draws a form in the state at hand, which it does not change.
func (r *Reader) form(s *object.Stream, resources object.Dict) error {
	for _, open := range r.forms {
		if open == s {
			return nil
		}
	}
	if len(r.forms) == maxForms || r.drawn == maxDrawn {
		r.result.Cut = true
		return nil
	}
	r.drawn++
	body, err := r.file.Reader(s)
	if err != nil {
		r.file.Damage()
		return nil
	}
	if own := r.file.Dict(s.Dict.Get("Resources")); own != nil {
		resources = own
	}
	kept := *r // its states, and the operands, which the form's would overwrite
	r.forms = append(r.forms, s)
	r.saved, r.marked, r.args, r.arena = nil, nil, nil, nil
	if n, ok := r.file.Numbers(s.Dict.Get("Matrix"), 6); ok {
		r.state.ctm = matrixOf(n).times(r.state.ctm)
	}
	err = r.run(object.NewLexer(body), resources)
	r.forms = kept.forms
	r.state, r.saved, r.marked, r.args, r.arena = kept.state, kept.saved, kept.marked, kept.args, kept.arena
	r.line, r.text = kept.line, kept.text
	return err
}

// pattern draws the tile with which something is to be filled, once a page:
// letters may be in it.
func (r *Reader) pattern(resources object.Dict) error {
	name := r.name()
	if name == "" {
		return nil
	}
	s := r.file.Stream(r.file.Dict(resources.Get("Pattern")).Get(name))
	if s == nil || r.tiles[s.Place()] {
		return nil
	}
	r.tiles[s.Place()] = true
	kept := r.state
	r.state = state{ctm: identity, scale: 1} // a tile lies on the page, whatever is drawn
	err := r.form(s, resources)
	r.state = kept
	return err
}

// beginMark begins marked content. What it says of itself is wanted only where
// its glyphs do not say it.
func (r *Reader) beginMark(resources object.Dict) {
	m := mark{unknown: r.result.Unknown, missed: r.missed}
	for i := 0; i+1 < len(r.args); i++ {
		if r.args[i].kind == object.Label && string(r.bytes(r.args[i])) == "ActualText" {
			m.text = Plain(string(r.bytes(r.args[i+1])))
		}
	}
	if name := r.name(); m.text == "" && name != "" {
		d := r.file.Dict(r.file.Dict(resources.Get("Properties")).Get(name))
		m.text = Plain(string(r.file.String(d.Get("ActualText"))))
	}
	r.marked = append(r.marked[:min(len(r.marked), maxStates)], m)
}

func (r *Reader) endMark() {
	n := len(r.marked)
	if n == 0 {
		return
	}
	m := r.marked[n-1]
	r.marked = r.marked[:n-1]
	if m.text == "" || r.missed == m.missed {
		return
	}
	r.result.Unknown, r.nameless, r.missed = m.unknown, 0, m.missed
	at := r.text.times(r.state.ctm)
	r.layout.direction(at.a, at.b)
	r.layout.add(m.text, at.e, at.f, 0, letterHeight(at, r.state.size))
}
