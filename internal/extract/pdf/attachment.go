package pdf

import (
	"errors"
	"fmt"
	"io"
	"time"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/pdf/object"
	"trustaudit/internal/extract/pdf/page"
)

// attachments gives the files inside the document.
func (d *document) attachments() error {
	d.walked = map[object.Origin]bool{}
	names := d.file.Dict(d.root().Get("Names"))
	if err := d.nameTree(names.Get("EmbeddedFiles"), 0); err != nil {
		return err
	}
	return d.associated(d.root())
}

// nameTree gives the files of a tree of names.
func (d *document) nameTree(v any, depth int) error {
	node := d.file.Dict(v)
	origin, ok := d.file.Origin(v)
	if node == nil || depth > maxTree || d.walked[origin] {
		return nil
	}
	if ok {
		d.walked[origin] = true
	}
	list := d.file.Array(node.Get("Names"))
	for i := 0; i+1 < len(list); i += 2 {
		name := page.Plain(string(d.file.String(list[i])))
		if err := d.attachment(list[i+1], name); err != nil {
			return err
		}
	}
	for _, kid := range d.file.Array(node.Get("Kids")) {
		if err := d.nameTree(kid, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// associated gives the files that belong to a page or to the document.
func (d *document) associated(owner object.Dict) error {
	for _, v := range d.file.Array(owner.Get("AF")) {
		if err := d.attachment(v, ""); err != nil {
			return err
		}
	}
	return nil
}

// attachment gives a file by its specification, once.
func (d *document) attachment(v any, name string) error {
	spec := d.file.Dict(v)
	files := d.file.Dict(spec.Get("EF"))
	s := d.file.Stream(files.Get("UF"))
	for _, key := range []object.Name{"F", "DOS", "Unix", "Mac"} {
		if s == nil {
			s = d.file.Stream(files.Get(key))
		}
	}
	if s == nil || d.given[s.Place()] {
		return nil
	}
	d.given[s.Place()] = true
	for _, key := range []object.Name{"F", "UF"} {
		if own := page.Plain(string(d.file.String(spec.Get(key)))); own != "" {
			name = own
		}
	}
	d.add("Description", spec.Get("Desc"))
	if err := d.give(); err != nil {
		return err
	}
	params := d.file.Dict(s.Dict.Get("Params"))
	c := extract.Child{Name: name, Size: -1, Seal: d.seal, Modified: date(string(d.file.String(params.Get("ModDate"))))}
	if n, ok := d.file.Int(params.Get("Size")); ok && n >= 0 {
		c.Size = int64(n)
	}
	c.Open = func() (io.ReadCloser, error) { return d.open(s) }
	return d.sink.Child(c)
}

func (d *document) open(s *object.Stream) (io.ReadCloser, error) {
	r, err := d.file.Reader(s)
	if picture := (object.Picture{}); errors.As(err, &picture) {
		err = nil // what a picture's filter leaves is the file
	}
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	return &attached{d.file, r, d.file.Damaged}, nil
}

// attached is a file inside the document. One that is damaged does not just end.
type attached struct {
	file   *object.File
	r      io.Reader
	before int // damage to the document
}

func (a *attached) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if errors.Is(err, io.EOF) && a.file.Damaged > a.before {
		return n, fmt.Errorf("read attachment: %w", extract.ErrCorrupt)
	}
	return n, err
}

func (a *attached) Close() error { return nil }

// date reads "D:20240131120000"; what cannot be read is no date.
func date(s string) time.Time {
	const layout = "D:20060102150405"
	t, err := time.Parse(layout, s[:min(len(s), len(layout))])
	if err != nil {
		return time.Time{}
	}
	return t
}
