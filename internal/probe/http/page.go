package http

import (
	"regexp"
	"strings"
)

// page is what matters of an HTML page.
type page struct {
	passwords []string // for each field for a password, where its form leads: "" where it says nothing
	frames    []string // where its frames come from
	scripts   []string // where its scripts come from
	logins    []string // where its links lead that speak of logging in, or of what is managed
	refresh   string   // where it leads by itself
	toTLS     bool     // a script leads to an address in TLS
	text      int      // how many bytes of text it shows, about
	form      string   // where the form leads that is being read
}

// maxListed bounds how many fields, frames and scripts are listed.
const maxListed = 8

// readPage reads a page, tag by tag. It is as lenient as browsers are, and looks
// neither into comments nor into scripts.
func readPage(html string) page {
	var p page
	p.read(html)
	p.form = ""
	return p
}

func (p *page) read(html string) {
	for {
		text, rest, found := strings.Cut(html, "<")
		p.text += len(strings.TrimSpace(text))
		if !found {
			return
		}
		html = rest
		if rest, comment := strings.CutPrefix(html, "!--"); comment {
			_, html, _ = strings.Cut(rest, "-->")
			continue
		}
		if ends := "/form"; len(html) >= len(ends) && strings.EqualFold(html[:len(ends)], ends) {
			p.form = ""
		}
		var t tag
		t, html = readTag(html)
		p.see(t)
		switch t.name {
		case "a":
			words, _, _ := strings.Cut(html, "<")
			p.link(t.value("href"), words)
		case "script", "style":
			rest := after(html, "</"+t.name)
			p.toTLS = p.toTLS || scriptToTLS.MatchString(html[:len(html)-len(rest)])
			_, html, _ = strings.Cut(rest, ">")
		}
	}
}

// after is what follows an end, in whichever case; nothing, if it never comes.
func after(html, end string) string {
	for {
		i := strings.IndexByte(html, '<')
		if i < 0 {
			return ""
		}
		html = html[i:]
		if len(html) >= len(end) && strings.EqualFold(html[:len(end)], end) {
			return html[len(end):]
		}
		html = html[1:]
	}
}

// scriptToTLS is how a script leads a browser to an address in TLS.
var scriptToTLS = regexp.MustCompile(`(?i)\blocation(\.href|\.protocol)?\s*(=|\.(replace|assign)\()\s*["']https:`)

// logsIn is how addresses and words speak of a log-in, or of what only those see who
// logged in.
var logsIn = regexp.MustCompile(`(?i)(^|[^a-z])(log|sign)[ _-]?(in|on)([^a-z]|$)|/(admin|administrator|manager)([/?.]|$)`)

func (p *page) link(to, words string) {
	if len(p.logins) < maxListed && to != "" && (logsIn.MatchString(to) || logsIn.MatchString(words)) {
		p.logins = append(p.logins, to)
	}
}

func (p *page) see(t tag) {
	switch t.name {
	case "form":
		p.form = strings.TrimSpace(t.value("action"))
	case "input":
		if strings.EqualFold(t.value("type"), "password") && len(p.passwords) < maxListed {
			p.passwords = append(p.passwords, p.form)
		}
	case "frame", "iframe":
		if from := t.value("src"); from != "" && len(p.frames) < maxListed {
			p.frames = append(p.frames, from)
		}
	case "script":
		if from := t.value("src"); from != "" && len(p.scripts) < maxListed {
			p.scripts = append(p.scripts, from)
		}
	case "meta":
		if strings.EqualFold(t.value("http-equiv"), "refresh") && p.refresh == "" {
			p.refresh = refreshTo(t.value("content"))
		}
	}
}

// refreshTo reads "0; url=/login".
func refreshTo(content string) string {
	_, rest, _ := strings.Cut(content, ";")
	key, to, ok := strings.Cut(rest, "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(key), "url") {
		return ""
	}
	return strings.Trim(strings.TrimSpace(to), `'"`)
}

// tag is a tag with its attributes; of one that stands there twice the first holds.
type tag struct {
	name       string // in small letters
	attributes [][2]string
}

func (t tag) value(name string) string {
	for _, a := range t.attributes {
		if strings.EqualFold(a[0], name) {
			return a[1]
		}
	}
	return ""
}

// maxAttributes bounds how many attributes of a tag are kept.
const maxAttributes = 64

const space = " \t\r\n\f/"

// readTag reads a tag whose "<" has been read, and returns what follows.
func readTag(html string) (tag, string) {
	end := strings.IndexAny(html, space+">")
	if end < 0 {
		return tag{}, ""
	}
	t := tag{name: strings.ToLower(html[:end])}
	html = html[end:]
	for {
		html = strings.TrimLeft(html, space)
		if html == "" || html[0] == '>' {
			return t, strings.TrimPrefix(html, ">")
		}
		var a [2]string
		a, html = readAttribute(html)
		if len(t.attributes) < maxAttributes {
			t.attributes = append(t.attributes, a)
		}
	}
}

// readAttribute reads a name and, if there is one, its value.
func readAttribute(html string) (a [2]string, rest string) {
	end := strings.IndexAny(html[1:], space+"=>") + 1 // a name may begin with anything
	if end == 0 {
		return [2]string{html}, ""
	}
	a[0], html = html[:end], html[end:]
	value, ok := strings.CutPrefix(strings.TrimLeft(html, " \t\r\n\f"), "=")
	if !ok {
		return a, html
	}
	html = strings.TrimLeft(value, " \t\r\n\f")
	if html != "" && (html[0] == '"' || html[0] == '\'') {
		a[1], html, _ = strings.Cut(html[1:], html[:1])
		return a, html
	}
	if end = strings.IndexAny(html, " \t\r\n\f>"); end < 0 {
		return [2]string{a[0], html}, ""
	}
	a[1] = html[:end]
	return a, html[end:]
}
