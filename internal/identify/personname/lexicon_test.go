package personname

import (
	"slices"
	"strings"
	"testing"

	"trustaudit/templates"
)

// The lists are sorted, without doubles and blanks, and say where they are from.
func TestLists(t *testing.T) {
	for list, fewest := range map[string]int{"forenames.txt": 10000, "surnames.txt": 30000, "ordinary.txt": 1500, "eponyms.txt": 50} {
		data, err := templates.IdentifierData.ReadFile("identifiers/" + list)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		head := ""
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "#") {
				head += line + "\n"
				continue
			}
			word, class, classed := strings.Cut(line, "\t")
			if strings.Trim(strings.ReplaceAll(word, " ", ""), "abcdefghijklmnopqrstuvwxyz") != "" || word != strings.TrimSpace(word) ||
				word == "" || classed && class != "1" || list != "eponyms.txt" && strings.Contains(word, " ") {
				t.Errorf("%s: the line %q", list, line)
			}
			words = append(words, word)
		}
		if !slices.IsSorted(words) || len(slices.Compact(words)) != len(words) {
			t.Errorf("%s is not sorted, or has doubles", list)
		}
		if len(words) < fewest {
			t.Errorf("%s has %d words", list, len(words))
		}
		if !strings.Contains(head, "Source: ") || !strings.Contains(strings.ToLower(head), "licence") {
			t.Errorf("%s does not say where it is from", list)
		}
	}
}

func TestTraits(t *testing.T) {
	l := load()
	tests := map[string]traits{
		"smith": family | frequent, "emily": given | family | frequent, "heather": given | frequent | ordinary,
		"brown": family | frequent | ordinary, "mrs": personTitle, "dr": staffTitle, "ward": family | frequent | ordinary | afterwards | organisation,
		"van": particle, "hospital": afterwards | organisation, "qzxwv": 0, "": 0,
	}
	for word, want := range tests {
		s := spell([]byte(word))
		if got := l.of(&s); got&want != want || want == 0 && got != 0 {
			t.Errorf("%s: got %b, want %b", word, got, want)
		}
	}
}

// Every word of the lists is found again, and the table stays sparse.
func TestLexiconHoldsAll(t *testing.T) {
	l := load()
	used := 0
	for i := range l.table {
		e := &l.table[i]
		if e.length == 0 {
			continue
		}
		used++
		s := spell(l.text[e.at : e.at+uint32(e.length)])
		if l.of(&s) != e.traits {
			t.Errorf("%s is not found", l.text[e.at:e.at+uint32(e.length)])
		}
	}
	if used*4 > len(l.table)*3 {
		t.Errorf("%d of %d places of the table are used: looking words up becomes slow", used, len(l.table))
	}
}

func TestReadWord(t *testing.T) {
	l := load()
	tests := []struct{ text, letters, rest string }{
		{"Smith, J", "smith", ", J"},
		{"O'Brien", "obrien", ""},
		{"O’Brien x", "obrien", " x"},
		{"Smith's", "smith", "'s"},
		{"Łukasz", "lukasz", ""},
		{"Ayşe Ö", "ayse", " Ö"},
		{"José", "jose", ""},
		{"Jose\u0301 x", "jose", " x"}, // a letter with its accent behind it
		{"Weiß", "weiss", ""},
		{"Nguyễn", "nguyen", ""},
		{"Pneumonoultramicroscopic", "pneumonoultramicrosc", ""},
		{"Smith\u00a0x", "smith", "\u00a0x"},
		{"Smith\xff", "smith", "\xff"},
		{"Иванов", "", "Иванов"},
		{"", "", ""},
	}
	for _, tt := range tests {
		for _, text := range []string{tt.text, tt.text + strings.Repeat(" ", 40)} { // with room behind it, and without
			w := l.readWord([]byte(text), 0)
			if got := string(w.letters[:w.n]); got != tt.letters || !strings.HasPrefix(text[w.end:], tt.rest) || len(text)-w.end > len(tt.rest)+40 {
				t.Errorf("%q: got %q, then %q", text, got, text[w.end:])
			}
		}
	}
}

// What the field's name can end with is told by its last letters: the lists must
// hold no other.
func TestEndsField(t *testing.T) {
	data, err := templates.IdentifierData.ReadFile("identifiers/labels.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		row := strings.Split(strings.TrimSpace(line), "\t")
		if row[0] != "name-field" && row[0] != "name-patient" {
			continue
		}
		for w := range strings.FieldsSeq(row[2]) {
			if b := []byte(" " + w); !endsField(b[len(b)-2], b[len(b)-1]) {
				t.Errorf("a field's name that ends with %q is never looked at", w)
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		readLexicon()
	}
}
