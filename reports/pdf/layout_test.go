package pdf

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"trustaudit/reports/reporttest"
)

// word is a word on a page, where it stands.
type word struct {
	x1, y1, x2, y2 float64
	text           string
}

// TestWordsStayInPlace has poppler tell where every word stands: none outside
// the margins, none upon another.
func TestWordsStayInPlace(t *testing.T) {
	entry := regexp.MustCompile(`<word xMin="([0-9.-]+)" yMin="([0-9.-]+)" xMax="([0-9.-]+)" yMax="([0-9.-]+)">(.*)</word>`)
	for name, r := range reporttest.All() {
		t.Run(name, func(t *testing.T) {
			pages := strings.Split(read(t, r, "pdftotext", "-bbox", "FILE", "-"), "<page ")[1:]
			for n, page := range pages {
				var words []word
				for _, m := range entry.FindAllStringSubmatch(page, -1) {
					var at [4]float64
					for i := range at {
						at[i], _ = strconv.ParseFloat(m[i+1], 64)
					}
					words = append(words, word{at[0], at[1], at[2], at[3], m[5]})
				}
				if len(words) < 12 {
					t.Errorf("page %d is all but empty: %d words", n+1, len(words))
				}
				inPlace(t, n+1, words)
			}
		})
	}
}

func inPlace(t *testing.T, page int, words []word) {
	t.Helper()
	for i, w := range words {
		if w.x1 < left-1 || w.x2 > right+1 || w.y1 < 0 || w.y2 > pageH-20 {
			t.Errorf("page %d: %q stands at %.0f to %.0f, %.0f to %.0f", page, w.text, w.x1, w.x2, w.y1, w.y2)
		}
		for _, o := range words[:i] {
			if min(w.x2, o.x2)-max(w.x1, o.x1) > 1 && min(w.y2, o.y2)-max(w.y1, o.y1) > 3.5 {
				t.Errorf("page %d: %q and %q stand upon each other", page, w.text, o.text)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	s, err := newSheet(reporttest.Empty())
	if err != nil {
		t.Fatal(err)
	}
	s.page()
	tests := map[string]struct {
		text string
		font font
		w    float64
		max  int
		want string
	}{
		"fits":                  {"one two", font{"", 10, ink}, 100, 0, "one two"},
		"nothing":               {"", font{"", 10, ink}, 100, 2, ""},
		"at spaces":             {"one two three", font{"", 10, ink}, 40, 0, "one two|three"},
		"at a separator":        {"file:///srv/share/letters", font{mono, 10, ink}, 76, 0, "file:///srv/|share/|letters"},
		"no separator":          {"aaaaaaaaaaaaaaaa", font{mono, 10, ink}, 62, 0, "aaaaaaaaaa|aaaaaa"},
		"cut inside a word":     {"Report aaaaaaaaaaaaaaaaaaaaaaaaa", font{"", 10, ink}, 80, 1, "Report aaaaaa …"},
		"ends cut":              {"one two three four five", font{"", 10, ink}, 50, 2, "one two|three …"},
		"middle of a path":      {"/srv/share/a/long/path/to/letter.txt", font{mono, 10, ink}, 120, 1, "/srv/shar…letter.txt"},
		"one line per text":     {"a\nb\tc\x00", font{"", 10, ink}, 100, 0, "a b c\ufffd"},
		"direction is harmless": {"a\u202egnp", font{"", 10, ink}, 100, 0, "a\ufffdgnp"},
		"beyond the plane":      {"🏥", font{"", 10, ink}, 100, 0, "\ufffd"},
		"not UTF-8":             {"a\xff", font{"", 10, ink}, 100, 0, "a\ufffd"},
		"narrower than a rune":  {"ab", font{"", 10, ink}, 1, 0, "a|b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(s.wrap(test.text, test.font, test.w, test.max), "|"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzWrap holds that text from outside never takes more lines than it may, nor
// a line more room, nor is the drawing library given what it fails on.
func FuzzWrap(f *testing.F) {
	f.Add("file:///srv/share/letters and more", 60.0, 2)
	f.Add("\xff\xfe\x00🏥\u202e", 20.0, 1)
	f.Fuzz(func(t *testing.T, text string, w float64, most int) {
		if !(w >= 20 && w <= 1000) || most < 1 || most > 20 || len(text) > 4000 {
			t.Skip()
		}
		s, err := newSheet(reporttest.Empty())
		if err != nil {
			t.Fatal(err)
		}
		s.page()
		for _, face := range []font{{"", 10, ink}, {mono, 9, ink}} {
			lines := s.wrap(text, face, w, most)
			if len(lines) == 0 || len(lines) > most {
				t.Errorf("%d lines, want 1 to %d", len(lines), most)
			}
			for _, line := range lines {
				if s.pdf.GetStringWidth(line) > w+0.01 {
					t.Errorf("%q is %.1f wide, wider than %.1f", line, s.pdf.GetStringWidth(line), w)
				}
				s.text(0, 50, face, line)
			}
		}
		if err := s.pdf.Error(); err != nil {
			t.Error(err)
		}
	})
}
