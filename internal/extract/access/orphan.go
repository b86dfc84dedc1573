package access

import "trustaudit/internal/extract/residue"

// orphans reads the rows of a table whose definition is gone, as lines of text.
func (r *reader) orphans(root uint32) error {
	for _, n := range r.pages[root] {
		page, err := r.page(n)
		if err != nil {
			return err
		}
		for i := range r.rows(page) {
			b, _, ok := r.rowAt(page, i)
			if !ok {
				continue
			}
			if r.row.B = residue.Text(r.row.B[:0], b); len(r.row.B) == 0 {
				continue
			}
			if err := r.sink.Text(r.row.B); err != nil {
				return err
			}
			r.row.Drop()
			if err := r.sink.Break(); err != nil {
				return err
			}
		}
	}
	return nil
}
