package tendigit

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"trustaudit/internal/identify"
)

// TestGlance holds that what parse tells at a glance is what it tells by and by.
func TestGlance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	matches := 0
	for range 200_000 {
		v := r.Uint64N(1e10)
		if v%2 == 0 {
			v = 9_990_000_000 + v%10_000_000
		}
		plain, ends := r.IntN(2) == 0, []string{" ", "\n", ",", "x", "-", "1", ": 0", "£"}
		text := ends[r.IntN(len(ends))] + "%03d %03d %04d" + ends[r.IntN(len(ends))] + " behind it"
		if plain {
			text = ends[r.IntN(len(ends))] + "%03d%03d%04d" + ends[r.IntN(len(ends))] + " behind it"
		}
		text = fmt.Sprintf(text, v/1e7, v/1e4%1e3, v%1e4)
		c := identify.Context{Text: []byte(text)}
		at := 0
		for at < 3 && !identify.IsDigit(text[at]) || identify.IsDigit(c.Before(at)) {
			at++
		}
		got, ok := parseNHS(&c, at)
		want, wanted := NHS.parseAny(&c, at)
		if got != want || ok != wanted {
			t.Fatalf("%q: got %+v %v, want %+v %v", text, got, ok, want, wanted)
		}
		if ok {
			matches++
		}
	}
	if matches < 1000 {
		t.Errorf("only %d matches", matches)
	}
}
