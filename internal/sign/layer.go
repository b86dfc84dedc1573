package sign

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"time"

	"trustaudit/internal/pdf"
)

// layer is one signature as a revision of the file: all that it may bring.
type layer struct {
	field                  string
	name, reason, location string
	at                     time.Time
	gap                    gap
	contents               []byte // the CMS, then zeros
	box                    *pdf.Stream
	slot                   pdf.Ref // the field's object
}

// gap is what a signature leaves out of the file it is over: its own value,
// with the delimiters, in a file of the given length.
type gap struct{ start, end, length int }

// append writes the layer after the document. This is the one place that says
// what a signature changes: the field gets its value and a new appearance, and
// the first signature is named in the catalog as the one that certifies.
func (l layer) append(doc *pdf.Document) []byte {
	u := doc.Update()
	certifies := len(doc.Revisions) == 1
	value := u.Add(l.dict(certifies))
	field := maps.Clone(doc.Dict(l.slot))
	field["V"] = value
	field["AP"] = pdf.Dict{"N": u.Add(l.box)}
	u.Set(l.slot, field)
	if certifies {
		root := maps.Clone(doc.Root())
		root["Perms"] = pdf.Dict{"DocMDP": value}
		ref, _ := doc.Trailer()["Root"].(pdf.Ref)
		u.Set(ref, root)
	}
	return u.Append()
}

// dict returns the signature dictionary.
func (l layer) dict(certifies bool) pdf.Dict {
	d := pdf.Dict{
		"Type":      pdf.Name("Sig"),
		"Filter":    pdf.Name("Adobe.PPKLite"),
		"SubFilter": pdf.Name("ETSI.CAdES.detached"),
		"ByteRange": pdf.Array{
			pdf.Integer(0), pdf.Integer(l.gap.start),
			pdf.Integer(l.gap.end), pdf.Integer(l.gap.length - l.gap.end),
		},
		"Contents": pdf.String(l.contents),
		"M":        pdf.Date(l.at),
	}
	for key, text := range map[pdf.Name]string{"Name": l.name, "Reason": l.reason, "Location": l.location} {
		if text != "" {
			d[key] = pdf.Text(text)
		}
	}
	if certifies {
		d["Reference"] = pdf.Array{pdf.Dict{
			"Type":            pdf.Name("SigRef"),
			"TransformMethod": pdf.Name("DocMDP"),
			"TransformParams": pdf.Dict{
				"Type": pdf.Name("TransformParams"), "P": pdf.Integer(2), "V": pdf.Name("1.2"),
			},
		}}
	}
	return d
}

// fieldsOf returns the signature fields of a document by name.
func fieldsOf(doc *pdf.Document) map[string]pdf.Ref {
	out := map[string]pdf.Ref{}
	for _, o := range doc.Array(doc.Dict(doc.Root()["AcroForm"])["Fields"]) {
		ref, ok := o.(pdf.Ref)
		name, named := doc.Dict(o)["T"].(pdf.String)
		if ok && named && doc.Dict(o)["FT"] == pdf.Name("Sig") {
			out[name.Text()] = ref
		}
	}
	return out
}

// freeSlot returns the field that is to be signed next, after so many
// signatures: the auditor's first, then the countersignature.
func freeSlot(doc *pdf.Document, name string, signatures int) (pdf.Ref, error) {
	ref, ok := fieldsOf(doc)[name]
	if !ok {
		return 0, fmt.Errorf("the report has no signature field %q", name)
	}
	order := []string{AuditorField, CountersignatureField}
	if signatures >= len(order) {
		return 0, errors.New("both fields are signed")
	}
	if order[signatures] != name {
		return 0, fmt.Errorf("the next field to sign is %q, not %q", order[signatures], name)
	}
	if _, _, ok := extent(doc.Dict(ref)); !ok {
		return 0, fmt.Errorf("field %q has no proper rectangle", name)
	}
	return ref, nil
}

// errForeign says that a file is not of the kind that can be verified at all.
var errForeign = errors.New("not a report as trustaudit writes it, or changed by another program")

// readLayers reads the signatures of a report, the first one first. Every byte
// of the file is accounted for: the first revision must be in the canonical
// form and passive, and each later one must be what a signature makes of it.
func readLayers(doc *pdf.Document) ([]layer, error) {
	if err := doc.Canonical(); err != nil {
		return nil, fmt.Errorf("%w: %w", errForeign, err)
	}
	if err := passive(doc.Upto(1)); err != nil {
		return nil, err
	}
	var layers []layer
	for n := 1; n < len(doc.Revisions); n++ {
		l, err := readLayer(doc, n, len(layers))
		if err != nil {
			return nil, fmt.Errorf("revision %d: %w", n+1, err)
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// readLayer reads the signature that revision n brings.
func readLayer(doc *pdf.Document, n, signatures int) (layer, error) {
	before, added := doc.Upto(n), doc.Revisions[n].Objects
	l, err := findSlot(before, added, signatures)
	if err != nil {
		return l, err
	}
	size, _ := before.Trailer()["Size"].(pdf.Integer)
	value, ok := added[pdf.Ref(size)].(pdf.Dict)
	if !ok {
		return l, errors.New("it brings no signature")
	}
	if err := l.read(value); err != nil {
		return l, err
	}
	if l.box = readBox(before, before.Dict(l.slot), added[pdf.Ref(size)+1]); l.box == nil {
		return l, errors.New("the box of its signature does not hold plain text")
	}
	if allowed := l.append(before); !bytes.Equal(allowed, doc.Upto(n+1).Bytes()) {
		return l, fmt.Errorf("it changes more than a signature may: %s", l.trespass(before, added))
	}
	start, _ := doc.Span(n, pdf.Ref(size))
	at := start + bytes.Index(doc.Bytes()[start:], []byte("/Contents <")) + len("/Contents ")
	if l.gap != (gap{at, at + 2*reserved + 2, doc.Revisions[n].End}) {
		return l, errors.New("its signature is not over the whole file")
	}
	return l, nil
}

// findSlot finds the field that a revision signs.
func findSlot(before *pdf.Document, added map[pdf.Ref]pdf.Object, signatures int) (layer, error) {
	for name, ref := range fieldsOf(before) {
		if _, changed := added[ref]; changed {
			slot, err := freeSlot(before, name, signatures)
			return layer{field: name, slot: slot}, err
		}
	}
	return layer{}, errors.New("it changes the report and signs nothing")
}

// read takes from a signature dictionary what may vary in it.
func (l *layer) read(d pdf.Dict) error {
	var err error
	date, _ := d["M"].(pdf.String)
	if l.at, err = date.Date(); err != nil {
		return fmt.Errorf("time of its signature: %w", err)
	}
	for key, text := range map[pdf.Name]*string{"Name": &l.name, "Reason": &l.reason, "Location": &l.location} {
		s, _ := d[key].(pdf.String)
		*text = s.Text()
		if err := checkText(*text); err != nil {
			return fmt.Errorf("/%s of its signature: %w", key, err)
		}
	}
	contents, _ := d["Contents"].(pdf.String)
	if len(contents) != reserved {
		return fmt.Errorf("its signature does not fill its %d bytes", reserved)
	}
	l.contents = []byte(contents)
	byteRange, _ := d["ByteRange"].(pdf.Array)
	var v [4]int
	for i := range v {
		if len(byteRange) != len(v) {
			return errors.New("its byte range does not have four numbers")
		}
		n, ok := byteRange[i].(pdf.Integer)
		if !ok || n < 0 || n > 1<<40 {
			return errors.New("its byte range does not have four numbers")
		}
		v[i] = int(n)
	}
	l.gap = gap{v[1], v[2], v[2] + v[3]}
	return nil
}

// trespass names what a revision changes beyond what its signature may.
func (l layer) trespass(before *pdf.Document, added map[pdf.Ref]pdf.Object) string {
	root, _ := before.Trailer()["Root"].(pdf.Ref)
	size, _ := before.Trailer()["Size"].(pdf.Integer)
	for _, ref := range sortedRefs(added) {
		switch {
		case ref == l.slot || ref == pdf.Ref(size) || ref == pdf.Ref(size)+1:
		case ref == root && len(before.Revisions) == 1:
		case before.Resolve(ref) == pdf.Object(pdf.Null{}):
			return fmt.Sprintf("object %d was added", ref)
		default:
			kind, _ := before.Dict(ref)["Type"].(pdf.Name)
			return fmt.Sprintf("object %d (%s) was replaced", ref, kindWords(kind))
		}
	}
	return "the signed field, the catalog or the signature itself is not as it should be"
}

func kindWords(kind pdf.Name) string {
	if kind == "" {
		return "content"
	}
	return string(kind)
}
