package eml

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"trustaudit/internal/extract/codepage"
)

// maxHeader bounds a header: a message to a whole hospital has a long one.
const maxHeader = 4 << 20

// header is the fields of a message or a part, in order.
type header []headerField

type headerField struct {
	name  string
	value []byte
}

// field parts the line of a field.
func field(line []byte) (name string, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i < 1 || i > 76 {
		return "", nil, false
	}
	for _, c := range line[:i] {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	return string(line[:i]), line[i+1:], true
}

// header reads the fields at hand, and the blank line behind them. A line that
// is none goes on with the field before.
func (l *lines) header() header {
	var h header
	size := 0
	for {
		began := l.start
		line, ok := l.line()
		if !ok {
			return h
		}
		text := bytes.TrimRight(line, "\r\n")
		if began && len(text) == 0 {
			if len(h) == 0 && size == 0 && len(l.bounds) == 0 {
				size++
				continue // a blank line above a message
			}
			return h
		}
		if size += len(text); size > maxHeader {
			l.cut = true
			return h
		}
		name, value, ok := field(text)
		if n := len(h); n > 0 && (!ok || !began || text[0] == ' ' || text[0] == '\t') {
			v := &h[n-1].value
			if began {
				*v = append(*v, ' ')
				text = bytes.TrimSpace(text)
			}
			*v = append(*v, text...)
			continue
		} else if !ok {
			h = append(h, headerField{"", bytes.Clone(text)})
			continue
		}
		h = append(h, headerField{name, append([]byte(nil), bytes.TrimSpace(value)...)})
	}
}

func (h header) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return string(f.value)
		}
	}
	return ""
}

// technical are the beginnings of fields that say how a message travelled.
var technical = []string{
	"received", "dkim-", "domainkey", "arc-", "authentication-", "message-id", "references", "in-reply-to", "mime-version", "content-",
	"x-ms-", "x-microsoft-", "x-exchange-", "x-forefront-", "x-spam", "x-google-", "x-gm-", "x-received", "x-mailer", "thread-index", "list-", "precedence",
}

// text is what a header tells, a line for each field.
func (h header) text() []byte {
	var b []byte
fields:
	for _, f := range h {
		name := strings.ToLower(f.name)
		for _, t := range technical {
			if strings.HasPrefix(name, t) {
				continue fields
			}
		}
		if f.name != "" {
			b = append(append(b, f.name...), ": "...)
		}
		b = append(append(b, words(f.value)...), '\n')
	}
	if !utf8.Valid(b) { // bytes that nothing explains
		return codepage.Decode(nil, codepage.Of(1252), b)
	}
	return b
}

// words decodes the encoded words of a field.
func words(b []byte) string {
	s := string(b)
	if !strings.Contains(s, "=?") {
		return s
	}
	d := mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) { return utf8Reader(r, label), nil }}
	if decoded, err := d.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// encoding is how the bytes of a part are written.
func (h header) encoding() string {
	name, _, _ := strings.Cut(h.get("Content-Transfer-Encoding"), ";")
	switch name = strings.ToLower(strings.Trim(name, " \t\"'")); name {
	case "x-uuencode", "x-uue", "uue":
		return "uuencode"
	}
	return name
}

// contentType is the kind of a part and its parameters: plain text where it
// does not say, or cannot be understood.
func (h header) contentType() (string, map[string]string) {
	value := h.get("Content-Type")
	kind, params, _ := mime.ParseMediaType(value)
	if kind == "" {
		kind, _, _ = strings.Cut(value, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	if params == nil {
		params = loose(value)
	}
	if !strings.Contains(kind, "/") {
		kind = "text/plain"
	}
	return kind, params
}

// loose reads parameters that break the rules.
func loose(value string) map[string]string {
	params := make(map[string]string)
	for _, part := range strings.Split(value, ";")[1:] {
		name, v, ok := strings.Cut(part, "=")
		if name = strings.ToLower(strings.TrimSpace(name)); ok && params[name] == "" && len(params) < 32 {
			params[name] = strings.Trim(v, " \t\"")
		}
	}
	return params
}

// filename is the name of an attachment, "" when the part is none.
func (h header) filename(params map[string]string) string {
	disposition, more, err := mime.ParseMediaType(h.get("Content-Disposition"))
	if err != nil && more == nil {
		more = loose(h.get("Content-Disposition"))
	}
	name := more["filename"]
	if name == "" {
		name = params["name"]
	}
	name = strings.TrimSpace(words([]byte(name)))
	if name == "" && disposition == "attachment" {
		return "attachment" + extension(strings.ToLower(h.get("Content-Type")))
	}
	return name
}

// isText reports whether a part is prose. Tables, cards and the like are files.
func isText(kind string) bool {
	switch kind {
	case "text/plain", "text/enriched", "text/richtext", "text/rfc822-headers", "text/x-markdown", "text/markdown", "text/x-amp-html", "text/watch-html":
		return true
	}
	return strings.HasPrefix(kind, "message/") && !isMessage(kind)
}

func isMessage(kind string) bool { return kind == "message/rfc822" || kind == "message/global" }

// extensions are what the names of files of a kind end in, so that they are known.
var extensions = [...]struct{ kind, extension string }{
	{"message/rfc822", ".eml"}, {"message/global", ".eml"},
	{"text/plain", ".txt"}, {"text/csv", ".csv"}, {"text/tab-separated-values", ".tsv"}, {"text/html", ".html"}, {"text/xml", ".xml"}, {"application/xml", ".xml"},
	{"text/calendar", ".ics"}, {"text/x-vcalendar", ".vcs"}, {"text/vcard", ".vcf"}, {"text/x-vcard", ".vcf"}, {"text/directory", ".vcf"},
	{"text/rtf", ".rtf"}, {"application/rtf", ".rtf"}, {"application/json", ".json"}, {"application/pdf", ".pdf"}, {"application/zip", ".zip"},
	{"application/pkcs7-mime", ".p7m"}, {"application/x-pkcs7-mime", ".p7m"}, {"application/pkcs7-signature", ".p7s"}, {"application/x-pkcs7-signature", ".p7s"},
	{"application/pgp-encrypted", ".txt"}, {"application/pgp-signature", ".asc"}, {"application/ms-tnef", ".dat"},
	{"image/jpeg", ".jpg"}, {"image/png", ".png"}, {"image/gif", ".gif"}, {"image/tiff", ".tif"},
}

func extension(kind string) string {
	for _, e := range extensions {
		if strings.HasPrefix(kind, e.kind) {
			return e.extension
		}
	}
	return ""
}

// maps are the encodings of one byte to a character that parts are labelled
// with, but for those that are told from the bytes.
var maps = map[string]*charmap.Charmap{
	"iso-8859-2": charmap.ISO8859_2, "iso-8859-3": charmap.ISO8859_3, "iso-8859-4": charmap.ISO8859_4, "iso-8859-5": charmap.ISO8859_5,
	"iso-8859-7": charmap.ISO8859_7, "iso-8859-8": charmap.ISO8859_8, "iso-8859-9": charmap.ISO8859_9, "iso-8859-10": charmap.ISO8859_10,
	"iso-8859-13": charmap.ISO8859_13, "iso-8859-14": charmap.ISO8859_14, "iso-8859-15": charmap.ISO8859_15,
	"windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251, "windows-1253": charmap.Windows1253, "windows-1254": charmap.Windows1254,
	"windows-1255": charmap.Windows1255, "windows-1256": charmap.Windows1256, "windows-1257": charmap.Windows1257, "windows-1258": charmap.Windows1258,
	"koi8-r": charmap.KOI8R, "koi8-u": charmap.KOI8U, "macintosh": charmap.Macintosh, "ibm850": charmap.CodePage850, "cp850": charmap.CodePage850, "ibm437": charmap.CodePage437, "cp437": charmap.CodePage437,
}

// utf8Reader decodes text that is labelled with an encoding. Other labels than
// the above leave the bytes as they are, for package charset to tell.
func utf8Reader(r io.Reader, label string) io.Reader {
	if m := maps[strings.ToLower(strings.TrimSpace(label))]; m != nil {
		return m.NewDecoder().Reader(r)
	}
	return r
}
