package identify_test

import (
	"testing"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	"trustaudit/internal/identify/all"
)

// TestExplain holds that the addends of a record are its score, and name what
// they rest on.
func TestExplain(t *testing.T) {
	s := identify.NewScanner(identify.Config{Kinds: all.Kinds(), Key: audit.NewKey([32]byte{7}), Now: now, Explain: true})
	for _, text := range []string{"NHS No. {A} for Mrs Canary, dob 12/03/1958\n\nMr Finch came.", "csv:Surname,NHS Number\nCanary,{a}\nFinch,{b}\n", "rows:" + list(40, testNumber)} {
		sum := scanText(s, fill(text))
		if len(sum.Explained) == 0 || sum.Explained[0].Score != sum.Score {
			t.Fatalf("%q: explained %+v, score %v", text, sum.Explained, sum.Score)
		}
		for _, r := range sum.Explained {
			total := 0.0
			for _, a := range r.Addends {
				total += a.Bans
			}
			if diff := total - r.Score; diff > 1e-6 || diff < -1e-6 {
				t.Errorf("%q: addends come to %v, score is %v: %+v", text, total, r.Score, r.Addends)
			}
		}
	}
}
