package identify_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestScrambled holds that a column called NHS number says what the check digits
// of its values say, and that so does the sketch that travels with it.
func TestScrambled(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	random := func(*rand.Rand) uint64 { return 6000000000 + r.Uint64N(1999999999) }
	tests := []struct {
		name      string
		heading   string
		value     func(*rand.Rand) uint64
		rows      int
		tested    string
		scrambled bool
		kind      string
	}{
		{"numbers", "nhs_number", testNumber, 200, "nhs-number", false, "nhs-number"},
		{"scrambled", "nhs_number", random, 200, "nhs-number", true, ""},
		{"too few to say", "", testNumber, 3, "nhs-number", false, ""},
		{"random without a name", "", random, 200, "", false, ""},
		{"called something else", "invoice", random, 3, "", false, ""},
	}
	for _, tt := range tests {
		s := newScanner()
		s.Table("", []string{tt.heading, "ward"})
		for range tt.rows {
			s.Row([][]byte{fmt.Append(nil, tt.value(r)), []byte("A1")})
		}
		var tested, kind string
		var scrambled bool
		passed, of := 0, 0
		for _, c := range s.Finish().Columns {
			tested, scrambled, kind = c.Tested, c.Scrambled, c.Kind
			of, passed = c.Sketch.Tested()
		}
		if diff := cmp.Diff([]any{tt.tested, tt.scrambled, tt.kind}, []any{tested, scrambled, kind}); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
		if tested == "" {
			continue
		}
		if of != tt.rows || !scrambled && passed != of || scrambled && passed > of/5 {
			t.Errorf("%s: %d of %d passed", tt.name, passed, of)
		}
	}
}
