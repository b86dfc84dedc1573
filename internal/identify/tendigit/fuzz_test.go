package tendigit

import (
	"testing"

	"trustaudit/internal/identify"
)

// FuzzFind holds that no text makes a kind panic or match outside the text,
// wherever it is asked, in prose, in names and in cells, that a match is of one
// kind alone, and that what the swift way reads, and what is told at a glance, the
// plain way reads too.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{"NHS No 943 476 5919", "PID|1||9434765919^^^NHS^NH||Canary^Ada||19580312", "H&C No: 320 123 4567",
		"943\u00a0476\u00a05919", "943 476\r\n> 5919", "0101580002", "CHI 010158 0002", "0009434765919", "9.434765919E9", "9,434,765,919",
		"NHS9434765919DOB12/03/1958", "\xe2\x80\xe3\x80", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []bool{false, true} {
			c := identify.Context{Text: []byte(text), Name: name}
			for at := range c.Text {
				matches := 0
				for _, k := range kinds {
					m, ok := k.Find(&c, at)
					if ok && (m.End <= at || m.End > len(c.Text)) {
						t.Errorf("%q at %d: match ends at %d", text, at, m.End)
					}
					if ok {
						matches++
					}
				}
				if matches > 1 {
					t.Errorf("%q at %d: %d kinds match", text, at, matches)
				}
				compareReaders(t, &c, at)
				got, ok := parseNHS(&c, at)
				if want, wanted := NHS.parse(&c, at); ok != wanted || ok && got != want {
					t.Errorf("%q at %d: %+v %v at a glance, want %+v %v", text, at, got, ok, want, wanted)
				}
			}
			for _, k := range kinds {
				if len(c.Text) > 0 {
					k.Cell(&c, identify.ShapeOf(c.Text))
				}
			}
		}
	})
}

func compareReaders(t *testing.T, c *identify.Context, at int) {
	if at+head > len(c.Text) {
		return
	}
	eight, two, length := swift(c.Text[at : at+head])
	n, ok := read(c, at)
	switch {
	case length < 0 && ok:
		t.Errorf("%q at %d: read as %+v", c.Text, at, n)
	case length > 0 && (!ok || n.value != valueOf(eight, two) || n.valid != passes(eight, two) || n.end != at+length):
		t.Errorf("%q at %d: %d of %d bytes, read as %+v", c.Text, at, valueOf(eight, two), length, n)
	}
}
