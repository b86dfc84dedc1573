// Package ooxml is what the documents of Office have in common: a ZIP archive
// of XML parts, or a compound file around an encrypted one.
package ooxml

import (
	"bytes"
	"context"
	"encoding/binary"
	"path"
	"slices"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/ole"
	"trustaudit/internal/extract/parts"
)

// looked is how much of a head is searched for the names of parts.
const looked = 256 << 10

// Detect tells a document by the folder that its parts are in ("word"), and an
// encrypted one, which shows nothing of itself, by its name. Where its list of
// types stands, at either end, is up to the writer.
func Detect(head []byte, name, folder string, extensions ...string) extract.Confidence {
	named := slices.Contains(extensions, strings.ToLower(path.Ext(name)))
	if named && ole.Is(head) {
		return isSealed(head)
	}
	head = head[:min(len(head), looked)]
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return extract.No
	}
	typed := bytes.Contains(head, []byte("[Content_Types].xml"))
	begun := begins(head, folder)
	if named && (typed || begun) || begun && bytes.Contains(head, []byte(folder+"/")) && (typed || bytes.Contains(head, []byte(main(folder)))) {
		return extract.ByContent
	}
	return extract.No
}

// main is how the name of a document's main part begins.
func main(folder string) string {
	return map[string]string{"word": "word/document", "xl": "xl/workbook", "ppt": "ppt/presentation"}[folder]
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

// Open reads the list of parts. An encrypted document is said to be so to the
// sink, and the error wraps ErrSealed.
func Open(ctx context.Context, doc extract.Document, sink extract.Sink) (*parts.Package, error) {
	if ole.Is(doc.Head) {
		return openSealed(ctx, doc, sink)
	}
	return parts.Open(ctx, doc, sink)
}

// Embedded reports whether a part is a file that somebody put into the
// document, or a picture, rather than one that Office made for itself.
func Embedded(name string) bool {
	if strings.HasPrefix(name, "[trash]/") { // filler where a part was taken away
		return false
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels", ".vml", ".wdp", ".ico", ".odttf", ".fntdata", "":
		return false
	}
	for _, made := range []string{"vbaProjectSignature", "vbaData", "activeX", "printerSettings", "thumbnail", "customProperty"} {
		if strings.Contains(name, made) {
			return false
		}
	}
	return true
}

// Looks reports whether a part says only what a diagram or a chart looks like,
// or draws once more what its data say.
func Looks(name string) bool {
	dir, file := path.Split(name)
	base := strings.TrimRight(strings.TrimSuffix(file, ".xml"), "0123456789")
	switch path.Base(dir) {
	case "diagrams":
		return base != "data"
	case "charts":
		return base != "chart" && base != "chartEx"
	}
	return false
}

// Links gives what the document refers to elsewhere, as a record of its own:
// the addresses of links and the paths of files may say of whom they are.
func Links(p *parts.Package, sink extract.Sink) error {
	seen := make(map[string]bool)
	return parts.Each(p.Names(), sink, func(name string) error {
		of, isList := relationsOf(name)
		if !isList {
			return nil
		}
		all, err := p.Relations(of)
		if err != nil {
			return err
		}
		for _, r := range all {
			const most = 100_000
			if !r.External || seen[r.Target] {
				continue
			}
			if len(seen) == most {
				sink.Partial("more links than are read")
				return nil
			}
			if len(seen) == 0 {
				if err := sink.Break(); err != nil {
					return err
				}
			}
			seen[r.Target] = true
			if err := sink.Text([]byte(r.Target + "\n")); err != nil {
				return err
			}
		}
		return nil
	})
}

// relationsOf is the part whose relations a part lists, if it does.
func relationsOf(name string) (part string, isList bool) {
	dir, file := path.Split(name)
	file, isList = strings.CutSuffix(file, ".rels")
	dir, under := strings.CutSuffix(dir, "_rels/")
	return dir + file, isList && under
}
