package mapi

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/codepage"
	"trustaudit/internal/extract/html"
)

// Message is an item of a mailbox: a message, a contact, an appointment, a task.
type Message struct {
	Object
	Recipients []Object
}

// maxField is the longest value that is a field; longer ones are text.
const maxField = 4 << 10

// Give hands the item to the sink: who, to whom, when and about what, and the
// body, as one record; a contact as fields. Its end is the caller's to say, behind
// the attachments.
func (m *Message) Give(ctx context.Context, sink extract.Sink) error {
	head := m.head
	if class := m.Text(messageClass); strings.HasPrefix(class, "IPM.Contact") || strings.HasPrefix(class, "IPM.DistList") {
		head = m.fields
	}
	if err := head(sink); err != nil {
		return err
	}
	return m.body(ctx, sink)
}

// head gives the properties as labelled lines: as eml does with headers, so that
// they are one record with the body.
func (m *Message) head(sink extract.Sink) error {
	var b []byte
	m.each(func(label string, text []byte) {
		if label != "" {
			b = append(append(b, label...), ": "...)
		}
		b = append(append(b, text...), '\n')
	})
	for i := range m.Recipients {
		b = append(append(b, m.Recipients[i].recipient()...), '\n')
	}
	return sink.Text(b)
}

// each calls see for every property that is to be read.
func (m *Message) each(see func(label string, text []byte)) {
	said := map[string]bool{}
	for i := range m.Props {
		p := &m.Props[i]
		label, read := m.label(p)
		if !read {
			continue
		}
		text := m.text(p)
		if len(text) == 0 || bytes.HasPrefix(text, []byte("/o=")) || bytes.HasPrefix(text, []byte("/O=")) { // a directory's name of a mailbox
			continue
		}
		if key := label + "\x00" + string(text); !said[key] {
			said[key] = true
			see(label, text)
		}
	}
}

// recipient is the line that names one.
func (o *Object) recipient() string {
	kind := "To"
	switch o.Int(recipientType) & 0xf {
	case 2:
		kind = "Cc"
	case 3:
		kind = "Bcc"
	}
	name, address := o.Text(displayName), cmp.Or(o.Text(smtpAddress), o.Text(emailAddress))
	if address == "" || address == name || strings.HasPrefix(strings.ToLower(address), "/o=") {
		return kind + ": " + cmp.Or(name, address)
	}
	return kind + ": " + name + " <" + address + ">"
}

// fields gives the properties as a record of named values: those of many contacts
// are columns.
func (m *Message) fields(sink extract.Sink) error {
	var names []string
	var values [][]byte
	var long []byte
	m.each(func(label string, text []byte) {
		if len(text) > maxField {
			long = append(append(long, text...), '\n')
			return
		}
		names, values = append(names, cmp.Or(label, "Other")), append(values, text)
	})
	if len(names) > 0 {
		if err := sink.Fields(names, values); err != nil {
			return err
		}
	}
	return sink.Text(long)
}

// body gives the text, and the page that says the same or more: either may have
// been changed alone. The RTF is a file, given where there is neither.
func (m *Message) body(ctx context.Context, sink extract.Sink) error {
	text, page, rich := m.get(bodyText), m.get(bodyHTML), m.get(bodyRTF)
	if text != nil {
		if err := sink.Text(append(m.text(text), '\n')); err != nil {
			return err
		}
	}
	if page != nil {
		if err := m.htmlBody(ctx, page, sink); err != nil {
			return err
		}
	}
	if rich == nil || text != nil || page != nil {
		return nil
	}
	return sink.Child(extract.Child{Name: "body.rtf", Size: -1, Open: func() (io.ReadCloser, error) {
		r, err := RTF(rich.Data)
		return io.NopCloser(r), err
	}})
}

// htmlBody gives the HTML, in the code page the message is in: as a property of
// bytes it is as it was sent.
func (m *Message) htmlBody(ctx context.Context, p *Property, sink extract.Sink) error {
	data := p.Data
	if p.Type == Unicode {
		data = m.text(p)
	} else if page := m.Int(internetPage); page != 0 && page != utf8 && page != 20127 {
		data = codepage.Decode(nil, codepage.Of(page), data)
	}
	s, err := charset.FromReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read page of message: %w", err)
	}
	if err := html.Page(ctx, s, sink); err != nil {
		return err
	}
	return sink.Text([]byte("\n"))
}

// FileName is what an attachment is called; the n-th of its message.
func (o *Object) FileName(n int) string {
	name := cmp.Or(o.Text(attachLongFile), o.Text(attachFile), o.Text(displayName))
	if name == "" {
		name = fmt.Sprintf("attachment-%d", n)
	}
	return name
}
