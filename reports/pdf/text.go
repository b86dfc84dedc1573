package pdf

import (
	"strings"
	"unicode"
)

// legible makes text safe to draw: one line, no control or direction
// characters, nothing that gofpdf cannot set. What it replaces stays in the
// embedded data.
func legible(text string) string {
	clean := func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == ' ':
			return ' '
		case r == 0x200b || r == 0xad: // invisible places to break
			return -1
		case r > 0xffff, r == 0xffff, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return unicode.ReplacementChar
		}
		return r
	}
	return strings.Map(clean, text)
}

// lineRunes is more than any line holds; what is longer is cut before it is
// measured.
const lineRunes = 600

// wrap parts text into lines no wider than w. It breaks at spaces; inside a
// word only when the word alone is too wide, and then after a separator if
// there is one. With max > 0 what would need more lines is shortened: in the
// middle if it is one long word, such as a path, at the end otherwise.
func (s *sheet) wrap(text string, f font, w float64, max int) []string {
	s.use(f)
	text = legible(text)
	if runes := []rune(text); max > 0 && len(runes) > max*lineRunes {
		text = string(runes[:max*lineRunes/2]) + "…" + string(runes[len(runes)-max*lineRunes/2:])
	}
	words := strings.Fields(text)
	lines := s.fold(words, w)
	if max <= 0 || len(lines) <= max {
		return lines
	}
	if f.style == mono || len(words) == 1 {
		return s.shorten(strings.Join(words, " "), w, max)
	}
	last := strings.Join(lines[max-1:max+1], " ")
	if broken := lines[max-1] + lines[max]; strings.Contains(text, broken) {
		last = broken // the line was broken inside a word
	}
	return append(lines[:max-1:max-1], s.cut(last, w))
}

// cut ends a line with an ellipsis: after a word, or inside one if that would
// leave the line half empty.
func (s *sheet) cut(line string, w float64) string {
	runes := []rune(line)
	n, used := 0, s.pdf.GetStringWidth(" …")
	for n < len(runes) {
		wide := s.pdf.GetStringWidth(string(runes[n]))
		if used+wide > w {
			break
		}
		used += wide
		n++
	}
	last := string(runes[:n])
	if at := strings.LastIndexByte(last, ' '); at > len(last)/2 {
		last = last[:at]
	}
	last = strings.TrimRight(last, " ,;:")
	return strings.TrimLeft(last+" …", " ")
}

// fitted makes a font so small that words fit into w points on one line: a
// number is never cut.
func (s *sheet) fitted(words string, f font, w float64) font {
	s.use(f)
	if wide := s.pdf.GetStringWidth(words); wide > w {
		f.size *= w / wide
	}
	return f
}

// fold fills lines with words.
func (s *sheet) fold(words []string, w float64) []string {
	var lines []string
	line, used := "", 0.0
	gap := s.pdf.GetStringWidth(" ")
	for _, word := range words {
		wide := s.pdf.GetStringWidth(word)
		if line != "" && used+gap+wide <= w {
			line += " " + word
			used += gap + wide
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := []string{word}
		if wide > w {
			parts = s.parts(word, w)
		}
		lines = append(lines, parts[:len(parts)-1]...)
		line = parts[len(parts)-1]
		used = s.pdf.GetStringWidth(line)
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// separators are what a long name may be broken after.
const separators = "/\\._-,:;@&=?!·"

// parts breaks a word that is wider than a line.
func (s *sheet) parts(word string, w float64) []string {
	var parts []string
	runes := []rune(word)
	for len(runes) > 0 {
		n, used, after := 0, 0.0, 0
		for n < len(runes) {
			used += s.pdf.GetStringWidth(string(runes[n]))
			if used > w && n > 0 {
				break
			}
			n++
			if strings.ContainsRune(separators, runes[n-1]) {
				after = n
			}
		}
		if n < len(runes) && after > n/3 {
			n = after
		}
		parts = append(parts, string(runes[:n]))
		runes = runes[n:]
	}
	return parts
}

// shorten takes out the middle of a text until it fits into max lines: the
// beginning of a path says where it lies, its end what it is.
func (s *sheet) shorten(text string, w float64, max int) []string {
	runes := []rune(text)
	low, high := 2, len(runes) // how many runes are kept
	best := []string{"…"}
	for low <= high {
		n := (low + high) / 2
		head := n / 2
		lines := s.fold(strings.Fields(string(runes[:head])+"…"+string(runes[len(runes)-(n-head):])), w)
		if len(lines) <= max {
			best, low = lines, n+1
		} else {
			high = n - 1
		}
	}
	return best
}

// one sets a text on one line of at most w points.
func (s *sheet) one(text string, f font, w float64) string {
	s.use(f)
	return s.wrap(text, f, w, 1)[0]
}
