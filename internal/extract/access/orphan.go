package access

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
			if err := r.runs(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// least is how many characters are a run of text.
const least = 4

// runs gives the stretches of a row that can be text: of bytes, and of bytes with
// a zero behind each.
func (r *reader) runs(b []byte) error {
	r.row.Drop()
	for _, width := range []int{1, 2} {
		for i := 0; i < len(b); {
			n := 0
			for i+n*width < len(b) && printable(b[i+n*width]) && (width == 1 || i+n*width+1 < len(b) && b[i+n*width+1] == 0) {
				n++
			}
			if n >= least {
				for k := range n {
					r.row.B = append(r.row.B, b[i+k*width])
				}
				r.row.B = append(r.row.B, '\n')
			}
			i += max(n*width, 1)
		}
	}
	if len(r.row.B) == 0 {
		return nil
	}
	if err := r.sink.Text(r.row.B); err != nil {
		return err
	}
	r.row.Drop()
	return r.sink.Break()
}

func printable(c byte) bool { return c >= ' ' && c < 0x7f }
