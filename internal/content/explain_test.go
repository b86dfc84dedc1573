package content_test

import (
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/content"
	"trustaudit/internal/identify"
	"trustaudit/internal/probe/content/fact"
)

// TestExplain holds that every item with evidence is explained, children before
// their container, and that no heading that names somebody gets out.
func TestExplain(t *testing.T) {
	csv := "nhs_number,DOB of Mrs Edith Canarybird,ward\n9434765919,12/03/1944,A\n9876544321,13/03/1951,B\n9434765919,12/03/1944,C\n"
	letter := "NHS No: 943 476 5919\nDate of birth: 12/03/1944\n"
	var told []string
	headings := map[string]bool{}
	run(t, content.Config{Explain: func(i fact.Item, records []identify.Record) {
		told = append(told, i.Path)
		sum := 0.0
		for _, a := range records[0].Addends {
			sum += a.Bans
			headings[a.Column] = true
		}
		if fmt.Sprintf("%.2f", sum) != fmt.Sprintf("%.2f", i.Score) || records[0].Score != i.Score {
			t.Errorf("%s: the addends come to %.2f, the score is %.2f", i.Path, sum, i.Score)
		}
	}}, item("a.zip", pack(t, "x.csv", csv, "minutes.txt", "New chairs.")), item("letter.txt", []byte(letter)))
	if got := strings.Join(told, " "); got != "a.zip!/x.csv letter.txt" {
		t.Errorf("told of %s", got)
	}
	for h := range headings {
		if strings.Contains(h, "Canarybird") || strings.Contains(h, "943") {
			t.Errorf("heading %q is not masked", h)
		}
	}
	if len(headings) != 3 || !headings["nhs_number"] { // and a masked one, and none of prose
		t.Errorf("headings: %v", headings)
	}
}
