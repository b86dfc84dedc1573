package page

// least is how many characters are a run of text.
const least = 6

// Text appends the runs of text in b to dst, a line each. Values stand in rows
// without anything between them: many digits are set apart from what is around.
func Text(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		n := 0
		for i+n < len(b) && plain(b[i+n]) {
			n++
		}
		if n >= least {
			dst = apart(dst, b[i:i+n])
			dst = append(dst, '\n')
		}
		i += n + 1
	}
	return dst
}

// plain: letters of any code, digits and what stands between them.
func plain(c byte) bool { return c >= ' ' && c != 0x7f && c != 0xff }

// apart sets runs of eight digits or more apart from letters beside them.
func apart(dst, run []byte) []byte {
	const many = 8
	for i := 0; i < len(run); {
		n := i
		for n < len(run) && run[n] >= '0' && run[n] <= '9' {
			n++
		}
		if n-i >= many {
			if i > 0 && letter(run[i-1]) {
				dst = append(dst, ' ')
			}
			dst = append(dst, run[i:n]...)
			if n < len(run) && letter(run[n]) {
				dst = append(dst, ' ')
			}
			i = n
			continue
		}
		dst = append(dst, run[i:max(n, i+1)]...)
		i = max(n, i+1)
	}
	return dst
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
