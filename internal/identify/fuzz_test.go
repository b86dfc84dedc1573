package identify_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzScanner holds that no text and no table makes the scanner panic, that
// cutting the text changes nothing, and that an excerpt stays short and free of
// digits beyond three.
func FuzzScanner(f *testing.F) {
	for _, test := range identifiableTests {
		f.Add([]byte(fill(test.text)), uint16(7))
	}
	f.Add(bytes.Repeat([]byte("9"), 300), uint16(64))
	f.Add([]byte("\xe2\x80943\xc2\xa0\xe3\x80\x80PID|^^^"), uint16(1))
	whole, cut, table := newScanner(), newScanner(), newScanner()
	f.Fuzz(func(t *testing.T, data []byte, at uint16) {
		whole.Reset()
		whole.Text(data)
		want := whole.Finish()
		cut.Reset()
		n := int(at) % (len(data) + 1)
		cut.Text(data[:n])
		cut.Text(data[n:])
		if got := cut.Finish(); got.Records != want.Records || got.Score != want.Score || len(got.Identifiers) != len(want.Identifiers) {
			t.Errorf("cut at %d: %+v, whole: %+v", n, got, want)
		}
		table.Reset()
		table.Table("", strings.Split(string(data[:n]), ","))
		for line := range bytes.Lines(data) {
			table.Row(bytes.Split(line, []byte(",")))
		}
		for _, excerpt := range []string{want.Excerpt, table.Finish().Excerpt} {
			digits := 0
			for _, ch := range excerpt {
				if ch >= '0' && ch <= '9' {
					digits++
				}
			}
			if digits > 3 || utf8.RuneCountInString(excerpt) > 80 {
				t.Errorf("excerpt %q", excerpt)
			}
		}
	})
}

// FuzzMask holds that a masked path keeps its number of components and holds
// nothing more to mask.
func FuzzMask(f *testing.F) {
	for _, name := range harmless {
		f.Add(name)
	}
	f.Add("a/9434765919.zip!/Mrs Canary.txt")
	s := newScanner()
	f.Fuzz(func(t *testing.T, path string) {
		masked, found := s.Mask(path)
		if found == (masked == path) {
			t.Errorf("Mask(%q) = %q, %v", path, masked, found)
		}
		if strings.Count(masked, "/") != strings.Count(path, "/") {
			t.Errorf("Mask(%q) = %q", path, masked)
		}
		s.MaskName(path)
	})
}
