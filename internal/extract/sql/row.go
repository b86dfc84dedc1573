package sql

import (
	"bytes"
	"encoding/hex"
	"strings"

	"trustaudit/internal/extract/charset"
)

// maxRow bounds a row: a longer one comes in several.
const maxRow = 1 << 20

// cursor walks over a stream byte by byte. The byte read last can be put back.
type cursor struct {
	s   *charset.Stream
	b   []byte // the window
	i   int
	err error
}

// next reads a byte; not ok at the end, or when reading failed.
func (c *cursor) next() (byte, bool) {
	if _, ok := c.peek(); !ok {
		return 0, false
	}
	c.i++
	return c.b[c.i-1], true
}

func (c *cursor) peek() (byte, bool) {
	for c.i >= len(c.b) {
		if c.err != nil {
			return 0, false
		}
		keep := min(1, c.i) // for back
		c.s.Advance(c.i - keep)
		more := true
		if c.i > 0 || len(c.s.Bytes()) == 0 {
			more, c.err = c.s.More()
		}
		c.b, c.i = c.s.Bytes(), keep
		if !more && c.i >= len(c.b) {
			return 0, false
		}
	}
	return c.b[c.i], true
}

// back puts the byte read last back.
func (c *cursor) back() {
	if c.i > 0 {
		c.i--
	}
}

// stops are bytes that mean something; all others are a value's own.
type stops [256]bool

func stopAt(list string) *stops {
	var t stops
	for i := range len(list) {
		t[list[i]] = true
	}
	return &t
}

var (
	inString = stopAt("'\"`\\")
	inTuple  = stopAt("'\"`(),; \t\r\n")
	inLine   = stopAt("\t\r\n\\")
)

// plain moves what the window has before the next stop into the cell at hand.
func (r *reader) plain(at *stops) {
	b := r.b[min(r.i, len(r.b)):]
	n := 0
	for n < len(b) && !at[b[n]] {
		n++
	}
	r.row.flat = append(r.row.flat, b[:n]...)
	r.i += n
}

// row collects the cells of a row.
type row struct {
	flat  []byte // the cells, one behind another
	ends  []int
	cells [][]byte
}

func (w *row) reset()     { w.flat, w.ends = w.flat[:0], w.ends[:0] }
func (w *row) add(c byte) { w.flat = append(w.flat, c) }

// cell is what the cell at hand has so far.
func (w *row) cell() []byte {
	if n := len(w.ends); n > 0 {
		return w.flat[w.ends[n-1]:]
	}
	return w.flat
}

func (w *row) clear()   { w.flat = w.flat[:len(w.flat)-len(w.cell())] }
func (w *row) endCell() { w.ends = append(w.ends, len(w.flat)) }

// slices returns the cells. They hold until reset.
func (w *row) slices() [][]byte {
	w.cells = w.cells[:0]
	start := 0
	for _, end := range w.ends {
		w.cells = append(w.cells, w.flat[start:end:end])
		start = end
	}
	return w.cells
}

// give hands the row to the sink.
func (r *reader) give() error {
	cells := r.row.slices()
	r.row.reset()
	return r.sink.Row(cells)
}

// overflow gives a row that is too long, and goes on with another.
func (r *reader) overflow() error {
	if len(r.row.flat) < maxRow && len(r.row.ends) < maxRow/8 {
		return nil
	}
	r.row.endCell()
	return r.give()
}

// tuples reads what follows VALUES: (1, 'a'), (2, 'b').
func (r *reader) tuples(name string, columns []string) error {
	if err := r.begin(name, columns); err != nil {
		return err
	}
	for {
		c, ok := r.next()
		switch {
		case !ok:
			return nil
		case c <= ' ' || c == ',':
		case c == ';':
			return nil
		case c == '(':
			if err := r.tuple(); err != nil {
				return err
			}
		default:
			r.back()
			return nil
		}
	}
}

// tuple reads a tuple whose bracket is open.
func (r *reader) tuple() error {
	r.row.reset()
	depth, quoted := 1, false
	for {
		c, ok := r.next()
		if !ok || c == ';' && depth == 1 { // broken off
			break
		}
		switch {
		case c == '\'' || c == '"' || c == '`':
			if err := r.string(c); err != nil {
				return err
			}
			quoted = true
			continue
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		switch {
		case depth == 0, depth == 1 && c == ',':
			r.endValue(quoted)
			quoted = false
			if depth == 0 {
				return r.give()
			}
		case depth == 1 && (quoted && c != ')' || c <= ' ' && len(r.row.cell()) == 0): // a cast, or space
		default:
			r.row.add(c)
			if !quoted && depth == 1 {
				r.plain(inTuple)
			}
		}
		if err := r.overflow(); err != nil {
			return err
		}
	}
	r.endValue(quoted)
	return r.give()
}

// endValue ends a cell: NULL is an empty one, and 0x41 the text of its bytes.
func (r *reader) endValue(quoted bool) {
	v := bytes.TrimRight(r.row.cell(), " \t\r\n")
	r.row.flat = r.row.flat[:len(r.row.flat)-len(r.row.cell())+len(v)]
	switch {
	case len(v) > 0 && v[len(v)-1] == ')':
		r.uncast()
	case quoted:
	case bytes.EqualFold(v, []byte("NULL")):
		r.row.clear()
	case len(v) > 2 && v[0] == '0' && v[1]|0x20 == 'x':
		r.unhex(2)
	}
	r.row.endCell()
}

// unhex replaces hex digits in the cell at hand by the text they stand for, if
// it is text.
func (r *reader) unhex(from int) {
	v := r.row.cell()
	out := make([]byte, hex.DecodedLen(len(v)-from))
	if _, err := hex.Decode(out, v[from:]); err != nil || !charset.IsText(out) {
		return
	}
	r.row.clear()
	r.row.flat = append(r.row.flat, out...)
}

// string reads a string whose quote is open into the cell at hand.
func (r *reader) string(quote byte) error {
	backslash, isHex := r.backslash, false
	switch r.prefix() {
	case "E":
		backslash = true
	case "X":
		isHex = true
	}
	for {
		r.plain(inString)
		c, ok := r.next()
		if !ok {
			return nil
		}
		switch {
		case c == '\\' && backslash:
			if c, ok = r.next(); ok {
				r.row.add(escape(c))
			}
		case c != quote:
			r.row.add(c)
		case quote == '\'' && r.withinWord():
			r.row.add(c)
		default:
			if n, ok := r.peek(); !ok || n != quote {
				if isHex {
					r.unhex(0)
				}
				return nil
			}
			r.next()
			r.row.add(quote)
		}
		if err := r.overflow(); err != nil {
			return err
		}
	}
}

// withinWord reports whether the quote just read stands between two letters: an
// apostrophe that a script made by hand did not double, as in O'Brien.
func (r *reader) withinWord() bool {
	n, ok := r.peek()
	v := r.row.cell()
	return ok && isLetter(n) && len(v) > 0 && isLetter(v[len(v)-1])
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// prefix takes off what stands before a string to say how it is written.
func (r *reader) prefix() string {
	v := bytes.TrimRight(r.row.cell(), " ")
	start := len(v)
	for start > 0 && isWord(v[start-1]) && len(v)-start < 16 {
		start--
	}
	switch prefix := strings.ToUpper(string(v[start:])); prefix {
	case "N", "B", "E", "X", "_BINARY", "_UTF8", "_UTF8MB4", "_LATIN1":
		r.row.flat = r.row.flat[:len(r.row.flat)-len(r.row.cell())+start]
		return prefix
	}
	return ""
}

func escape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case '0', 'b', 'Z':
		return ' '
	}
	return c
}

// lines reads what follows COPY … FROM stdin: a row to a line, its cells parted
// by tabs, up to a line with a backslash and a dot.
func (r *reader) lines(name string, columns []string) error {
	if err := r.begin(name, columns); err != nil {
		return err
	}
	for c, ok := r.next(); ok && c != '\n'; {
		c, ok = r.next()
	}
	r.row.reset()
	for {
		r.plain(inLine)
		c, ok := r.next()
		if !ok {
			if len(r.row.flat) == 0 && len(r.row.ends) == 0 {
				return nil
			}
			r.row.endCell()
			return r.give()
		}
		switch c {
		case '\t':
			r.row.endCell()
		case '\r':
		case '\n':
			r.row.endCell()
			if err := r.give(); err != nil {
				return err
			}
		case '\\':
			if c, ok = r.next(); ok && c == '.' && len(r.row.ends) == 0 && len(r.row.flat) == 0 {
				return nil
			}
			if c != 'N' {
				r.row.add(escape(c))
			}
		default:
			r.row.add(c)
		}
		if err := r.overflow(); err != nil {
			return err
		}
	}
}
