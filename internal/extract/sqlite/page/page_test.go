package page

import (
	"testing"
	"testing/quick"

	"trustaudit/internal/extract/row"
)

func TestText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"\x00\x019990123456SmithAnn1950-01-02\x00", "9990123456 SmithAnn1950-01-02\n"},
		{"ab1999012345 6\x00short\x00Ann12345678", "ab 1999012345 6\nAnn 12345678\n"},
		{"SW1A 1AA\xff\x00\x00", "SW1A 1AA\n"},
		{"", ""},
	} {
		if got := string(Text(nil, []byte(tt.in))); got != tt.want {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

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
