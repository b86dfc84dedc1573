package audit

import (
	"math"
	"testing"
)

func TestBinomialTail(t *testing.T) {
	for _, test := range []struct {
		n, k int
		p    float64
		want float64
	}{
		{10, 0, 0.1, 1}, {10, -1, 0.1, 1}, {1, 1, 0.25, 0.25}, {2, 1, 0.5, 0.75}, {3, 2, 0.5, 0.5}, {3, 4, 0.5, 0},
		{4, 4, 1.0 / 11, math.Pow(1.0/11, 4)}, {6, 6, 1.0 / 11, math.Pow(1.0/11, 6)},
		{512, 512, 1.0 / 11, math.Pow(1.0/11, 512)}, {0, 0, 0.5, 1},
	} {
		if got := BinomialTail(test.n, test.k, test.p); math.Abs(got-test.want) > 1e-9*test.want+1e-300 {
			t.Errorf("%d or more of %d at %v: %v, want %v", test.k, test.n, test.p, got, test.want)
		}
	}
	// One check digit in eleven passes by chance: five that pass may be, six not.
	if five, six := BinomialTail(5, 5, 1.0/11), BinomialTail(6, 6, 1.0/11); five < Surely || six > Surely {
		t.Errorf("five: %v, six: %v", five, six)
	}
}
