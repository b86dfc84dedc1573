package pdf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Document is a parsed file. It is not to be changed: an [Update] makes a new
// file from it.
type Document struct {
	Version   string // as in the header: "1.7"
	Revisions []Revision

	data    []byte
	objects map[Ref]Object // of the last revision
}

// Revision is one layer of a file: the first writes it, each later one appends
// to it. The bytes of the file up to End are the file as it stood then.
type Revision struct {
	Start, End int
	Trailer    Dict
	Objects    map[Ref]Object // those that the revision adds or replaces

	spans map[Ref]span
	xref  int
}

type span struct{ start, end int }

// Parse reads a whole file, from its first byte to its last, or refuses it.
func Parse(data []byte) (*Document, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("parse PDF: larger than %d bytes", maxFile)
	}
	l := &lexer{data: data}
	d := &Document{data: data}
	if err := d.header(l); err != nil {
		return nil, fmt.Errorf("parse PDF: %w", err)
	}
	for len(d.Revisions) == 0 || l.pos < len(data) {
		if len(d.Revisions) == maxRevisions {
			return nil, fmt.Errorf("parse PDF: more than %d revisions", maxRevisions)
		}
		if err := d.revision(l); err != nil {
			return nil, fmt.Errorf("parse PDF: revision %d: %w", len(d.Revisions)+1, err)
		}
	}
	d.objects = merge(d.Revisions)
	return d, nil
}

// binaryMark is the comment that tells transfer programs that a PDF is not text.
const binaryMark = "%\xE2\xE3\xCF\xD3\n"

func (d *Document) header(l *lexer) error {
	if err := l.expect("%PDF-1."); err != nil {
		return err
	}
	minor := l.peek()
	if minor < '3' || minor > '7' {
		return l.fail("not PDF 1.3 to 1.7")
	}
	l.pos++
	d.Version = "1." + string(minor)
	if err := l.expect("\n"); err != nil {
		return err
	}
	l.take(binaryMark)
	return nil
}

// revision reads objects, cross-reference table and trailer.
func (d *Document) revision(l *lexer) error {
	r := Revision{Objects: map[Ref]Object{}, spans: map[Ref]span{}}
	if n := len(d.Revisions); n > 0 {
		r.Start = d.Revisions[n-1].End
	}
	for !l.has("xref\n") {
		start := l.pos
		ref, o, err := l.indirect()
		if err != nil {
			return err
		}
		if _, twice := r.Objects[ref]; twice {
			return l.fail("object %d stands twice", ref)
		}
		r.Objects[ref], r.spans[ref] = o, span{start, l.pos}
	}
	r.xref = l.pos
	if err := l.xref(&r, len(d.Revisions) == 0); err != nil {
		return err
	}
	if err := l.trailer(&r); err != nil {
		return err
	}
	r.End = l.pos
	if err := d.checkTrailer(&r); err != nil {
		return err
	}
	d.Revisions = append(d.Revisions, r)
	return nil
}

// indirect reads "n 0 obj … endobj\n".
func (l *lexer) indirect() (Ref, Object, error) {
	n, err := l.count(" 0 obj\n")
	if err != nil {
		return 0, nil, err
	}
	if n == 0 || n > maxValues {
		return 0, nil, l.fail("object number %d", n)
	}
	o, err := l.value()
	if err != nil {
		return 0, nil, err
	}
	l.skip()
	if d, ok := o.(Dict); ok && l.take("stream\n") {
		if o, err = l.stream(d); err != nil {
			return 0, nil, err
		}
	}
	if _, ok := o.(Ref); ok {
		return 0, nil, l.fail("an object that is only a reference")
	}
	return Ref(n), o, l.expect("endobj\n")
}

func (l *lexer) stream(d Dict) (Object, error) {
	length, ok := d["Length"].(Integer)
	if !ok || length < 0 || int64(length) > int64(len(l.data)-l.pos) {
		return nil, l.fail("stream without a plain length")
	}
	if t := d["Type"]; t == Name("ObjStm") || t == Name("XRef") {
		return nil, l.fail("object and cross-reference streams are not accepted")
	}
	delete(d, "Length")
	s := &Stream{Dict: d, Raw: l.data[l.pos : l.pos+int(length) : l.pos+int(length)]}
	l.pos += int(length)
	return s, l.expect("\nendstream\n")
}

// count reads a decimal number without leading zero, and what follows it.
func (l *lexer) count(then string) (int, error) {
	start := l.pos
	for l.peek() >= '0' && l.peek() <= '9' {
		l.pos++
	}
	text := string(l.data[start:l.pos])
	n, err := strconv.Atoi(text)
	if err != nil || len(text) > 10 || len(text) > 1 && text[0] == '0' {
		l.pos = start
		return 0, l.fail("expected a number")
	}
	return n, l.expect(then)
}

// xref reads the cross-reference table and holds it against the objects that
// were read: it must list exactly these, at their places.
func (l *lexer) xref(r *Revision, first bool) error {
	l.pos += len("xref\n")
	listed := 0
	for next := 0; !l.take("trailer\n"); {
		start, err := l.count(" ")
		if err != nil {
			return err
		}
		n, err := l.count("\n")
		if err != nil {
			return err
		}
		if start < next || n == 0 {
			return l.fail("cross-reference sections out of order")
		}
		for i := start; i < start+n; i++ {
			if err := l.entry(r, Ref(i), first); err != nil {
				return err
			}
			if i > 0 {
				listed++
			}
		}
		next = start + n
	}
	if listed != len(r.Objects) {
		return l.fail("%d objects, %d of them listed", len(r.Objects), listed)
	}
	return nil
}

func (l *lexer) entry(r *Revision, ref Ref, first bool) error {
	if ref == 0 {
		if !first {
			return l.fail("object 0 listed again")
		}
		return l.expect(freeEntry)
	}
	at, ok := r.spans[ref]
	if !ok {
		return l.fail("object %d is listed and not there", ref)
	}
	return l.expect(usedEntry(at.start))
}

func (l *lexer) trailer(r *Revision) error {
	o, err := l.value()
	if err != nil {
		return err
	}
	d, ok := o.(Dict)
	if !ok {
		return l.fail("trailer is not a dictionary")
	}
	r.Trailer = d
	return l.expect(fmt.Sprintf("\nstartxref\n%d\n%%%%EOF\n", r.xref))
}

// checkTrailer holds a trailer against the revisions before it.
func (d *Document) checkTrailer(r *Revision) error {
	for key := range r.Trailer {
		if !slices.Contains([]Name{"Size", "Root", "Info", "ID", "Prev"}, key) {
			return fmt.Errorf("trailer key /%s is not accepted", key)
		}
	}
	top := Integer(0)
	for ref := range r.Objects {
		top = max(top, Integer(ref))
	}
	prev, hasPrev := r.Trailer["Prev"]
	if n := len(d.Revisions); n > 0 {
		before := d.Revisions[n-1]
		if prev != Integer(before.xref) {
			return errors.New("trailer does not point at the revision before")
		}
		top = max(top, before.Trailer["Size"].(Integer)-1)
	} else if hasPrev {
		return errors.New("first trailer points at a revision before it")
	}
	if r.Trailer["Size"] != top+1 {
		return errors.New("trailer states a wrong number of objects")
	}
	if _, ok := r.Trailer["Root"].(Ref); !ok {
		return errors.New("trailer has no catalog")
	}
	return nil
}

func merge(revisions []Revision) map[Ref]Object {
	all := map[Ref]Object{}
	for _, r := range revisions {
		maps.Copy(all, r.Objects)
	}
	return all
}

// Upto returns the document as it stood after its first n revisions.
func (d *Document) Upto(n int) *Document {
	return &Document{
		Version:   d.Version,
		Revisions: d.Revisions[:n:n],
		data:      d.data[:d.Revisions[n-1].End],
		objects:   merge(d.Revisions[:n]),
	}
}

// Bytes returns the file. It belongs to the document.
func (d *Document) Bytes() []byte { return d.data }

// Trailer returns the last trailer.
func (d *Document) Trailer() Dict { return d.Revisions[len(d.Revisions)-1].Trailer }

// Span returns where in the file revision n writes an object.
func (d *Document) Span(n int, ref Ref) (start, end int) {
	s := d.Revisions[n].spans[ref]
	return s.start, s.end
}

// Resolve returns what a reference refers to, and any other value itself.
// Nothing resolves to nil.
func (d *Document) Resolve(o Object) Object {
	if ref, ok := o.(Ref); ok {
		o = d.objects[ref]
	}
	if o == nil {
		return Null{}
	}
	return o
}

// Dict returns the dictionary that o is or refers to; nil when it is none.
func (d *Document) Dict(o Object) Dict {
	dict, _ := d.Resolve(o).(Dict)
	return dict
}

// Array returns the array that o is or refers to; nil when it is none.
func (d *Document) Array(o Object) Array {
	array, _ := d.Resolve(o).(Array)
	return array
}

// Root returns the catalog; nil when there is none.
func (d *Document) Root() Dict { return d.Dict(d.Trailer()["Root"]) }

// Pages lists the pages in order, for a page tree of one level.
func (d *Document) Pages() []Ref {
	var pages []Ref
	for _, kid := range d.Array(d.Dict(d.Root()["Pages"])["Kids"]) {
		if ref, ok := kid.(Ref); ok && d.Dict(ref)["Type"] == Name("Page") {
			pages = append(pages, ref)
		}
	}
	return pages
}

// Attachment returns the content of the one embedded file, which must have the
// given name, and at most limit bytes.
func (d *Document) Attachment(name string, limit int64) ([]byte, error) {
	names := d.Array(d.Dict(d.Dict(d.Root()["Names"])["EmbeddedFiles"])["Names"])
	if len(names) != 2 || d.Resolve(names[0]) != String(name) {
		return nil, fmt.Errorf("find attachment: there is not exactly one, named %s", name)
	}
	file, ok := d.Resolve(d.Dict(d.Dict(names[1])["EF"])["F"]).(*Stream)
	if !ok {
		return nil, fmt.Errorf("find attachment %s: it has no content", name)
	}
	data, err := file.Decode(limit)
	if err != nil {
		return nil, fmt.Errorf("read attachment %s: %w", name, err)
	}
	return data, nil
}
