package tendigit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slowValid is the rule as the data dictionary states it.
func slowValid(v uint64) bool {
	var digits [10]uint64
	for i := 9; i >= 0; i-- {
		digits[i] = v % 10
		v /= 10
	}
	sum := uint64(0)
	for i := range 9 {
		sum += digits[i] * uint64(10-i)
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return v == 0 && check != 10 && check == digits[9]
}

func TestValid(t *testing.T) {
	for v, want := range map[uint64]bool{9434765919: true, 4010232137: true, 9434765918: false, 0: true, 9999999999: true, 10000000000: false, 1234567890: false} {
		if got := Valid(v); got != want {
			t.Errorf("Valid(%d) = %v", v, got)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	passed := 0
	const n = 200_000
	for range n {
		v := r.Uint64N(1e10)
		if Valid(v) != slowValid(v) {
			t.Fatalf("Valid(%d) = %v", v, Valid(v))
		}
		for _, text := range []string{fmt.Sprintf("%010d   ", v), fmt.Sprintf("%03d-%03d-%04d ", v/1e7, v/1e4%1e3, v%1e4)} {
			eight, two, end := swift([]byte(text))
			if passes(eight, two) != Valid(v) || valueOf(eight, two) != v || end != len(strings.TrimSpace(text)) {
				t.Fatalf("%q: read as %d of %d bytes, passes %v", text, valueOf(eight, two), end, passes(eight, two))
			}
		}
		if Valid(v) {
			passed++
		}
	}
	if share := float64(passed) / n; share < 0.089 || share > 0.093 {
		t.Errorf("%.4f of random numbers pass, want 1/11 nearly", share)
	}
}

func TestSchemeOf(t *testing.T) {
	type scheme struct {
		s      Scheme
		issued bool
		test   bool
	}
	none := scheme{NHS, false, false}
	tests := []struct {
		v    uint64
		want scheme
	}{
		{4000000000, scheme{NHS, true, false}}, {4999999999, scheme{NHS, true, false}}, {6000000000, scheme{NHS, true, false}}, {7999999999, scheme{NHS, true, false}},
		{5000000000, scheme{NHS, true, true}}, {5999999999, scheme{NHS, true, true}}, {9000000000, scheme{NHS, true, true}}, {9999999999, scheme{NHS, true, true}},
		{3200000000, scheme{HC, true, false}}, {3999999999, scheme{HC, true, false}},
		{101580000, scheme{CHI, true, false}},  // 01/01/58
		{3112990000, scheme{CHI, true, false}}, // 31/12/99
		{2902560000, scheme{CHI, true, false}}, {2902000000, scheme{CHI, true, false}},
		{2902570000, none}, // 29 February 57
		{3102990000, none}, {3104990000, none}, {1713580000, none}, {1580000, none}, {1500580000, none},
		{3199999999, none}, {8000000000, none}, {8999999999, none},
	}
	for _, tt := range tests {
		s, issued := schemeOf(tt.v)
		if diff := cmp.Diff(fmt.Sprint(tt.want), fmt.Sprint(scheme{s, issued, ranges[tt.v/1e8].test != 0})); diff != "" {
			t.Errorf("%010d: %s", tt.v, diff)
		}
	}
}

// TestLeads holds that a scheme is asked about every number that is its own.
func TestLeads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for range 200_000 {
		v := r.Uint64N(1e10)
		text := fmt.Sprintf("%010d", v)
		if s, _ := schemeOf(v); !s.may(text[0], text[1]) {
			t.Fatalf("%s: scheme %d is not asked", text, s)
		}
	}
}

func TestBorn(t *testing.T) {
	for _, tt := range []struct {
		chi, date uint64
		want      uint32
	}{
		{1203580123, 19580312, born}, {1203000123, 20000312, born}, {101580123, 19580101, born},
		{1203580123, 19580313, differ}, {1203580123, 19590312, differ}, {1203580123, 19581203, differ},
	} {
		if got := agree(tt.chi, "date-of-birth", tt.date); got != tt.want {
			t.Errorf("%010d and %d: %b, want %b", tt.chi, tt.date, got, tt.want)
		}
	}
	if got := agree(1203580123, "postcode", 19580312); got != 0 {
		t.Errorf("a postcode gives %b", got)
	}
}

func TestTimeSignals(t *testing.T) {
	for v, want := range map[uint64]uint32{
		1711672024: epoch,         // 29 March 2024
		1203580123: 0,             // 12/03/58
		1203241530: stamp,         // 12/03/24 15:30
		2403121530: stamp,         // 24-03-12 15:30
		1203249930: 0,             // no hour
		1203241575: 0,             // no minute
		1612241530: epoch | stamp, // both
	} {
		if got := timeSignals(v); got != want {
			t.Errorf("%d: %b, want %b", v, got, want)
		}
	}
}
