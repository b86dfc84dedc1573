// Package pdf renders a report as a PDF that can be signed: drawn with gofpdf,
// then finalised with the object layer of internal/pdf.
package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	object "trustaudit/internal/pdf"
)

// What the finaliser writes that a verifier looks for by name.
const (
	attachmentName = "report.json"
	attachmentType = "application/json"
	producer       = "trustaudit"
	language       = "en-GB"
)

// finish is what is added to the drawn pages to make a report that can be signed.
type finish struct {
	Data    []byte // report.json
	Title   string
	Author  string
	Created time.Time // from the data: the clock is never asked
	Fields  []signatureField
	// Spare says that the last page is not part of the report: its text only
	// brought into the fonts the letters that signature boxes may need.
	Spare bool
}

// signatureField is a place where a signature will stand.
type signatureField struct {
	Name       string
	Label      string  // for screen readers
	Page       int     // from 1
	X, Y, W, H float64 // points, from the bottom left corner of the page
}

// finalise turns gofpdf's output into a prepared, unsigned PDF 1.7: with the
// data attached, metadata, a language, an identifier that follows from the
// content, and empty signature fields whose widgets already stand on their
// pages, so that signing changes no page. The same input gives the same bytes.
func finalise(raw []byte, f finish) ([]byte, error) {
	doc, err := object.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("finalise report: %w", err)
	}
	if len(doc.Revisions) != 1 {
		return nil, errors.New("finalise report: it already has later revisions")
	}
	rootRef, ok := doc.Trailer()["Root"].(object.Ref)
	infoRef, hasInfo := doc.Trailer()["Info"].(object.Ref)
	if !ok || !hasInfo || doc.Root() == nil {
		return nil, errors.New("finalise report: it has no catalog or no information")
	}
	u := doc.Update()
	root := maps.Clone(doc.Root())
	root["Lang"] = object.Text(language)
	root["ViewerPreferences"] = object.Dict{"DisplayDocTitle": object.Bool(true)}
	u.Set(infoRef, information(f))
	root["Metadata"] = u.Add(metadata(f))
	if err := attach(u, root, f); err != nil {
		return nil, fmt.Errorf("finalise report: attach data: %w", err)
	}
	pages := doc.Pages()
	if f.Spare {
		if pages, err = dropLast(u, doc, pages); err != nil {
			return nil, fmt.Errorf("finalise report: drop spare page: %w", err)
		}
	}
	markLinks(u, doc)
	fields := object.Array{}
	for _, field := range f.Fields {
		ref, err := prepare(u, pages, field)
		if err != nil {
			return nil, fmt.Errorf("finalise report: prepare field %s: %w", field.Name, err)
		}
		fields = append(fields, ref)
	}
	root["AcroForm"] = object.Dict{"Fields": fields, "SigFlags": object.Integer(3)}
	u.Set(rootRef, root)
	return u.Rewrite()
}

func information(f finish) object.Dict {
	return object.Dict{
		"Title":        object.Text(f.Title),
		"Author":       object.Text(f.Author),
		"Producer":     object.Text(producer),
		"CreationDate": object.Date(f.Created),
		"ModDate":      object.Date(f.Created),
	}
}

// attach embeds the data as a file that belongs to the whole document.
func attach(u *object.Update, root object.Dict, f finish) error {
	file, err := object.Flate(object.Dict{
		"Type":    object.Name("EmbeddedFile"),
		"Subtype": object.Name(attachmentType),
		"Params":  object.Dict{"Size": object.Integer(len(f.Data)), "ModDate": object.Date(f.Created)},
	}, f.Data)
	if err != nil {
		return err
	}
	content := u.Add(file)
	spec := u.Add(object.Dict{
		"Type":           object.Name("Filespec"),
		"F":              object.String(attachmentName),
		"UF":             object.String(attachmentName),
		"Desc":           object.Text("The data that this report is drawn from"),
		"AFRelationship": object.Name("Data"),
		"EF":             object.Dict{"F": content, "UF": content},
	})
	root["AF"] = object.Array{spec}
	root["Names"] = object.Dict{
		"EmbeddedFiles": object.Dict{"Names": object.Array{object.String(attachmentName), spec}},
	}
	return nil
}

// dropLast takes the last page out of the page tree.
func dropLast(u *object.Update, doc *object.Document, pages []object.Ref) ([]object.Ref, error) {
	ref, ok := doc.Root()["Pages"].(object.Ref)
	if !ok || len(pages) < 2 {
		return nil, errors.New("it is the only one")
	}
	pages = pages[:len(pages)-1]
	kids := object.Array{}
	for _, page := range pages {
		kids = append(kids, page)
	}
	tree := maps.Clone(doc.Dict(ref))
	tree["Kids"], tree["Count"] = kids, object.Integer(len(kids))
	u.Set(ref, tree)
	return pages, nil
}

// Bits of an annotation's /F.
const (
	printed = 1 << 2
	locked  = 1 << 7
)

// markLinks makes every link print, as PDF/A asks; gofpdf does not say.
func markLinks(u *object.Update, doc *object.Document) {
	for _, ref := range doc.Pages() {
		page := doc.Dict(ref)
		annots, ok := page["Annots"].(object.Array)
		if !ok {
			continue
		}
		marked := make(object.Array, len(annots))
		for i, a := range annots {
			marked[i] = a
			if link := maps.Clone(doc.Dict(a)); link != nil {
				link["F"] = object.Integer(printed)
				marked[i] = link
			}
		}
		page = maps.Clone(page)
		page["Annots"] = marked
		u.Set(ref, page)
	}
}

// prepare puts an empty signature field on its page.
func prepare(u *object.Update, pages []object.Ref, field signatureField) (object.Ref, error) {
	if field.Page < 1 || field.Page > len(pages) {
		return 0, fmt.Errorf("there is no page %d", field.Page)
	}
	if field.W <= 0 || field.H <= 0 {
		return 0, errors.New("its rectangle is empty")
	}
	pageRef := pages[field.Page-1]
	page := maps.Clone(u.Get(pageRef).(object.Dict))
	annots, _ := page["Annots"].(object.Array)
	ref := u.Add(object.Dict{
		"Type":    object.Name("Annot"),
		"Subtype": object.Name("Widget"),
		"FT":      object.Name("Sig"),
		"T":       object.Text(field.Name),
		"TU":      object.Text(field.Label),
		"F":       object.Integer(printed | locked),
		"P":       pageRef,
		"Rect":    object.Array{points(field.X), points(field.Y), points(field.X + field.W), points(field.Y + field.H)},
		"AP": object.Dict{"N": u.Add(&object.Stream{Dict: object.Dict{
			"Type":    object.Name("XObject"),
			"Subtype": object.Name("Form"),
			"BBox":    object.Array{object.Integer(0), object.Integer(0), points(field.W), points(field.H)},
		}})},
	})
	page["Annots"] = append(annots[:len(annots):len(annots)], ref)
	u.Set(pageRef, page)
	return ref, nil
}

// points rounds a length to a hundredth of a point.
func points(v float64) object.Object { return object.Decimal(v, 2) }

// metadata says in XMP what information says in its dictionary.
func metadata(f finish) *object.Stream {
	var b strings.Builder
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"` +
		` xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` + "\n")
	date := f.Created.UTC().Format("2006-01-02T15:04:05Z")
	fmt.Fprintf(&b, "<dc:format>application/pdf</dc:format>\n")
	fmt.Fprintf(&b, "<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>\n", language)
	fmt.Fprintf(&b, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>\n", escaped(f.Title))
	fmt.Fprintf(&b, "<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>\n", escaped(f.Author))
	fmt.Fprintf(&b, "<xmp:CreateDate>%s</xmp:CreateDate>\n<xmp:ModifyDate>%s</xmp:ModifyDate>\n", date, date)
	fmt.Fprintf(&b, "<pdf:Producer>%s</pdf:Producer>\n", producer)
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return &object.Stream{
		Dict: object.Dict{"Type": object.Name("Metadata"), "Subtype": object.Name("XML")},
		Raw:  []byte(b.String()),
	}
}

func escaped(text string) string {
	var b bytes.Buffer
	// A bytes.Buffer takes every write.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
