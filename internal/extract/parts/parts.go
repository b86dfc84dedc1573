// Package parts opens documents that are ZIP archives of parts: those of Office,
// OpenDocument, EPUB and XPS.
package parts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/xml"
	"trustaudit/internal/extract/xml/markup"
	"trustaudit/internal/extract/zip/archive"
)

// Bounds of what is read of one document.
const (
	maxParts    = 20_000
	maxUnpacked = 4 << 30
)

// Package is an open document.
type Package struct {
	ctx      context.Context // of the reading; a part is read until it ends
	sink     extract.Sink    // is told of limits
	archive  *archive.Archive
	entries  map[string]archive.Entry
	names    []string // sorted
	unpacked int64
}

// Open reads the list of parts.
func Open(ctx context.Context, doc extract.Document, sink extract.Sink) (*Package, error) {
	a, err := archive.Open(doc.Data, doc.Size)
	if err != nil {
		return nil, fmt.Errorf("open document: %w", err)
	}
	p := &Package{ctx: ctx, sink: sink, archive: a, entries: make(map[string]archive.Entry)}
	err = a.Walk(func(e *archive.Entry) error { return p.add(e, sink) })
	slices.Sort(p.names)
	if errors.Is(err, errEnough) {
		err = nil
	}
	if errors.Is(err, extract.ErrCorrupt) && len(p.names) > 0 {
		sink.Partial("corrupt") // what is left of it is read
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("list parts: %w", err)
	}
	return p, nil
}

var errEnough = errors.New("enough parts")

// add notes a part. Some writers part names by backslashes, as nobody should.
func (p *Package) add(e *archive.Entry, sink extract.Sink) error {
	if e.Folder() {
		return nil
	}
	if len(p.names) == maxParts {
		sink.Partial("more parts than a document has")
		return errEnough
	}
	name := strings.TrimPrefix(strings.ReplaceAll(e.Name, `\`, "/"), "/")
	if _, twice := p.entries[name]; twice {
		sink.Partial("two parts of one name")
		return nil
	}
	p.entries[name] = *e
	p.names = append(p.names, name)
	if e.Sealed() {
		return errors.Join(sink.Seal(e.Seal()), extract.ErrSealed)
	}
	return nil
}

// Names are the names of the parts, sorted.
func (p *Package) Names() []string { return p.names }

// Has reports whether there is a part of that name.
func (p *Package) Has(name string) bool {
	_, ok := p.entries[name]
	return ok
}

// Err is the error of the context of the reading, for what reads long.
func (p *Package) Err() error {
	if err := p.ctx.Err(); err != nil {
		return fmt.Errorf("read part: %w", err)
	}
	return nil
}

// Open opens a part.
func (p *Package) Open(name string) (io.ReadCloser, error) {
	e, ok := p.entries[name]
	if !ok {
		return nil, fmt.Errorf("open part: %w", extract.ErrCorrupt)
	}
	r, err := p.archive.Open(&e)
	if err != nil {
		return nil, fmt.Errorf("open part: %w", err)
	}
	return &bounded{p, r}, nil
}

// Stream opens a part of text.
func (p *Package) Stream(name string) (*charset.Stream, io.Closer, error) {
	r, err := p.Open(name)
	if err != nil {
		return nil, nil, err
	}
	s, err := charset.FromReader(r)
	if err != nil {
		r.Close()
		return nil, nil, fmt.Errorf("open part: %w", err)
	}
	return s, r, nil
}

// bounded reads a part as long as the document's bound and context allow.
type bounded struct {
	p *Package
	io.ReadCloser
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.p.Err(); err != nil {
		return 0, err
	}
	if b.p.unpacked >= maxUnpacked {
		b.p.sink.Partial(fmt.Sprintf("limit of %d bytes in one document", int64(maxUnpacked)))
		return 0, fmt.Errorf("read part: too large: %w", extract.ErrCorrupt)
	}
	n, err := b.ReadCloser.Read(p)
	b.p.unpacked += int64(n)
	return n, err
}

// Labelled reads a part of no particular form.
func (p *Package) Labelled(name string, sink extract.Sink) error {
	s, closer, err := p.Stream(name)
	if err != nil {
		return err
	}
	defer closer.Close()
	return xml.Labelled(p.ctx, s, sink)
}

// Child gives a part to the sink as a file of its own.
func (p *Package) Child(name string, sink extract.Sink) error {
	e := p.entries[name]
	return sink.Child(extract.Child{
		Name: name, Size: e.Size, Modified: e.Modified,
		Open: func() (io.ReadCloser, error) { return p.archive.Open(&e) },
	})
}

// Each reads the parts one after another. Those that are corrupt are passed over
// and make the document partial; any other error ends the reading.
func Each(names []string, sink extract.Sink, read func(name string) error) error {
	corrupt := 0
	for _, name := range names {
		err := read(name)
		switch {
		case errors.Is(err, extract.ErrCorrupt), errors.Is(err, extract.ErrUnsupported):
			corrupt++
		case err != nil:
			return err
		}
	}
	if corrupt > 0 {
		sink.Partial(fmt.Sprintf("%d parts are corrupt", corrupt))
	}
	return nil
}

// Element is an element's name with its attributes.
type Element struct {
	Name  string
	attrs []attr
}

type attr struct{ name, value string }

// Attr is an attribute by its local name, or "".
func (e *Element) Attr(name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// Find returns what one of the attributes of that local name stands for: of
// id="256" r:id="rId2" the one that the map knows.
func (e *Element) Find(name string, in map[string]string) string {
	for _, a := range e.attrs {
		if to, ok := in[a.value]; ok && a.name == name {
			return to
		}
	}
	return ""
}

const maxAttrs = 64

// Elements calls see for each element of a part, once its attributes are known.
func (p *Package) Elements(name string, see func(*Element)) error {
	s, closer, err := p.Stream(name)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := markup.NewScanner(s)
	el := new(Element)
	for {
		t, err := x.Next()
		if err != nil {
			return err
		}
		if t.Kind == markup.Attr {
			if len(el.attrs) < maxAttrs {
				el.attrs = append(el.attrs, attr{string(t.Name), string(t.Text)})
			}
			continue
		}
		if el.Name != "" {
			see(el)
		}
		if el.Name = ""; t.Kind == markup.Start {
			el.Name = string(t.Name)
			el.attrs = el.attrs[:0]
		}
		if t.Kind == markup.EOF {
			return nil
		}
	}
}

// Relation is what a part of Office refers to.
type Relation struct {
	ID, Kind string // the last word of its type: "notesSlide"
	Target   string // a part, or elsewhere
	External bool
}

const maxRelations = 100_000

// Relations are those of a part; "" is the document itself.
func (p *Package) Relations(part string) ([]Relation, error) {
	dir, file := path.Split(part)
	list := path.Join(dir, "_rels", file+".rels")
	if !p.Has(list) {
		return nil, nil
	}
	var out []Relation
	err := p.Elements(list, func(e *Element) {
		if e.Name != "Relationship" {
			return
		}
		if len(out) == maxRelations {
			p.sink.Partial("more relations than a part has")
			return
		}
		r := Relation{ID: e.Attr("Id"), Kind: path.Base(e.Attr("Type")), Target: e.Attr("Target"), External: e.Attr("TargetMode") == "External"}
		if at := strings.ReplaceAll(r.Target, `\`, "/"); !r.External {
			if r.Target = path.Join(dir, at); strings.HasPrefix(at, "/") {
				r.Target = path.Clean(at)[1:]
			}
		}
		out = append(out, r)
	})
	return out, err
}
