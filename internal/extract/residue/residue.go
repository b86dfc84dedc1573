// Package residue finds the text in bytes whose layout nobody knows: the room
// between the rows of a page, a page that was given up, a file of a program's
// own.
package residue

const (
	least     = 6 // characters that are a run of text
	leastWide = 4 // of two bytes each: they hardly come about by chance
)

// Text appends the runs of text in b to dst, a line each: bytes in ASCII, with
// single letters of western Europe among them in UTF-8 or in an older code, and
// UTF-16. Values stand in rows without anything between them: many digits are
// set apart from the letters beside them.
func Text(dst, b []byte) []byte {
	var run []byte
	for i := 0; i < len(b); {
		n := 0
		if run, n = wide(run[:0], b[i:]); len(run) >= leastWide {
			dst = append(apart(dst, run), '\n')
		} else if run, n = narrow(run[:0], b[i:]); len(run) >= least {
			dst = append(apart(dst, run), '\n')
		}
		i += max(n, 1)
	}
	return dst
}

func ascii(c byte) bool { return c >= ' ' && c < 0x7f || c == '\t' }

// wide appends the run of UTF-16 that b begins with, and says how long it is.
func wide(run, b []byte) ([]byte, int) {
	n := 0
	for n+1 < len(b) && b[n+1] == 0 && (ascii(b[n]) || b[n] >= 0xc0 && n > 0) {
		run = append(run, string(rune(b[n]))...)
		n += 2
	}
	if len(run) < leastWide {
		n = 0
	}
	return run, n
}

// narrow appends the run of bytes that b begins with, and says how long it is.
func narrow(run, b []byte) ([]byte, int) {
	n := 0
	for n < len(b) {
		c := b[n]
		switch {
		case ascii(c):
			run = append(run, c)
		case c == 0xc3 && n+1 < len(b) && b[n+1]&0xc0 == 0x80:
			run = append(run, c, b[n+1])
			n++
		case c >= 0xc0 && n > 0 && letter(b[n-1]) && n+1 < len(b) && letter(b[n+1]):
			run = append(run, string(rune(c))...)
		default:
			return run, n
		}
		n++
	}
	return run, n
}

// apart sets runs of eight digits or more apart from letters beside them.
func apart(dst, run []byte) []byte {
	const many = 8
	for i := 0; i < len(run); {
		n := i
		for n < len(run) && run[n] >= '0' && run[n] <= '9' {
			n++
		}
		if n-i < many {
			n = max(n, i+1)
			dst = append(dst, run[i:n]...)
			i = n
			continue
		}
		if i > 0 && letter(run[i-1]) {
			dst = append(dst, ' ')
		}
		dst = append(dst, run[i:n]...)
		if n < len(run) && letter(run[n]) {
			dst = append(dst, ' ')
		}
		i = n
	}
	return dst
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
