package fhir

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/record"
)

// walker goes through the elements of resources and gathers their values.
type walker struct {
	sink      extract.Sink
	frames    []frame
	resources []resource
	names     map[string]string // so that each is put together once
	record    record.Record
	plain     []byte
}

// frame is an element with parts, and those of its values that mean something
// together.
type frame struct {
	key      []byte
	path     int // length of the resource's path up to here
	resource int // which it belongs to
	own      bool
	label    []byte // what it is called by one of its values: a parameter's name

	system, value, family, given, text, reference, display []byte
	contentType, data                                      []byte
}

func (f *frame) reset(key []byte) {
	f.key = append(f.key[:0], key...)
	f.own = false
	for _, b := range []*[]byte{&f.label, &f.system, &f.value, &f.family, &f.given, &f.text, &f.reference, &f.display, &f.contentType, &f.data} {
		*b = (*b)[:0]
	}
}

// resource is a record in the making: its type may come last.
type resource struct {
	entry  bool // of a bundle
	kind   []byte
	path   []byte // of the frame at hand
	values []value
	buf    []byte
}

// value is a value in a resource's buffer, and the name it will have.
type value struct {
	name string
	end  int
}

const (
	maxResources = 8 // inside one another
	maxBytes     = 1 << 20
	maxValues    = 4096
	maxPath      = 160
)

// begin makes the frame that holds the document.
func (w *walker) begin() {
	w.frames = append(w.frames, frame{own: true})
	w.resources = append(w.resources, resource{})
}

func (w *walker) top() *frame { return &w.frames[len(w.frames)-1] }

// current is the resource that the frame at hand belongs to.
func (w *walker) current() *resource { return &w.resources[w.top().resource] }

// enter begins an element.
func (w *walker) enter(key []byte) {
	parent := *w.top()
	if n := len(w.frames); n < cap(w.frames) {
		w.frames = w.frames[:n+1]
	} else {
		w.frames = append(w.frames, frame{})
	}
	f := w.top()
	f.reset(key)
	f.resource = parent.resource
	res := w.current()
	if len(res.path) < maxPath && len(w.frames) > 2 && !transparent[string(key)] && !isType(key) {
		if len(res.path) > 0 {
			res.path = append(res.path, '.')
		}
		res.path = append(res.path, f.key...)
	}
	f.path = len(res.path)
	if len(w.frames) == 2 || string(key) == "entry" || string(key) == "contained" || string(key) == "resource" && !res.open() {
		w.begins(f)
	}
}

// transparent are elements that say nothing of what is in them.
var transparent = map[string]bool{"resource": true, "contained": true, "entry": true}

// open reports whether the type of the entry's resource is still to come.
func (r *resource) open() bool { return r.entry && len(r.kind) == 0 }

// begins makes the element at hand a record of its own.
func (w *walker) begins(f *frame) {
	if len(w.resources) == maxResources {
		return
	}
	f.own, f.path, f.resource = true, 0, len(w.resources)
	if n := len(w.resources); n < cap(w.resources) {
		w.resources = w.resources[:n+1]
	} else {
		w.resources = append(w.resources, resource{})
	}
	res := w.current()
	res.kind, res.path, res.values, res.buf = res.kind[:0], res.path[:0], res.values[:0], res.buf[:0]
	res.entry = string(f.key) == "entry"
}

// resource says that the element at hand is a resource of a type.
func (w *walker) resource(kind []byte) {
	f := w.top()
	if !f.own && !w.current().open() {
		w.begins(f)
	}
	res := w.current()
	res.kind = append(res.kind[:0], kind[:min(len(kind), maxKey)]...)
}

// leave ends the element at hand.
func (w *walker) leave() error {
	if len(w.frames) < 2 {
		return nil
	}
	f := w.top()
	w.together(f)
	err := w.attachment(f)
	if f.own {
		if err == nil {
			err = w.give(w.current())
		}
		w.resources = w.resources[:f.resource]
	}
	w.frames = w.frames[:len(w.frames)-1]
	parent := w.top()
	res := w.current()
	res.path = res.path[:min(parent.path, len(res.path))]
	return err
}

// end ends the document, which may be cut off.
func (w *walker) end() error {
	for len(w.frames) > 1 {
		if err := w.leave(); err != nil {
			return err
		}
	}
	return w.give(&w.resources[0])
}

// value takes a value of the element at hand.
func (w *walker) value(key, b []byte) error {
	f := w.top()
	switch string(key) {
	case "resourceType":
		w.resource(b)
	case "system":
		f.system = append(f.system[:0], b[:min(len(b), 256)]...)
	case "value":
		f.value = append(f.value[:0], w.most(b, maxBytes)...)
	case "family":
		f.family = append(f.family[:0], b[:min(len(b), 256)]...)
	case "given":
		if len(f.given) == 0 {
			f.given = append(f.given, b[:min(len(b), 256)]...)
		} else if len(b) > 2 {
			w.add("middle name", key, b)
		}
	case "prefix", "suffix", "use":
	case "reference":
		f.reference = append(f.reference[:0], b[:min(len(b), 1024)]...)
	case "display":
		f.display = append(f.display[:0], b[:min(len(b), 1024)]...)
	case "contentType":
		f.contentType = append(f.contentType[:0], b[:min(len(b), 64)]...)
	case "data":
		f.data = append(f.data[:0], b...)
	case "url", "name", "text":
		w.called(f, key, b)
	default:
		w.plainValue(f, key, b)
	}
	if len(w.current().buf) >= maxBytes || len(w.current().values) >= maxValues {
		return w.give(w.current())
	}
	return nil
}

// called takes a value that may say what its element is.
func (w *walker) called(f *frame, key, b []byte) {
	switch element := string(f.key); {
	case string(key) == "text" && element == "name":
		f.text = append(f.text[:0], b[:min(len(b), 256)]...)
	case string(key) == "name" && (element == "parameter" || element == "part"),
		string(key) == "url" && (element == "extension" || element == "modifierExtension"):
		b = b[bytes.LastIndexByte(b, '/')+1:]
		for _, prefix := range []string{"Extension-", "UKCore-", "patient-"} {
			b = bytes.TrimPrefix(b, []byte(prefix))
		}
		f.label = append(f.label[:0], b[:min(len(b), maxKey)]...)
	default:
		w.plainValue(f, key, b)
	}
}

// plainValue takes a value that stands for itself, and the number of a patient
// that an address may hold.
func (w *walker) plainValue(f *frame, key, b []byte) {
	if string(key) == "div" {
		w.plain = withoutTags(w.plain[:0], b)
		w.add("", key, w.plain)
		return
	}
	if n := patientIn(b); n != nil {
		w.add("reference "+record.NHSNumber, key, n)
		return
	}
	w.add(string(f.label), key, b)
}

// together adds the values of an element that mean something together.
func (w *walker) together(f *frame) {
	if len(f.value) > 0 {
		w.add(w.meaning(f), nil, f.value)
	}
	switch full := append(append(f.given, ' '), f.family...); {
	case len(f.family)+len(f.given) > 0:
		w.add("", nil, bytes.TrimSpace(full))
	case len(f.text) > 0:
		w.add("", nil, f.text)
	}
	if n := patientIn(f.reference); n != nil {
		w.add("reference "+record.NHSNumber, nil, n)
	} else {
		w.add("reference", nil, f.reference)
	}
	w.add(whose(f.reference), nil, f.display)
}

// whose calls the words that a reference displays by what it refers to.
func whose(reference []byte) string {
	switch {
	case bytes.Contains(reference, []byte("Patient/")), bytes.Contains(reference, []byte("RelatedPerson/")):
		return "patient name"
	case len(reference) == 0, bytes.Contains(reference, []byte("urn:uuid:")), reference[0] == '#':
		return "display"
	case bytes.Contains(reference, []byte("Practitioner")):
		return "practitioner name"
	}
	return "organisation name"
}

// meaning returns the words for an element's value, by its system.
func (w *walker) meaning(f *frame) string {
	switch system := strings.ToLower(string(f.system)); system {
	case "":
		return string(f.label)
	case "phone", "fax", "sms", "pager":
		return "phone"
	case "email", "url", "other":
		return system
	default:
		scheme := record.SchemeURI(system)
		if scheme == record.Identifier && !bytes.HasSuffix(f.key, []byte("dentifier")) {
			return "value"
		}
		if scheme == record.Identifier {
			return ""
		}
		return scheme
	}
}

// patientIn returns the ten digits by which an address names a patient.
func patientIn(b []byte) []byte {
	for _, mark := range []string{"Patient/", "nhs-number|", "nhs-number%7C", "nhs-number%7c", "2.16.840.1.113883.2.1.4.1|"} {
		_, after, found := bytes.Cut(b, []byte(mark))
		if found && len(after) >= 10 && record.IsTenDigits(after[:10]) && (len(after) == 10 || after[10] < '0' || after[10] > '9') {
			return after[:10]
		}
	}
	return nil
}

// most is as much of a value as is held.
func (w *walker) most(b []byte, n int) []byte {
	if len(b) > n {
		w.sink.Partial("a value too long to be held")
	}
	return b[:min(len(b), n)]
}

// add adds a value of the element at hand; words say what it is.
func (w *walker) add(words string, key, b []byte) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return
	}
	res := w.current()
	res.buf = append(res.buf, w.most(b, maxBytes)...)
	w.plain = append(w.plain[:0], res.path...)
	if len(key) > 0 {
		if len(w.plain) > 0 {
			w.plain = append(w.plain, '.')
		}
		w.plain = append(w.plain, key...)
	}
	if words != "" {
		w.plain = append(append(w.plain, ' '), words...)
	}
	res.values = append(res.values, value{w.intern(w.plain), len(res.buf)})
}

// intern returns b as a string, the same one for the same words.
func (w *walker) intern(b []byte) string {
	if s, ok := w.names[string(b)]; ok {
		return s
	}
	s := string(b)
	const most = 20_000
	if len(w.names) < most {
		w.names[s] = s
	}
	return s
}

// give gives what a resource holds as a record.
func (w *walker) give(res *resource) error {
	from := 0
	for _, v := range res.values {
		value := res.buf[from:v.end]
		w.record.Add(w.complete(res, v.name, value), value)
		from = v.end
	}
	res.values, res.buf = res.values[:0], res.buf[:0]
	return w.record.Give(w.sink)
}

// complete completes a name by the resource's type. Only what says who somebody is
// bears it: the type alone would call every word in a patient's resource a name.
func (w *walker) complete(res *resource, name string, value []byte) string {
	first := name
	if i := strings.IndexAny(name, ". "); i >= 0 {
		first = name[:i]
	}
	kind := string(res.kind)
	if strings.Count(name, ".") > 1 { // a type, a period
		return name
	}
	switch first {
	case "identifier", "name", "birthDate", "address", "telecom", "contact":
	case "id":
		if kind != "Patient" || !record.IsTenDigits(value) {
			return name // the server's own
		}
		name += " " + record.NHSNumber
	default:
		return name
	}
	w.plain = append(append(append(w.plain[:0], kind...), '.'), name...)
	switch kind {
	case "Patient", "RelatedPerson", "Person", "":
		if kind == "" {
			w.plain = w.plain[1:]
		}
	case "Practitioner", "PractitionerRole":
		w.plain = append(w.plain, " practitioner work"...)
	default:
		w.plain = append(w.plain, " organisation"...)
	}
	return w.intern(w.plain)
}

// attachment gives a document inside a resource as a file of its own.
func (w *walker) attachment(f *frame) error {
	if len(f.data) == 0 {
		return nil
	}
	name := "attachment" + extension(f.contentType)
	content, err := base64.StdEncoding.AppendDecode(nil, bytes.Join(bytes.Fields(f.data), nil))
	return w.sink.Child(extract.Child{Name: name, Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		if err != nil && len(content) == 0 {
			return nil, fmt.Errorf("decode base 64: %w", extract.ErrCorrupt)
		}
		return io.NopCloser(bytes.NewReader(content)), nil
	}})
}

// extension makes the ending of a file's name of a media type.
func extension(contentType []byte) string {
	kind, _, _ := strings.Cut(strings.ToLower(string(contentType)), ";")
	switch kind = kind[strings.LastIndexByte(kind, '/')+1:]; kind {
	case "plain":
		return ".txt"
	case "pdf", "rtf", "html", "xml", "json", "jpeg", "png", "tiff":
		return "." + kind
	}
	return ""
}

// withoutTags puts b behind dst without its markup.
func withoutTags(dst, b []byte) []byte {
	for len(b) > 0 {
		before, after, found := bytes.Cut(b, []byte{'<'})
		dst = append(dst, before...)
		if !found {
			break
		}
		dst = append(dst, ' ')
		if _, b, found = bytes.Cut(after, []byte{'>'}); !found {
			dst = append(dst, after...)
		}
	}
	return dst
}
