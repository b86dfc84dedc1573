package page

import (
	"testing"
	"testing/quick"

	"trustaudit/internal/extract/row"
)

// Whatever a page holds, nothing panics.
func TestHostile(t *testing.T) {
	err := quick.Check(func(b []byte, reserved uint8) bool {
		page := make([]byte, 1024)
		for i := range page {
			if len(b) > 0 {
				page[i] = b[i%len(b)] ^ byte(i/len(b))
			}
		}
		page[0] = leaf
		p, ok := New(page, false, int(reserved))
		if !ok {
			return true
		}
		var w row.Row
		for i := range p.Rows() {
			p.Row(i, &w)
			w.Drop()
		}
		p.Left(func([]byte) {})
		return true
	}, nil)
	if err != nil {
		t.Error(err)
	}
}
