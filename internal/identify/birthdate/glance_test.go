package birthdate

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"trustaudit/internal/identify"
)

// TestGlance holds that what parse tells at a glance is what it tells by and by.
func TestGlance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	signs := []string{" ", " ", ",", "\n", "[", "x", "-", "/", ".", "1", " 1", " 10:15", " 00:00", "T10:15", ":10:15", "é", "(", "2/"}
	pick := func() string { return signs[r.IntN(len(signs))] }
	matches, glances := 0, 0
	for range 200_000 {
		parts := []string{"/", "-", "."}
		one, two := parts[r.IntN(3)], parts[r.IntN(3)]
		if r.IntN(4) > 0 {
			two = one
		}
		text := pick() + pick() + fmt.Sprintf("%02d%s%02d%s%04d", r.IntN(34), one, r.IntN(14), two, 1890+r.IntN(150)) + pick() + pick() + " behind it"
		c := &identify.Context{Text: []byte(text), Now: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
		for at := range 6 {
			if !identify.IsDigit(text[at]) {
				continue
			}
			got, ok, done := glance(c, at)
			if !done {
				continue
			}
			glances++
			want, wanted := parseAny(c, at)
			if ok != wanted || ok && got != want {
				t.Fatalf("%q: got %+v %v, want %+v %v", text, got, ok, want, wanted)
			}
			if ok {
				matches++
			}
		}
	}
	if matches < 2_000 || glances-matches < 2_000 {
		t.Errorf("only %d matches of %d", matches, glances)
	}
}
