package object

import "fmt"

const (
	maxPages     = 1 << 20
	maxPageDepth = 64
)

// Page is a page, with what it inherits.
type Page struct {
	Dict          Dict
	Resources     Dict
	Width, Height float64
}

// Pages gives the pages in order. Where the tree of pages leads to none, any
// page that is in the file is given.
func (f *File) Pages(visit func(Page) error) error {
	w := walk{f: f, visit: visit, seen: map[int]bool{}}
	root := f.Dict(f.Trailer.Get("Root"))
	err := w.node(root.Get("Pages"), Page{Width: 612, Height: 792}, 0)
	if err != nil || w.count > 0 {
		return err
	}
	return f.Loose("Page", func(d Dict) error { return w.leaf(d, Page{Width: 612, Height: 792}) })
}

type walk struct {
	f     *File
	visit func(Page) error
	seen  map[int]bool
	count int
}

func (w *walk) node(v any, from Page, depth int) error {
	if ref, ok := v.(Ref); ok {
		if w.seen[ref.Num] {
			return nil
		}
		w.seen[ref.Num] = true
	}
	d, ok := w.f.Resolve(v).(Dict)
	if w.f.in.err != nil {
		return w.f.in.err
	}
	if !ok || depth > maxPageDepth || w.count >= maxPages {
		w.f.Damage()
		return nil
	}
	kids, isTree := w.f.Resolve(d.Get("Kids")).(Array)
	if !isTree {
		return w.leaf(d, from)
	}
	from = w.f.inherit(d, from)
	for _, kid := range kids {
		if err := w.node(kid, from, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) leaf(d Dict, from Page) error {
	w.count++
	p := w.f.inherit(d, from)
	p.Dict = d
	if err := w.visit(p); err != nil {
		return fmt.Errorf("read page %d: %w", w.count, err)
	}
	return nil
}

// inherit takes what a node of the tree says for all below it.
func (f *File) inherit(d Dict, p Page) Page {
	if r := f.Dict(d.Get("Resources")); r != nil {
		p.Resources = r
	}
	if box, ok := f.Numbers(d.Get("MediaBox"), 4); ok {
		p.Width, p.Height = box[2]-box[0], box[3]-box[1]
	}
	return p
}
