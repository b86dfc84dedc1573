package postcode

import (
	"testing"
	"time"

	"trustaudit/internal/identify"
)

// FuzzFind holds that no text makes the kind panic or match outside the text,
// wherever it is asked, in prose, in names and in cells, and that what is told at a
// glance is what is told by and by.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{"NHS No 943 476 5919", "PID|1||9434765919^^^NHS^NH||Canary^Ada||19580312", "Dear Mrs A. O'Brien-Smith, EX4 8AG",
		"born on 12th March 1958", "943\u00a0476\u00a05919", "M11AA", "12/03/58", " EX4 8AG, W1A 1AA and so on", " 12/03/1958, 31.12.1999 and so on", "\xe2\x80\xe3\x80", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		for _, name := range []bool{false, true} {
			c := identify.Context{Text: []byte(text), Now: now, Name: name}
			for at := range c.Text {
				if m, ok := Kind.Find(&c, at); ok && (m.End <= at || m.End > len(c.Text)) {
					t.Errorf("%q at %d: match ends at %d", text, at, m.End)
				}
				if got, ok, done := glance(&c, at); done {
					if want, wanted := parseAny(&c, at); ok != wanted || ok && got != want {
						t.Errorf("%q at %d: %+v %v at a glance, want %+v %v", text, at, got, ok, want, wanted)
					}
				}
			}
			if len(c.Text) > 0 {
				Kind.Cell(&c, identify.ShapeOf(c.Text))
			}
		}
	})
}
