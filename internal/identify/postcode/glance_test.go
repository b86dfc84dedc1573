package postcode

import (
	"math/rand/v2"
	"testing"

	"trustaudit/internal/identify"
)

// TestGlance holds that what parse tells at a glance is what it tells by and by.
func TestGlance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	matches, glances := 0, 0
	for range 200_000 {
		text := pick("", " ", "\n", ",", "x", "é", "1") + pick("E", "EX", "M", "Z", "ZZ", "W", "Ex", "EXE") + pick("1", "4", "14", "99", "1A", "a", "") +
			pick(" ", " ", " ", "  ", "", "\u00a0") + pick("8AG", "1AA", "9CI", "AAA", "1Aa", "12A") + pick("", " ", "x", "1", "é", ",") + " behind it"
		c := &identify.Context{Text: []byte(text)}
		for at := range len(text) {
			got, ok, done := glance(c, at)
			if !done {
				continue
			}
			glances++
			want, wanted := parseAny(c, at)
			if ok != wanted || ok && got != want {
				t.Fatalf("%q at %d: got %+v %v, want %+v %v", text, at, got, ok, want, wanted)
			}
			if ok {
				matches++
			}
		}
	}
	if matches < 3_000 || glances == matches {
		t.Errorf("only %d matches of %d", matches, glances)
	}
}
