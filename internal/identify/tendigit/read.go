package tendigit

import (
	"encoding/binary"

	"trustaudit/internal/identify"
)

// form is how a number is written.
type form uint8

const (
	plain  form = iota // in one piece
	threes             // 3-3-4
	halves             // 6-4, as CHI numbers are
	odd                // 3-7, 5-5, or with signs between that part other things
	filled             // with noughts before it
)

// number is ten digits that were read.
type number struct {
	value uint64
	end   int
	form  form
	apart byte // what parts the groups begins with it; zero when nothing does
	valid bool
}

// head is as much of a text as the two common forms take, and a byte behind.
const head = 13

// swift reads the two common forms, ten digits in one piece or in threes parted
// by one sign, eight bytes at a time. Of the digits it returns eight as they
// stand, the first lowest, and two; end is zero when it is another form, or less
// when it is none.
func swift(b []byte) (eight, two uint64, end int) {
	first, last := binary.LittleEndian.Uint64(b), uint64(binary.LittleEndian.Uint32(b[8:]))
	const groups = 0x80<<24 | 0x80<<56 // what is no digit in 3-3-4
	switch notDigits(first) {
	case 0:
		if notDigits(last)&0x808080 == 0x800000 {
			return first, last, 10
		}
		if b[0] != '0' || b[1] != '0' { // nor noughts that fill a field
			return 0, 0, -1
		}
	case groups:
		if notDigits(last)&0x80808080 == 0 && b[3] == b[7] && common(b[3]) && !identify.IsDigit(b[12]) {
			return first&0xffffff | first>>8&0xffffff000000 | last<<48, last >> 16, 12
		}
	}
	return 0, 0, 0
}

// common reports whether a byte often parts the groups of a number.
func common(b byte) bool { return b == ' ' || b == '-' || b == '.' }

// notDigits sets the high bit of every byte of eight that is no ASCII digit.
func notDigits(x uint64) uint64 {
	const each, high = 0x0101010101010101, 0x8080808080808080
	d := x ^ '0'*each
	return (d&^high + 0x76*each | d) & high
}

// passes is Valid for digits as swift returns them. Four lanes of sixteen bits
// times four: the highest lane of a product is the sum of the digits times their
// weights, the first times the highest.
func passes(eight, two uint64) bool {
	const bytes, pairs = 0x0f0f0f0f0f0f0f0f, 0x00ff00ff00ff00ff
	d := eight & bytes
	even := (d & pairs) * (10<<48 | 8<<32 | 6<<16 | 4)
	odd := (d >> 8 & pairs) * (9<<48 | 7<<32 | 5<<16 | 3)
	return ((even+odd)>>48+2*(two&0xf)+two>>8&0xf)%11 == 0
}

// valueOf makes a number of digits as swift returns them.
func valueOf(eight, two uint64) uint64 {
	const bytes, pairs, fours = 0x0f0f0f0f0f0f0f0f, 0x00ff00ff00ff00ff, 0x0000ffff0000ffff
	v := eight & bytes
	v = (v*10 + v>>8) & pairs
	v = (v*100 + v>>16) & fours
	v = (v*10000 + v>>32) & 0xffffffff
	return v*100 + two&0xf*10 + two>>8&0xf
}

// read reads ten digits from at on in any form.
func read(c *identify.Context, at int) (n number, ok bool) {
	switch length := run(c, at, 11); length {
	case 10:
		v := digits(c.Text[at : at+10])
		return number{value: v, end: at + 10, valid: Valid(v)}, true
	case 11:
		return readFilled(c, at)
	case 3, 5, 6:
		return readGroups(c, at, length)
	}
	return number{}, false
}

// readFilled reads a number that noughts make longer.
func readFilled(c *identify.Context, at int) (number, bool) {
	const shortest, longest = 12, 16 // a telephone number has one nought
	i := at
	for i < at+longest && c.At(i) == '0' {
		i++
	}
	end := i
	for end < at+longest+1 && identify.IsDigit(c.At(end)) {
		end++
	}
	if i -= max(0, 10-(end-i)); end-i != 10 || end-at < shortest || end-at > longest {
		return number{}, false
	}
	return number{value: digits(c.Text[i:end]), end: end, form: filled, valid: Valid(digits(c.Text[i:end]))}, true
}

// readGroups reads a number whose first group has n digits.
func readGroups(c *identify.Context, at, n int) (number, bool) {
	one := gapAt(c, at+n)
	if one.sort == none {
		return number{}, false
	}
	second := at + n + one.width
	length := run(c, second, 8)
	if n == 3 && length == 3 {
		return readThrees(c, at, one)
	}
	if n+length != 10 || one.sort == sign || c.Text[one.at] == '.' || one.width > 1 && one.sort == dash && c.Text[one.at] == ' ' {
		return number{}, false
	}
	v := digits(c.Text[at : at+n])
	for _, d := range c.Text[second : second+length] {
		v = v*10 + uint64(d-'0')
	}
	f := odd
	if n == 6 {
		f = halves
	}
	return number{value: v, end: second + length, form: f, apart: c.Text[one.at], valid: Valid(v)}, true
}

// readThrees reads a number written 3-3-4 whose first gap is known.
func readThrees(c *identify.Context, at int, one gap) (number, bool) {
	second := one.at + one.width
	two := gapAt(c, second+3)
	third := second + 3 + two.width
	if two.sort == none || run(c, third, 5) != 4 || !alike(c, one, two) {
		return number{}, false
	}
	v := digits(c.Text[at:at+3])*1e7 + digits(c.Text[second:second+3])*1e4 + digits(c.Text[third:third+4])
	f := threes
	if one.sort == sign {
		f = odd
	}
	return number{value: v, end: third + 4, form: f, apart: c.Text[one.at], valid: Valid(v)}, true
}

// digits reads ASCII digits.
func digits(b []byte) (v uint64) {
	for _, d := range b {
		v = v*10 + uint64(d-'0')
	}
	return v
}

// run returns how many digits stand at i, most at most.
func run(c *identify.Context, i, most int) (n int) {
	for n < most && identify.IsDigit(c.At(i+n)) {
		n++
	}
	return n
}

// sort is what kind of gap there is between two groups.
type sort uint8

const (
	none  sort = iota
	blank      // a space of any width, a soft hyphen
	dash       // a hyphen, a full stop, two spaces, a hyphen between spaces
	sign       // what also parts other things
	line       // the end of a line, with the mark of a quotation behind it
)

type gap struct {
	at, width int
	sort      sort
}

// gapAt returns the gap at i.
func gapAt(c *identify.Context, i int) gap {
	g := gap{at: i, width: 1}
	switch c.At(i) {
	case ' ':
		g.sort = blank
		if c.At(i+1) == ' ' {
			g.sort, g.width = dash, 2
		} else if c.At(i+1) == '-' && c.At(i+2) == ' ' {
			g.sort, g.width = dash, 3
		} else if c.At(i+1) == '|' && c.At(i+2) == ' ' {
			g.sort, g.width = sign, 3
		}
	case '-', '.':
		g.sort = dash
	case '_':
		g.sort = sign
		if c.Name {
			g.sort = dash
		}
	case '/', ',', ':', '|':
		g.sort = sign
	case ']': // the boxes of a form
		if c.At(i+1) == '[' {
			g.sort, g.width = sign, 2
		} else if c.At(i+1) == ' ' && c.At(i+2) == '[' {
			g.sort, g.width = sign, 3
		}
	case '\n', '\r':
		return lineEnd(c, i)
	default:
		return wideGap(c, i)
	}
	return g
}

// lineEnd returns the gap that the end of a line is.
func lineEnd(c *identify.Context, i int) gap {
	g := gap{at: i}
	if c.Name || i >= len(c.Text) {
		return g
	}
	if c.At(i) == '\r' {
		g.width++
	}
	if i+g.width >= len(c.Text) || c.At(i+g.width) != '\n' {
		return g
	}
	g.width++
	g.sort = line
	if c.At(i+g.width) == '>' && c.At(i+g.width+1) == ' ' {
		g.width += 2
	}
	return g
}

// wideGap returns the gap that a character beyond ASCII is.
func wideGap(c *identify.Context, i int) gap {
	a, b, d := c.At(i), c.At(i+1), c.At(i+2)
	switch {
	case a == 0xA0 && identify.IsDigit(b): // a no-break space of windows-1252
		return gap{i, 1, blank}
	case a == 0xC2 && (b == 0xA0 || b == 0xAD): // no-break space, soft hyphen
		return gap{i, 2, blank}
	case a == 0xC2 && b == 0xB7: // middle dot
		return gap{i, 2, sign}
	case a == 0xE2 && b == 0x80 && (d >= 0x80 && d <= 0x8D || d == 0xAF), // spaces of all widths, and of none
		a == 0xE2 && b == 0x81 && d == 0xA0, // word joiner
		a == 0xE3 && b == 0x80 && d == 0x80, // ideographic space
		a == 0xEF && b == 0xBB && d == 0xBF: // zero-width no-break space
		return gap{i, 3, blank}
	case a == 0xE2 && b == 0x80 && d >= 0x90 && d <= 0x95, // hyphens and dashes
		a == 0xE2 && b == 0x88 && d == 0x92: // minus
		return gap{i, 3, dash}
	}
	return gap{at: i}
}

// alike reports whether two gaps part the groups of one number: both are the
// same, or both blank. A line may end instead of one that is blank.
func alike(c *identify.Context, one, two gap) bool {
	switch {
	case one.sort == line || two.sort == line:
		return one.sort == blank || two.sort == blank
	case one.sort == blank:
		return two.sort == blank
	}
	return string(c.Text[one.at:one.at+one.width]) == string(c.Text[two.at:two.at+two.width])
}
