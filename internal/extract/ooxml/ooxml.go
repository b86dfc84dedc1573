// Package ooxml is what the documents of Office have in common: a ZIP archive
// of XML parts, or a compound file around an encrypted one.
package ooxml

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/charset"
	"trustaudit/internal/extract/xml"
	"trustaudit/internal/extract/zip/archive"
)

const (
	// maxParts and maxUnpacked bound what is read of one document.
	maxParts    = 20_000
	maxUnpacked = 4 << 30
	// looked is how much of a head is searched for the names of parts.
	looked = 256 << 10
)

// Detect tells a document by the folder that its parts are in ("word"), and an
// encrypted one, which shows nothing of itself, by its name.
func Detect(head []byte, name, folder string, extensions ...string) extract.Confidence {
	named := slices.Contains(extensions, strings.ToLower(path.Ext(name)))
	head = head[:min(len(head), looked)]
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		typed := bytes.Contains(head, []byte("[Content_Types].xml"))
		if typed && (named || begins(head, folder) && bytes.Contains(head, []byte(folder+"/"))) {
			return extract.ByContent
		}
	case bytes.HasPrefix(head, []byte(oleMark)) && named:
		if bytes.Contains(head, wide("EncryptedPackage")) {
			return extract.ByContent
		}
		return extract.ByName
	}
	return extract.No
}

// begins reports whether the archive's first member is a part of a document.
// The names of all parts also stand in an archive that holds a document as it
// is, without packing it once more.
func begins(head []byte, folder string) bool {
	const header = 30
	if len(head) < header {
		return false
	}
	n := min(len(head), header+int(binary.LittleEndian.Uint16(head[26:])))
	dir, file := path.Split(string(head[header:n]))
	if file != "" && !slices.Contains(partExtensions(), path.Ext(file)) {
		return false
	}
	top, _, _ := strings.Cut(dir, "/")
	return dir == "" && file == "[Content_Types].xml" || slices.Contains([]string{folder, "_rels", "docProps", "customXml"}, top)
}

// partExtensions are those of parts that writers put first.
func partExtensions() []string {
	return []string{".xml", ".rels", ".bin", ".vml", ".png", ".jpeg", ".jpg", ".gif", ".emf", ".wmf", ".svg"}
}

// Package is an open document.
type Package struct {
	ctx      context.Context // of the reading; a part is read until it ends
	archive  *archive.Archive
	entries  map[string]archive.Entry
	names    []string // sorted
	unpacked int64
}

// Open reads the list of parts. An encrypted document is said to be so to the
// sink, and the error wraps ErrSealed.
func Open(ctx context.Context, doc extract.Document, sink extract.Sink) (*Package, error) {
	if bytes.HasPrefix(doc.Head, []byte(oleMark)) {
		return nil, sealed(doc, sink)
	}
	a, err := archive.Open(doc.Data, doc.Size)
	if err != nil {
		return nil, fmt.Errorf("open document: %w", err)
	}
	p := &Package{ctx: ctx, archive: a, entries: make(map[string]archive.Entry)}
	err = a.Walk(func(e *archive.Entry) error {
		if e.Folder() {
			return nil
		}
		if len(p.names) == maxParts {
			sink.Partial("more parts than a document has")
			return errEnough
		}
		if _, twice := p.entries[e.Name]; twice {
			sink.Partial("two parts of one name")
			return nil
		}
		p.entries[e.Name] = *e
		p.names = append(p.names, e.Name)
		if e.Sealed() {
			return errors.Join(sink.Seal(e.Seal()), extract.ErrSealed)
		}
		return nil
	})
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

// Names are the names of the parts, sorted.
func (p *Package) Names() []string { return p.names }

// Has reports whether there is a part of that name.
func (p *Package) Has(name string) bool {
	_, ok := p.entries[name]
	return ok
}

// Stream opens a part of text.
func (p *Package) Stream(name string) (*charset.Stream, io.Closer, error) {
	e, ok := p.entries[name]
	if !ok {
		return nil, nil, fmt.Errorf("open part: %w", extract.ErrCorrupt)
	}
	r, err := p.archive.Open(&e)
	if err != nil {
		return nil, nil, fmt.Errorf("open part: %w", err)
	}
	s, err := charset.FromReader(&bounded{p, r})
	if err != nil {
		r.Close()
		return nil, nil, fmt.Errorf("open part: %w", err)
	}
	return s, r, nil
}

// bounded reads a part as long as the document's bound and context allow.
type bounded struct {
	p *Package
	r io.Reader
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.p.ctx.Err(); err != nil {
		return 0, fmt.Errorf("read part: %w", err)
	}
	if b.p.unpacked >= maxUnpacked {
		return 0, fmt.Errorf("read part: too large unpacked: %w", extract.ErrCorrupt)
	}
	n, err := b.r.Read(p)
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

// Each reads the parts one after another. One that is corrupt is passed over
// and makes the document partial; any other error ends the reading.
func Each(names []string, sink extract.Sink, read func(name string) error) error {
	for _, name := range names {
		err := read(name)
		switch {
		case errors.Is(err, extract.ErrCorrupt), errors.Is(err, extract.ErrUnsupported):
			sink.Partial("a part is corrupt")
		case err != nil:
			return err
		}
	}
	return nil
}

// Embedded reports whether a part is a file that somebody put into the
// document, rather than one that Office made for its looks.
func Embedded(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels", ".vml", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".tif", ".tiff", ".bmp", ".svg", ".wdp", ".ico", ".odttf", ".fntdata", "":
		return false
	}
	for _, made := range []string{"vbaProject", "vbaData", "activeX", "printerSettings", "thumbnail", "customProperty"} {
		if strings.Contains(name, made) {
			return false
		}
	}
	return true
}
