package font

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
)

// type1Encoding reads the encoding that a Type 1 font has of itself: lines such
// as "dup 65 /A put".
func type1Encoding(program []byte) table {
	i := bytes.Index(program, []byte("/Encoding"))
	if i < 0 {
		return nil
	}
	rest := program[i:]
	if j := bytes.Index(rest, []byte("eexec")); j >= 0 {
		rest = rest[:j]
	}
	head := rest[:min(len(rest), 40)]
	if bytes.Contains(head, []byte("StandardEncoding")) {
		return standardEncoding()
	}
	var e [256]string
	words := strings.Fields(strings.ReplaceAll(string(rest[:min(len(rest), 64<<10)]), "/", " /"))
	for i := 0; i+3 < len(words); i++ {
		if words[i] == "readonly" && words[i+1] == "def" {
			break
		}
		code, err := strconv.Atoi(words[i+1])
		if words[i] == "dup" && err == nil && code >= 0 && code < 256 && words[i+2][0] == '/' {
			e[code] = nameOrNumber(words[i+2][1:])
		}
	}
	return &e
}

// nameOrNumber is the text of a glyph's name, by its number where it is no name.
func nameOrNumber(name string) string {
	text, ok := ofGlyph(name)
	if ok {
		return text
	}
	if n, ok := ofNumber(name, 10); ok && n < 256 {
		return windowsEncoding()[n]
	}
	return ""
}

// The characters of the standard strings of CFF: the first are those of the
// standard encoding in its order, then these, then those of expert sets, of
// which the digits matter.
const (
	cffUpper       = "¹¬µ™Ð½±Þ¼÷¦°þ¾²®−ð×³©ÁÂÄÀÅÃÇÉÊËÈÍÎÏÌÑÓÔÖÒÕŠÚÛÜÙÝŸŽáâäàåãçéêëèíîïìñóôöòõšúûüùýÿž"
	cffStandard    = 391
	cffFirstUpper  = 150
	cffFirstDigits = 239
)

// cff is a font in the Compact Font Format.
type cff struct {
	data    []byte
	strings [][]byte
	private map[int][]int // operands of the font's dictionary
	glyphs  int
}

// readCFF reads the parts that name glyphs; nil when it is no such font.
func readCFF(data []byte) *cff {
	if len(data) < 4 || data[0] != 1 {
		return nil
	}
	_, at := cffIndex(data, int(data[2]))
	dicts, at := cffIndex(data, at)
	list, _ := cffIndex(data, at)
	if len(dicts) == 0 {
		return nil
	}
	c := &cff{data: data, strings: list, private: cffDict(dicts[0])}
	c.glyphs = int(u16(data, c.operand(17, 0)))
	return c
}

func (c *cff) operand(key, otherwise int) int {
	if v := c.private[key]; len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// cffIndex reads an index and says where it ends.
func cffIndex(b []byte, at int) (list [][]byte, end int) {
	n := int(u16(b, at))
	if n == 0 || at < 0 || at+3 > len(b) {
		return nil, at + 2
	}
	size := int(b[at+2])
	offset := func(i int) int {
		v := 0
		for k := range size {
			if p := at + 3 + i*size + k; p < len(b) {
				v = v<<8 | int(b[p])
			}
		}
		return at + 2 + (n+1)*size + v
	}
	for i := range n {
		from, to := offset(i), offset(i+1)
		if from < 0 || to < from || to > len(b) {
			return list, len(b)
		}
		list = append(list, b[from:to])
	}
	return list, offset(n)
}

// cffDict reads a dictionary. Operators of two bytes count from 1200.
func cffDict(b []byte) map[int][]int {
	d := map[int][]int{}
	var operands []int
	for i := 0; i < len(b); {
		c := int(b[i])
		i++
		switch {
		case c == 12 && i < len(b):
			d[1200+int(b[i])] = operands
			operands = nil
			i++
		case c <= 21:
			d[c] = operands
			operands = nil
		case c == 28:
			operands = append(operands, int(int16(u16(b, i))))
			i += 2
		case c == 29:
			operands = append(operands, int(int32(u32(b, i))))
			i += 4
		case c == 30:
			for i < len(b) && b[i]&15 != 15 {
				i++
			}
			i++
			operands = append(operands, 0)
		case c >= 32 && c <= 246:
			operands = append(operands, c-139)
		case c >= 247 && c <= 254 && i < len(b):
			v := (c-247)*256 + int(b[i]) + 108
			if c >= 251 {
				v = -(c-251)*256 - int(b[i]) - 108
			}
			operands = append(operands, v)
			i++
		}
	}
	return d
}

// named: the glyphs of a font that is put together by numbers have no names.
func (c *cff) named() bool { _, numbered := c.private[1230]; return !numbered }

// texts is the text of each glyph, by its name.
func (c *cff) texts() []string {
	list := make([]string, max(1, c.glyphs))
	for glyph, id := range c.charset() {
		list[glyph] = c.text(id)
	}
	return list
}

// charset is the number of each glyph's name.
func (c *cff) charset() []int {
	ids := make([]int, max(1, c.glyphs))
	at := c.operand(15, 0)
	if at <= 2 { // a standard set: that of ISO Adobe counts up
		for i := range ids {
			ids[i] = i
		}
		return ids
	}
	if at >= len(c.data) {
		return ids
	}
	format := c.data[at]
	at++
	for glyph := 1; glyph < len(ids) && at < len(c.data); {
		first, left := int(u16(c.data, at)), 0
		at += 2
		switch format {
		case 1:
			if at < len(c.data) {
				left = int(c.data[at])
			}
			at++
		case 2:
			left = int(u16(c.data, at))
			at += 2
		}
		for i := 0; i <= left && glyph < len(ids); i++ {
			ids[glyph] = first + i
			glyph++
		}
	}
	return ids
}

func (c *cff) text(id int) string {
	switch {
	case id <= 0:
		return ""
	case id < cffFirstUpper:
		return standardOrder()[id-1]
	case id >= cffStandard && id-cffStandard < len(c.strings):
		return nameOrNumber(string(c.strings[id-cffStandard]))
	case id >= cffFirstDigits && id < cffFirstDigits+10:
		return ascii['0'-' '+id-cffFirstDigits:][:1]
	}
	if upper := []rune(cffUpper); id-cffFirstUpper < len(upper) {
		return plain(upper[id-cffFirstUpper])
	}
	return ""
}

// standardOrder are the characters of the standard encoding, without its gaps.
var standardOrder = sync.OnceValue(func() []string {
	var list []string
	for _, text := range standardEncoding() {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
})

// encoding is the font's own.
func (c *cff) encoding() table {
	at := c.operand(16, 0)
	if at <= 1 {
		return standardEncoding()
	}
	var e [256]string
	texts := c.texts()
	set := func(code, glyph int) {
		if code < 256 && glyph < len(texts) {
			e[code] = texts[glyph]
		}
	}
	if at+1 >= len(c.data) {
		return &e
	}
	format, n := c.data[at]&0x7f, int(c.data[at+1])
	at += 2
	glyph := 1
	for range n {
		if at+int(format) >= len(c.data) {
			break
		}
		first, left := int(c.data[at]), 0
		at++
		if format == 1 {
			left = int(c.data[at])
			at++
		}
		for i := 0; i <= left; i++ {
			set(first+i, glyph)
			glyph++
		}
	}
	return &e
}
