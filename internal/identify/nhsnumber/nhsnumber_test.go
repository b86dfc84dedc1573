package nhsnumber

import (
	"math/rand/v2"
	"strings"
	"testing"

	"trustaudit/internal/identify"
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
		if Valid(v) {
			passed++
		}
	}
	if share := float64(passed) / n; share < 0.089 || share > 0.093 {
		t.Errorf("%.4f of random numbers pass, want 1/11 nearly", share)
	}
}

func TestExamples(t *testing.T) {
	for text, want := range map[string]bool{"4010232137": true, "450 557 7104": true, "943 476 5919": true, "401 023 2145": false} {
		c := identify.Context{Text: []byte(text)}
		if m, ok := Kind.Find(&c, 0); !ok || (m.Signals&test != 0) != want {
			t.Errorf("%s: found %v, a test value %v, want %v", text, ok, m.Signals&test != 0, want)
		}
	}
}

func TestRangeOf(t *testing.T) {
	tests := []struct {
		v    uint64
		want Range
	}{
		{4000000000, England}, {4999999999, England}, {6000000000, England}, {7999999999, England},
		{5000000000, Test}, {9000000000, Test}, {9999999999, Test},
		{3200000000, Northern}, {3999999999, Northern},
		{101580000, Scotland},  // 01/01/58
		{3112990000, Scotland}, // 31/12/99
		{3102990000, Unissued}, // 31 February
		{1713580000, Unissued}, // month 13
		{1580000, Unissued},    // day 0
		{3199999999, Unissued}, {8000000000, Unissued}, {8999999999, Unissued},
	}
	for _, tt := range tests {
		if got := RangeOf(tt.v); got != tt.want {
			t.Errorf("RangeOf(%010d) = %q, want %q", tt.v, got, tt.want)
		}
	}
}

// TestFind asks at every place of a text; the number is written as "#".
func TestFind(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"#", true}, {"'#'", true}, {"(#)", true}, {"^#^", true}, {"|#|", true}, {",#,", true}, {"x #.", true}, {"#.0", true}, {"#\n", true},
		{"a#", false}, {"#a", false}, {"1#", false}, {"#1", false}, {"0.#", false}, {"#.5", false}, {"#.05", false}, {"+#", false}, {"$#", false},
		{"£#", false}, {"12-#", false}, {"#-12", false}, {"é#", true},
	} {
		for _, number := range []string{"9434765919", "943 476 5919", "943-476-5919", "943\n476 5919", "943 476\r\n5919"} {
			if number != "9434765919" && strings.Contains(tt.text, "#.0") {
				continue
			}
			text := strings.ReplaceAll(tt.text, "#", number)
			c := identify.Context{Text: []byte(text)}
			got := false
			for at := range c.Text {
				if !identify.IsDigit(c.Text[at]) || at > 0 && identify.IsDigit(c.Text[at-1]) {
					continue
				}
				if m, ok := Kind.Find(&c, at); ok {
					got = got || m.Value == 9434765919 && m.Signals&checksum != 0
				}
			}
			if got != tt.want {
				t.Errorf("%q: found = %v, want %v", text, got, tt.want)
			}
		}
	}
}

func TestFindMixedSeparators(t *testing.T) {
	for _, text := range []string{"943 476-5919", "943  476 5919", "9434 765 919", "943 476 591", "943_476_5919", "943\n476\n5919", "943-476\n5919"} {
		c := identify.Context{Text: []byte(text)}
		if m, ok := Kind.Find(&c, 0); ok {
			t.Errorf("%q: found %+v", text, m)
		}
	}
}
