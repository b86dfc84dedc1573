package pdf

import "trustaudit/reports/wording"

// block is a piece of a page that is never split: its height, and how to draw
// it with its upper edge at y.
type block struct {
	height float64
	draw   func(y float64)
	gap    bool // nothing but room before what follows: never begins a page
}

// space is a block of nothing.
func space(h float64) block { return block{height: h, draw: func(float64) {}, gap: true} }

func heightOf(blocks []block) float64 {
	h := 0.0
	for _, b := range blocks {
		h += b.height
	}
	return h
}

// place draws blocks one below the other, and begins a page where one does not
// fit.
func (s *sheet) place(blocks ...block) {
	for _, b := range blocks {
		full := s.y+b.height > bottom+0.01
		if b.gap && (full || s.y == top) {
			continue
		}
		if full && s.y > top {
			s.page()
		}
		b.draw(s.y)
		s.y += b.height
	}
}

// keep draws blocks on one page if a page can hold them.
func (s *sheet) keep(blocks ...block) {
	if h := heightOf(blocks); s.y+h > bottom+0.01 && h <= bodyHeight && s.y > top {
		s.page()
	}
	s.place(blocks...)
}

// flow draws blocks on one page unless that would leave a large part of this
// one empty: then they go on over the page.
func (s *sheet) flow(blocks []block) {
	h, last := heightOf(blocks), blocks[len(blocks)-1].height
	rest := bottom - s.y
	if h-last <= rest+0.01 || rest > bodyHeight*0.42 || h > bodyHeight {
		s.place(blocks...)
		return
	}
	s.keep(blocks...)
}

// room makes sure that h points are left on the page.
func (s *sheet) room(h float64) {
	if s.y+h > bottom && s.y > top {
		s.page()
	}
}

// joined makes one block of several.
func joined(blocks []block) block {
	return block{height: heightOf(blocks), draw: func(y float64) {
		for _, b := range blocks {
			b.draw(y)
			y += b.height
		}
	}}
}

// wholePage asks for a page of its own.
const wholePage = bodyHeight + 1

// section begins a section and enters it in the outline: below the last one if
// that leaves the h points that it needs, on a new page otherwise.
func (s *sheet) section(number, title string, h float64) {
	if s.y += 30; s.y+h > bottom {
		s.page()
	}
	s.pdf.Bookmark(number+" "+title, 0, s.y-24)
	s.text(left, s.y+18, font{"", 21, blue}, number)
	s.text(left+24, s.y+18, font{"B", 21, navy}, title)
	s.y += 38
}

// subsectionHeight is what a heading takes.
const subsectionHeight = 36.0

// subsection sets a heading with room for what follows it, h points high at
// least.
func (s *sheet) subsection(title string, h float64) {
	s.room(subsectionHeight + h)
	if s.y > top {
		s.y += 12
	}
	s.pdf.Bookmark(title, 1, s.y-6)
	s.text(left, s.y+13, font{"B", 13.5, navy}, title)
	s.y += 24
}

// lines makes a block of lines set in a font.
func (s *sheet) lines(x float64, f font, words []string) block {
	leading := f.size * lineSpacing
	return block{height: float64(len(words)) * leading, draw: func(y float64) {
		for i, line := range words {
			s.text(x, y+float64(i)*leading+f.size, f, line)
		}
	}}
}

// chunk is how many lines of a paragraph stay together.
const chunk = 8

// prose sets a paragraph within w points from x. A long one may go on over the
// page; no part of it is a single line.
func (s *sheet) prose(x, w float64, f font, paragraph string) []block {
	words := s.wrap(paragraph, f, w, 0)
	var all []block
	for len(words) > chunk+2 {
		all = append(all, s.lines(x, f, words[:chunk]))
		words = words[chunk:]
	}
	last := s.lines(x, f, words)
	last.height += paragraphSkip
	return append(all, last)
}

// paragraphs places a passage of body text.
func (s *sheet) paragraphs(all []string) {
	for _, p := range all {
		s.place(s.prose(left, width, font{"", bodySize, ink}, p)...)
	}
}

// item is one entry of a list: a mark, and text beside it of at most max lines.
func (s *sheet) item(mark, words string, f font, max int) block {
	body := s.lines(left+20, f, s.wrap(words, f, width-20, max))
	return block{height: body.height + 4, draw: func(y float64) {
		s.text(left+3, y+f.size, font{"B", f.size, navy}, mark)
		body.draw(y)
	}}
}

// more says that a list goes on in the data file; nothing when it does not.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return "and " + wording.Number(int64(n)) + " more in the data file"
}
