package pdf

import (
	"hash/fnv"

	"trustaudit/internal/extract/pdf/object"
	"trustaudit/internal/extract/pdf/page"
)

// fresh notes the contents of a page and reports whether any of them is new.
func (d *document) fresh(p object.Page) bool {
	v := p.Dict.Get("Contents")
	parts, ok := d.file.Resolve(v).(object.Array)
	if !ok {
		parts = object.Array{v}
	}
	fresh := false
	for _, part := range parts {
		if origin, ok := d.file.Origin(part); ok && !d.drawn[origin] {
			fresh = true
			d.drawn[origin] = true
		}
	}
	return fresh
}

// news notes the text of a page and reports whether it is to be given: a page of
// an earlier revision is not, if it only came to lie elsewhere.
func (d *document) news(parts []page.Part) bool {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write(p.Text)
	}
	known := d.texts[h.Sum64()]
	d.texts[h.Sum64()] = true
	return !known || !d.earlier
}

// revisions gives what pages and fields said before they were changed.
func (d *document) revisions() error {
	d.earlier = true
	now, reader := d.file, d.page
	defer func() { d.file, d.page = now, reader }()
	for old := range now.Revisions() {
		d.file, d.page = old, page.NewReader(old)
		if err := d.formFields(); err != nil {
			return err
		}
		err := d.file.Pages(func(p object.Page) error {
			if !d.fresh(p) {
				return d.ctx.Err()
			}
			return d.readPage(p)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
