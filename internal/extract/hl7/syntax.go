package hl7

import "bytes"

// header is the segment with which a message begins.
const header = "MSH"

// delimiters are the signs that part a message.
type delimiters struct{ field, component, repetition, escape, sub byte }

var standard = delimiters{'|', '^', '~', '\\', '&'}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isSign(c byte) bool {
	return c > ' ' && c < 0x7f && !isUpper(c) && !isUpper(c&^0x20) && !isDigit(c)
}

// findHeader looks for the header of a message in b.
func findHeader(b []byte) (d delimiters, at int, ok bool) {
	for at < len(b) {
		n := bytes.IndexByte(b[at:], 'M')
		if f := bytes.IndexAny(b[:min(1, len(b))], "FB"); at == 0 && f == 0 {
			n = 0
		}
		if n < 0 {
			return d, 0, false
		}
		at += n
		if at == 0 || !isUpper(b[at-1]) && !isDigit(b[at-1]) {
			if d, ok := parseHeader(b[at:]); ok {
				return d, at, true
			}
		}
		at++
	}
	return d, 0, false
}

// parseHeader reads the signs that a header names.
func parseHeader(b []byte) (d delimiters, ok bool) {
	const longest = 12 // of the field that holds them, as a log may escape it
	if len(b) < 8 {
		return d, false
	}
	switch string(b[:3]) {
	case header, "FHS", "BHS":
	default:
		return d, false
	}
	d.field = b[3]
	signs := b[4:min(len(b), 4+longest)]
	n := bytes.IndexByte(signs, d.field)
	if n < 2 || !isSign(d.field) || !isSign(signs[0]) || !isSign(signs[1]) || signs[0] == signs[1] {
		return d, false
	}
	d.component, d.repetition = signs[0], signs[1]
	d.escape, d.sub = standard.escape, standard.sub
	if n > 2 {
		d.escape = signs[2]
	}
	if i := 3; n > i {
		if signs[i] == d.escape && n > 4 { // written twice
			i++
		}
		d.sub = signs[i]
	}
	return d, true
}

// findSegment looks for a segment's beginning in a line that is none's
// continuation: at its start, or behind what a log writes before it.
func (r *reader) findSegment(line []byte) (at int, ok bool) {
	lead := len(line) - len(bytes.TrimLeft(line, " \t"))
	if isSegment(line[lead:], r.delimiters.field, r.inMessage) {
		return lead, true
	}
	const prefix = 128
	for i := lead + 1; i < min(len(line), prefix); i++ {
		if c := line[i-1]; (c == ' ' || c == '\t' || c == ':' || c == ']' || c == '>') && isSegment(line[i:], r.delimiters.field, false) {
			return i, true
		}
	}
	return 0, false
}

// isSegment reports whether b begins with the name of a segment: a known one, or
// any when others have come.
func isSegment(b []byte, field byte, any bool) bool {
	if len(b) < 4 || b[3] != field || !isUpper(b[0]) {
		return false
	}
	named := func(c byte) bool { return isUpper(c) || isDigit(c) }
	return named(b[1]) && named(b[2]) && (any || b[0] == 'Z' || segments[string(b[:3])])
}

// nextSegment returns where the segment that b begins with ends, and the length
// of what parts it from the next one: white space, or a carriage return as a log
// writes it.
func (r *reader) nextSegment(b []byte) (n, skip int) {
	for i := 4; i+4 <= len(b); i++ {
		next := bytes.IndexByte(b[i:], r.delimiters.field)
		if next < 0 {
			break
		}
		i += next
		if start := i - 3; start > 4 && isSegment(b[start:], r.delimiters.field, false) {
			if width := separator(b[:start]); width > 0 {
				return start - width, width
			}
		}
	}
	last := separator(b)
	return len(b) - last, last
}

// breaks are the ways in which logs write the end of a segment.
var breaks = [][]byte{
	[]byte(`\r`), []byte(`\n`), []byte("<cr>"), []byte("<CR>"), []byte("<lf>"), []byte("<LF>"), []byte("[CR]"), []byte("{CR}"), []byte("^M"),
	[]byte(`\x0d`), []byte(`\x0D`), []byte(`\u000d`), []byte(`\u000D`), []byte(`\X0D\`), []byte(`\0D`),
	[]byte("&#13;"), []byte("&#xD;"), []byte("&#xd;"), []byte("&#x0D;"), []byte("&#10;"), []byte("␍"), []byte(" "), []byte("\t"),
}

// separator returns the length of what parts segments at the end of b.
func separator(b []byte) int {
	width := 0
	for again := true; again; {
		again = false
		for _, s := range breaks {
			if bytes.HasSuffix(b[:len(b)-width], s) {
				width += len(s)
				again = true
			}
		}
	}
	return width
}

// segments are the names of segments that are looked for in the midst of text.
var segments = set("MSH FHS BHS FTS BTS EVN PID PD1 NK1 PV1 PV2 MRG ORC OBR OBX NTE SPM AL1 DG1 PR1 GT1 IN1 IN2 IN3 ACC UB1 UB2 " +
	"DRG ROL PRT PRD CTD TXA SCH TQ1 TQ2 RGS AIS AIG AIL AIP RXE RXO RXA RXR RXD RXC FT1 MSA ERR QRD QRF QPD RCP DSP DSC " +
	"SFT ARV IAM STF PRA ORG MFI MFE GOL PRB PTH VAR RF1 AUT NST SAC CON DB1 PDA UAC BLG")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range bytes.Fields([]byte(words)) {
		m[string(w)] = true
	}
	return m
}

// decode puts b without its escapes behind dst.
func (d delimiters) decode(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, d.escape)
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		const longest = 80
		n := bytes.IndexByte(b[i+1:min(len(b), i+1+longest)], d.escape)
		if n < 0 {
			dst, b = append(dst, b[i]), b[i+1:]
			continue
		}
		out, ok := d.sequence(dst, b[i+1:i+1+n])
		if !ok { // the sign itself
			dst, b = append(dst, b[i]), b[i+1:]
			continue
		}
		dst, b = out, b[i+n+2:]
	}
}

// sequence puts what an escape sequence stands for behind dst.
func (d delimiters) sequence(dst, name []byte) ([]byte, bool) {
	switch string(name) {
	case "F":
		return append(dst, d.field), true
	case "S":
		return append(dst, d.component), true
	case "T":
		return append(dst, d.sub), true
	case "R":
		return append(dst, d.repetition), true
	case "E":
		return append(dst, d.escape), true
	case "H", "N":
		return dst, true
	case "":
		return dst, false
	}
	switch {
	case name[0] == 'X':
		return unhex(dst, name[1:])
	case name[0] == 'C', name[0] == 'M', name[0] == 'Z': // other character sets, of the sender's own
		return dst, true
	case bytes.HasPrefix(name, []byte(".br")), bytes.HasPrefix(name, []byte(".sp")), bytes.HasPrefix(name, []byte(".ce")):
		return append(dst, '\n'), true
	case name[0] == '.':
		return append(dst, ' '), true
	}
	return dst, false
}

// unhex puts bytes written as hexadecimal digits behind dst: a line's end, or
// characters.
func unhex(dst, digits []byte) ([]byte, bool) {
	from := len(dst)
	for ; len(digits) >= 2; digits = digits[2:] {
		high, low := nibble(digits[0]), nibble(digits[1])
		if high < 0 || low < 0 {
			return dst[:from], false
		}
		c := byte(high<<4 | low)
		switch {
		case c == '\r':
			c = '\n'
		case c < ' ' && c != '\n' && c != '\t':
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst, len(dst) > from
}

func nibble(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
