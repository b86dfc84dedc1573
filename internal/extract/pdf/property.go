package pdf

import (
	"slices"
	"strings"

	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/pdf/object"
	"trustaudit/internal/extract/pdf/page"
	"trustaudit/internal/extract/xml"
)

// Bounds of what documents hang on to pages.
const (
	maxFields  = 1 << 17
	maxTree    = 32 // nodes inside one another
	maxOutline = 1 << 17
)

// properties gives what the document says of itself.
func (d *document) properties() error {
	silent := []object.Name{"Producer", "Creator", "CreationDate", "ModDate", "Trapped"}
	for _, e := range d.file.Dict(d.file.Trailer.Get("Info")) {
		if !slices.Contains(silent, e.Key) {
			d.add(string(e.Key), e.Value)
		}
	}
	if err := d.give(); err != nil {
		return err
	}
	return d.markup(d.root().Get("Metadata"))
}

func (d *document) root() object.Dict { return d.file.Dict(d.file.Trailer.Get("Root")) }

// markup reads a stream that is XML.
func (d *document) markup(v any) error {
	s := d.file.Stream(v)
	if s == nil {
		return nil
	}
	r, err := d.file.Reader(s)
	if err != nil {
		d.file.Damage()
		return nil
	}
	text, err := charset.FromReader(r)
	if err == nil {
		err = xml.Labelled(d.ctx, text, d.sink)
	}
	if tolerable(err) {
		d.sink.Partial("a part is corrupt")
		return nil
	}
	if err != nil {
		return err
	}
	return d.sink.Break()
}

// form gives the document's form, and the data of one in XML.
func (d *document) form() error {
	if err := d.formFields(); err != nil {
		return err
	}
	form := d.file.Dict(d.root().Get("AcroForm"))
	switch xfa := d.file.Resolve(form.Get("XFA")).(type) {
	case *object.Stream:
		return d.markup(xfa)
	case object.Array:
		for i := 0; i+1 < len(xfa); i += 2 {
			if d.file.String(xfa[i]) == "datasets" {
				return d.markup(xfa[i+1])
			}
		}
	}
	return nil
}

// formFields gives the fields of the document's form, all as one record.
func (d *document) formFields() error {
	d.walked = map[object.Origin]bool{}
	form := d.file.Dict(d.root().Get("AcroForm"))
	for _, f := range d.file.Array(form.Get("Fields")) {
		if err := d.field(f, "", 0); err != nil {
			return err
		}
	}
	return d.give()
}

// field gives a field and those below it.
func (d *document) field(v any, above string, depth int) error {
	origin, ok := d.file.Origin(v)
	if depth > maxTree || len(d.fields) >= maxFields || d.walked[origin] {
		return nil
	}
	known := ok && d.fields[origin]
	if ok {
		d.fields[origin], d.walked[origin] = true, true
	}
	f := d.file.Dict(v)
	name := above
	if own := page.Plain(string(d.file.String(f.Get("T")))); own != "" {
		name = strings.TrimPrefix(above+"."+own, ".")
	}
	kids := d.file.Array(f.Get("Kids"))
	if !known && (len(kids) == 0 || f.Get("V") != nil) {
		d.value(f, name)
	}
	for _, kid := range kids {
		if err := d.field(kid, name, depth+1); err != nil {
			return err
		}
	}
	if d.record.Full() {
		return d.give()
	}
	return nil
}

// value adds a field's value under what people see as its name.
func (d *document) value(f object.Dict, name string) {
	if shown := page.Plain(string(d.file.String(f.Get("TU")))); shown != "" {
		name = shown
	}
	if name == "" {
		name = page.Plain(string(d.file.String(f.Get("T"))))
	}
	switch v := d.file.Resolve(f.Get("V")).(type) {
	case object.Array:
		for _, each := range v {
			d.add(name, each)
		}
	case object.Name:
		if v != "Off" {
			d.add(name, v)
		}
	default:
		d.add(name, v)
	}
}

// outline gives the titles of the document's parts, a line each.
func (d *document) outline() error {
	first := d.file.Dict(d.root().Get("Outlines")).Get("First")
	d.walked = map[object.Origin]bool{}
	if err := d.titles(first, 0); err != nil || len(d.walked) == 0 {
		return err
	}
	return d.sink.Break()
}

// titles gives the titles of a list of parts and of those below each.
func (d *document) titles(v any, depth int) error {
	for depth < maxTree && len(d.walked) < maxOutline {
		origin, ok := d.file.Origin(v)
		if !ok || d.walked[origin] {
			return nil
		}
		d.walked[origin] = true
		item := d.file.Dict(v)
		title := page.Plain(string(d.file.String(item.Get("Title"))))
		if err := d.sink.Text([]byte(title + "\n")); err != nil {
			return err
		}
		if err := d.titles(item.Get("First"), depth+1); err != nil {
			return err
		}
		v = item.Get("Next")
	}
	return nil
}
