package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Update is a change to a document: objects added and replaced. It becomes a
// file either as a new revision at the end of the old bytes, or as a rewrite.
type Update struct {
	doc     *Document
	changed map[Ref]Object
	next    Ref
}

// Update begins a change to the document.
func (d *Document) Update() *Update {
	size, _ := d.Trailer()["Size"].(Integer)
	return &Update{doc: d, changed: map[Ref]Object{}, next: Ref(size)}
}

// Add adds an object.
func (u *Update) Add(o Object) Ref {
	ref := u.next
	u.next++
	u.changed[ref] = o
	return ref
}

// Set replaces an object.
func (u *Update) Set(ref Ref, o Object) { u.changed[ref] = o }

// Get returns an object as the update leaves it.
func (u *Update) Get(ref Ref) Object {
	if o, ok := u.changed[ref]; ok {
		return o
	}
	return u.doc.Resolve(ref)
}

// Append returns the old file with the update as a new revision.
func (u *Update) Append() []byte {
	old := u.doc
	last := old.Revisions[len(old.Revisions)-1]
	b := bytes.NewBuffer(slices.Clone(old.data))
	trailer := maps.Clone(last.Trailer)
	trailer["Prev"] = Integer(last.xref)
	trailer["Size"] = max(Integer(u.next), last.Trailer["Size"].(Integer))
	if id, ok := last.Trailer["ID"].(Array); ok && len(id) == 2 {
		trailer["ID"] = Array{id[0], identifier(old.data)}
	}
	writeRevision(b, u.changed, trailer, false)
	return b.Bytes()
}

// Rewrite returns a file of one revision that holds what can be reached from
// the catalog and the information dictionary, numbered in that order.
func (u *Update) Rewrite() ([]byte, error) {
	root, _ := u.doc.Trailer()["Root"].(Ref)
	order, err := u.reach(root)
	if err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	number := make(map[Ref]Ref, len(order))
	for i, ref := range order {
		number[ref] = Ref(i + 1)
	}
	objects := make(map[Ref]Object, len(order))
	for _, ref := range order {
		objects[number[ref]] = renumber(u.Get(ref), number)
	}
	trailer := Dict{"Root": Ref(1), "Size": Integer(len(order) + 1)}
	if info, ok := u.doc.Trailer()["Info"].(Ref); ok {
		trailer["Info"] = number[info]
	}
	b := bytes.NewBufferString("%PDF-1.7\n" + binaryMark)
	body := bytes.NewBuffer(nil)
	for _, ref := range sortedKeys(objects) {
		writeObject(body, objects[ref])
	}
	id := identifier(body.Bytes())
	trailer["ID"] = Array{id, id}
	writeRevision(b, objects, trailer, true)
	return b.Bytes(), nil
}

// identifier derives a file identifier from content.
func identifier(content []byte) String {
	sum := sha256.Sum256(content)
	return String(sum[:16])
}

// reach lists the objects that lead from the catalog, nearest first, then
// those from the information dictionary.
func (u *Update) reach(root Ref) ([]Ref, error) {
	order, seen := []Ref{root}, map[Ref]bool{root: true}
	visit := func(ref Ref) {
		if !seen[ref] {
			seen[ref] = true
			order = append(order, ref)
		}
	}
	follow := func(from int) error {
		for i := from; i < len(order); i++ {
			o := u.Get(order[i])
			if o == (Null{}) {
				return fmt.Errorf("object %d is referred to and not there", order[i])
			}
			references(o, visit)
		}
		return nil
	}
	if err := follow(0); err != nil {
		return nil, err
	}
	if info, ok := u.doc.Trailer()["Info"].(Ref); ok {
		from := len(order)
		visit(info)
		if err := follow(from); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// references calls visit for each reference in o, in a fixed order.
func references(o Object, visit func(Ref)) {
	switch v := o.(type) {
	case Ref:
		visit(v)
	case Array:
		for _, e := range v {
			references(e, visit)
		}
	case Dict:
		for _, k := range sortedKeys(v) {
			references(v[k], visit)
		}
	case *Stream:
		references(v.Dict, visit)
	}
}

// renumber returns a copy of o with its references replaced.
func renumber(o Object, number map[Ref]Ref) Object {
	switch v := o.(type) {
	case Ref:
		return number[v]
	case Array:
		a := make(Array, len(v))
		for i, e := range v {
			a[i] = renumber(e, number)
		}
		return a
	case Dict:
		d := make(Dict, len(v))
		for k, e := range v {
			d[k] = renumber(e, number)
		}
		return d
	case *Stream:
		return &Stream{Dict: renumber(v.Dict, number).(Dict), Raw: v.Raw}
	}
	return o
}

const freeEntry = "0000000000 65535 f \n"

func usedEntry(offset int) string { return fmt.Sprintf("%010d 00000 n \n", offset) }

// writeRevision writes objects by number, their cross-reference table and the
// trailer. Offsets count from the start of b.
func writeRevision(b *bytes.Buffer, objects map[Ref]Object, trailer Dict, first bool) {
	refs := sortedKeys(objects)
	offset := make(map[Ref]int, len(refs))
	for _, ref := range refs {
		offset[ref] = b.Len()
		fmt.Fprintf(b, "%d 0 obj\n", ref)
		writeObject(b, objects[ref])
		b.WriteString("\nendobj\n")
	}
	xref := b.Len()
	b.WriteString("xref\n")
	if first {
		refs = slices.Insert(refs, 0, 0)
	}
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && refs[n] == refs[n-1]+1 {
			n++
		}
		fmt.Fprintf(b, "%d %d\n", refs[0], n)
		for _, ref := range refs[:n] {
			if ref == 0 {
				b.WriteString(freeEntry)
			} else {
				b.WriteString(usedEntry(offset[ref]))
			}
		}
		refs = refs[n:]
	}
	b.WriteString("trailer\n")
	writeObject(b, trailer)
	fmt.Fprintf(b, "\nstartxref\n%d\n%%%%EOF\n", xref)
}

// writeObject writes the one spelling of a value.
func writeObject(b *bytes.Buffer, o Object) {
	switch v := o.(type) {
	case nil, Null:
		b.WriteString("null")
	case Bool:
		b.WriteString(strconv.FormatBool(bool(v)))
	case Integer:
		b.WriteString(strconv.FormatInt(int64(v), 10))
	case Real:
		b.WriteString(strconv.FormatFloat(float64(v), 'f', -1, 64))
	case Name:
		writeName(b, v)
	case String:
		writeString(b, v)
	case Ref:
		fmt.Fprintf(b, "%d 0 R", int(v))
	case Array:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(' ')
			}
			writeObject(b, e)
		}
		b.WriteByte(']')
	case Dict:
		writeDict(b, v)
	case *Stream:
		d := maps.Clone(v.Dict)
		d["Length"] = Integer(len(v.Raw))
		writeDict(b, d)
		b.WriteString("\nstream\n")
		b.Write(v.Raw)
		b.WriteString("\nendstream")
	}
}

func writeDict(b *bytes.Buffer, d Dict) {
	b.WriteString("<<")
	for i, k := range sortedKeys(d) {
		if i > 0 {
			b.WriteByte(' ')
		}
		writeName(b, k)
		b.WriteByte(' ')
		writeObject(b, d[k])
	}
	b.WriteString(">>")
}

func writeName(b *bytes.Buffer, n Name) {
	b.WriteByte('/')
	for i := range len(n) {
		if c := n[i]; regular(c) && c != '#' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(b, "#%02X", c)
		}
	}
}

// writeString writes printable ASCII literally and anything else in
// hexadecimal.
func writeString(b *bytes.Buffer, s String) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			b.WriteByte('<')
			b.WriteString(hex.EncodeToString([]byte(s)))
			b.WriteByte('>')
			return
		}
	}
	b.WriteByte('(')
	for i := range len(s) {
		if c := s[i]; c == '(' || c == ')' || c == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte(')')
}

func sortedKeys[K ~int | ~string, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// Canonical tells whether the first revision is spelled as this package spells
// it: it must be what [Update.Rewrite] makes of it, so that it also holds no
// object that nothing leads to. The error names the first byte that differs.
func (d *Document) Canonical() error {
	first := d.Upto(1)
	want, err := first.Update().Rewrite()
	if err != nil {
		return err
	}
	if at := difference(first.data, want); at >= 0 {
		return fmt.Errorf("byte %d is not as trustaudit writes it", at)
	}
	return nil
}

// difference returns where two byte strings first differ, or -1.
func difference(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}
