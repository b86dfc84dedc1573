package material

import (
	"bytes"
	"encoding/base64"
	"mime/quotedprintable"
	"strings"
	"unicode/utf16"
)

// How a text becomes the bytes of a file.

// desktop writes as office programs do: either line end, now and then a mark
// or the code page of Western Europe.
func desktop(m *maker, text string) []byte {
	if m.IntN(2) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	switch m.IntN(10) {
	case 0:
		return []byte("\ufeff" + text)
	case 1:
		return windows1252(m, text)
	}
	return []byte(text)
}

func crlf(_ *maker, text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) }

// cr ends lines as HL7 does, and as old Macintoshes did.
func cr(_ *maker, text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r")) }

// framed puts each message, ended by an empty line, into the frame of MLLP.
func framed(_ *maker, text string) []byte {
	var b bytes.Buffer
	for message := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		b.WriteString("\x0b" + strings.ReplaceAll(message, "\n", "\r") + "\r\x1c\r")
	}
	return b.Bytes()
}

func windows1252(_ *maker, text string) []byte {
	var b []byte
	for _, r := range text {
		switch {
		case r == '’':
			b = append(b, 0x92)
		case r == '–':
			b = append(b, 0x96)
		case r < 0x100:
			b = append(b, byte(r))
		default:
			b = append(b, '?')
		}
	}
	return b
}

// wide writes UTF-16 in either order, with a byte order mark or without.
func wide(m *maker, text string) []byte {
	big, mark := m.IntN(3) == 0, m.IntN(2) == 0
	if mark {
		text = "\ufeff" + text
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

// quoted and coded carry the body of a message as mail does; the headers end at
// the first empty line and name the encoding themselves.
func quoted(_ *maker, text string) []byte {
	head, body, _ := strings.Cut(text, "\n\n")
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(strings.ReplaceAll(body, "\n", "\r\n")))
	w.Close()
	return append([]byte(strings.ReplaceAll(head+"\n\n", "\n", "\r\n")), b.Bytes()...)
}

func coded(_ *maker, text string) []byte {
	head, body, _ := strings.Cut(text, "\n\n")
	var b strings.Builder
	b.WriteString(head + "\n\n")
	code := base64.StdEncoding.EncodeToString([]byte(body))
	for len(code) > 76 {
		b.WriteString(code[:76] + "\n")
		code = code[76:]
	}
	b.WriteString(code + "\n")
	return crlf(nil, b.String())
}

// pad fills s up to n places, or cuts it there.
func pad(s string, n int) string {
	if len(s) >= n {
		return s[:n]
	}
	return s + strings.Repeat(" ", n-len(s))
}
