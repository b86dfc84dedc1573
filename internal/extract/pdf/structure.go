package pdf

import (
	"fmt"
	"io"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/pdf/object"
	"trustaudit/internal/extract/pdf/page"
)

const (
	maxStructure = 1 << 18 // elements
	maxNested    = 128
)

// structure gives what the structure of the document says in place of what is
// shown: what a picture shows, what an abbreviation means. Words of one page are
// one record.
func (d *document) structure() error {
	d.walked = map[object.Origin]bool{}
	s := structure{d: d}
	if err := s.kids(d.file.Dict(d.root().Get("StructTreeRoot")), nil, 0); err != nil {
		return err
	}
	if s.left > 0 {
		d.sink.Partial(fmt.Sprintf("%d parts of the document's structure are beyond what is read", s.left))
	}
	if s.said {
		return d.sink.Break()
	}
	return nil
}

// structure is the walk through a document's structure.
type structure struct {
	d    *document
	page any // of what was said last
	said bool
	left int
}

func (s *structure) kids(node object.Dict, page any, depth int) error {
	k := node.Get("K")
	list, ok := s.d.file.Resolve(k).(object.Array)
	if !ok {
		list = object.Array{k}
	}
	for _, kid := range list {
		if err := s.element(kid, page, depth); err != nil {
			return err
		}
	}
	return nil
}

// element gives the words of an element and those below it. Kids that are
// numbers are contents of the page.
func (s *structure) element(v, at any, depth int) error {
	d := s.d
	if origin, ok := d.file.Origin(v); ok {
		if d.walked[origin] {
			return nil
		}
		d.walked[origin] = true
	}
	e, ok := d.file.Resolve(v).(object.Dict)
	if !ok {
		return nil
	}
	if len(d.walked) > maxStructure || depth > maxNested {
		s.left++
		return nil
	}
	if err := d.ctx.Err(); err != nil {
		return fmt.Errorf("read structure: %w", err)
	}
	if own := e.Get("Pg"); own != nil {
		at = own
	}
	for _, key := range []object.Name{"Alt", "ActualText", "E"} {
		if err := s.say(page.Plain(string(d.file.String(e.Get(key)))), at); err != nil {
			return err
		}
	}
	return s.kids(e, at, depth+1)
}

func (s *structure) say(words string, at any) error {
	if words == "" {
		return nil
	}
	ref, _ := at.(object.Ref)
	if before, _ := s.page.(object.Ref); s.said && before != ref {
		if err := s.d.sink.Break(); err != nil {
			return err
		}
	}
	s.page, s.said = at, true
	return s.d.sink.Text([]byte(words + "\n"))
}

// media gives what an annotation plays: files, and sounds to which nobody
// listens.
func (d *document) media(a object.Dict) error {
	action := d.file.Dict(a.Get("A"))
	for _, v := range []any{a.Get("Sound"), action.Get("Sound")} {
		if err := d.sound(d.file.Stream(v)); err != nil {
			return err
		}
	}
	clip := d.file.Dict(d.file.Dict(action.Get("R")).Get("C"))
	for _, v := range []any{clip.Get("D"), d.file.Dict(a.Get("Movie")).Get("F")} {
		if err := d.attachment(v, ""); err != nil {
			return err
		}
	}
	content := d.file.Dict(a.Get("RichMediaContent"))
	if content == nil {
		return nil
	}
	d.walked = map[object.Origin]bool{}
	return d.nameTree(content.Get("Assets"), 0)
}

func (d *document) sound(s *object.Stream) error {
	if s == nil || d.given[s.Place()] {
		return nil
	}
	d.given[s.Place()] = true
	d.count.sounds++
	return d.sink.Child(extract.Child{Name: fmt.Sprintf("sound-%d", d.count.sounds), Size: -1, Seal: d.seal, Open: func() (io.ReadCloser, error) {
		return nil, fmt.Errorf("listen: %w", extract.ErrNotLooked)
	}})
}
