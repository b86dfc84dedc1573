package rtf

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/heading"
)

const (
	flushAt  = 32 << 10
	maxDepth = 10_000 // of groups whose state is kept
	windows  = 1252
)

// Whether text counts.
const (
	counts  = iota // it does
	muted          // it does not, but what is deeper may
	skipped        // nothing inside does
)

// group is the state that ends with a group.
type group struct {
	skip        int8
	aside       bool // the text interrupts a paragraph: a note, a box
	hex         hexKind
	capture     bool   // the text is the name of a property
	fonts       bool   // it is the list of fonts
	page        int    // code page
	unicodeSkip int    // bytes that stand behind \u for old readers
	ending      string // written when the group ends
	inner       string // written when a group in it ends
	kind        string // of a picture: its extension
}

// reader turns a document into text.
type reader struct {
	in     *input
	sink   extract.Sink
	begun  bool
	at     group
	groups []group // around it
	deeper int     // groups beyond maxDepth
	fresh  bool    // nothing of the group has come
	star   bool    // the word that follows may be passed over by who does not know it, with its group

	out   []byte
	aside []byte // follows the paragraph
	raw   []byte // of \'xx, not decoded yet
	skip  int    // bytes that repeat a \u
	high  rune   // first half of a pair of \u
	name  []byte // of a property

	ansi  int // code page of the document
	fonts map[int]int
	font  int // that is being defined

	table   heading.Names
	inTable bool // the table is open
	inCell  bool
	tabular bool // the paragraph at hand is in a table

	objects objects
}

// open begins a group.
func (r *reader) open() {
	r.decode()
	r.skip, r.star, r.fresh = 0, false, true
	if len(r.groups) == maxDepth {
		r.deeper++
		return
	}
	r.groups = append(r.groups, r.at)
	r.at.ending, r.at.inner = r.at.inner, ""
	r.at.hex = none
}

// close ends a group. What follows the last is no part of the document.
func (r *reader) close() error {
	r.decode()
	r.skip, r.star, r.fresh = 0, false, false
	if r.deeper > 0 {
		r.deeper--
		return nil
	}
	n := len(r.groups)
	if n == 0 {
		return nil
	}
	if r.at.ending != "" {
		r.write([]byte(r.at.ending))
	}
	r.at = r.groups[n-1]
	r.groups = r.groups[:n-1]
	return nil
}

// text takes plain text, which in some groups is the digits of a file.
func (r *reader) text(b []byte) {
	if unfinished(r.at.page, r.raw) && r.at.skip == counts {
		r.raw = append(r.raw, b[0])
		b = b[1:]
	}
	r.decode()
	r.star, r.fresh = false, false
	switch {
	case r.at.skip == skipped:
		return
	case r.at.capture:
		r.name = append(r.name[:0], b[:min(len(b), 64)]...)
		return
	}
	if r.skip > 0 {
		n := min(r.skip, len(b))
		r.skip -= n
		b = b[n:]
	}
	if utf8.Valid(b) { // as it is when it is ASCII, and so some programs write UTF-8
		r.write(b)
	} else {
		r.write(codepage.Decode(nil, codepage.Of(r.at.page), b))
	}
}

// decode writes the bytes that were given one by one.
func (r *reader) decode() {
	if len(r.raw) > 0 {
		b := codepage.Decode(nil, codepage.Of(r.at.page), r.raw)
		r.raw = r.raw[:0]
		r.write(b)
	}
}

// unfinished reports whether the bytes end with the first of two that are a
// character of the code page: the second may come as plain text.
func unfinished(page int, b []byte) bool {
	if page != 932 && page != 936 && page != 949 && page != 950 && page != 1361 {
		return false
	}
	first := false
	for _, c := range b {
		first = !first && c > 0x80 && (page != 932 || c < 0xa0 || c >= 0xe0)
	}
	return first
}

// byte takes a \'xx.
func (r *reader) byte(c byte) {
	switch {
	case r.at.skip != counts:
	case r.skip > 0:
		r.skip--
	default:
		if r.raw = append(r.raw, c); len(r.raw) >= flushAt {
			r.decode()
		}
	}
}

// unicode takes a \u: a unit of UTF-16.
func (r *reader) unicode(n int) {
	r.skip = r.at.unicodeSkip
	u := rune(uint16(n))
	if n > 0xffff && n <= utf8.MaxRune {
		u = rune(n)
	}
	switch {
	case utf16.IsSurrogate(u) && r.high == 0:
		r.high = u
		return
	case r.high != 0:
		u = utf16.DecodeRune(r.high, u)
		r.high = 0
	}
	r.write(utf8.AppendRune(nil, u))
}

// write adds text where it belongs.
func (r *reader) write(b []byte) {
	if r.at.skip != counts || len(b) == 0 {
		return
	}
	if r.at.aside {
		r.aside = append(r.aside, b...)
		if len(r.aside) >= flushAt {
			r.interrupt()
		}
		return
	}
	r.place()
	r.out = append(r.out, b...)
}

// place opens and closes tables and cells, as the paragraph at hand has it.
func (r *reader) place() {
	if r.tabular != r.inTable {
		r.inTable, r.inCell = r.tabular, false
		if r.inTable {
			r.table.Open()
		} else {
			r.table.Close()
		}
	}
	if r.inTable && !r.inCell {
		r.inCell = true
		r.out = r.table.Cell(r.out)
	}
}

// paragraph ends a line.
func (r *reader) paragraph() {
	r.write([]byte{'\n'})
	if !r.at.aside && !r.tabular && r.at.skip == counts {
		r.interrupt()
	}
}

// interrupt writes the notes and boxes that stand in the paragraph before.
func (r *reader) interrupt() {
	if len(r.aside) > 0 {
		r.out = endLine(append(endLine(r.out), r.aside...))
		r.aside = r.aside[:0]
	}
}

func endLine(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] != '\n' {
		b = append(b, '\n')
	}
	return b
}

func (r *reader) lineEnds() {
	r.interrupt()
	r.out = endLine(r.out)
}

func (r *reader) cellEnds() {
	if r.at.skip != counts || r.at.aside {
		return
	}
	r.tabular = true
	r.place()
	r.table.CellEnds(r.out)
	r.out = append(r.out, '\t')
	r.inCell = false
}

func (r *reader) rowEnds() {
	if r.at.skip != counts || r.at.aside || !r.inTable {
		return
	}
	r.out = append(r.out, '\n')
	r.table.RowEnds()
	r.inCell = false
	r.interrupt()
}

// section ends a record: mail merge parts its letters so.
func (r *reader) section() error {
	if r.at.skip != counts || r.at.aside {
		return nil
	}
	r.lineEnds()
	if err := r.flush(); err != nil {
		return err
	}
	return r.sink.Break()
}

func (r *reader) flush() error {
	b := r.out
	r.out = r.out[:0]
	r.table.Flushed()
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	return r.sink.Text(b)
}
