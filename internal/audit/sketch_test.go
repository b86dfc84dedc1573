package audit

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSketchMerges holds that a sketch says the same however its values were
// spread over columns, and in whatever order these are merged.
func TestSketchMerges(t *testing.T) {
	for _, values := range []int{0, 1, SketchSize, SketchSize + 1, 5000} {
		r := rand.New(rand.NewPCG(1, uint64(values)))
		var whole Sketch
		parts := make([]Sketch, 7)
		for range values {
			digest, passed := r.Uint64(), r.IntN(3) > 0
			whole.AddTested(digest, passed)
			parts[r.IntN(7)].AddTested(digest, passed)
			parts[r.IntN(7)].AddTested(digest, passed) // a value may be in two columns
		}
		var merged Sketch
		for _, i := range r.Perm(len(parts)) {
			merged.Merge(parts[i])
		}
		merged.Merge(Sketch{})
		if diff := cmp.Diff(whole, merged); diff != "" {
			t.Errorf("%d values: merged (-whole +merged):\n%s", values, diff)
		}
		if whole.Full != (values > SketchSize) || len(whole.Lowest) > SketchSize {
			t.Errorf("%d values: %d kept, full %v", values, len(whole.Lowest), whole.Full)
		}
	}
}

// TestSketchTested holds that the sample's share of passed values is that of all
// values, exactly while all are kept.
func TestSketchTested(t *testing.T) {
	for _, test := range []struct {
		values int
		share  float64
		within float64
	}{
		{0, 0, 0}, {1, 1, 0}, {1, 0, 0}, {100, 0.5, 0}, {SketchSize, 1, 0}, {SketchSize, 0, 0},
		{20_000, 1, 0}, {20_000, 0, 0}, {20_000, 1.0 / 11, 0.06}, {20_000, 0.98, 0.06},
	} {
		r := rand.New(rand.NewPCG(2, 2))
		var s Sketch
		passes := 0
		for i := range test.values {
			passed := float64(i) < test.share*float64(test.values)
			if passed {
				passes++
			}
			digest := r.Uint64()
			s.AddTested(digest, passed)
			s.AddTested(digest^1, passed) // the bit is the test's: the same value
		}
		tested, passed := s.Tested()
		if want := min(test.values, SketchSize); tested != want {
			t.Errorf("%v: %d tested, want %d", test, tested, want)
		}
		if test.values <= SketchSize && passed != passes {
			t.Errorf("%v: %d passed, want %d", test, passed, passes)
		}
		if tested > 0 && math.Abs(float64(passed)/float64(tested)-test.share) > test.within+0.005 {
			t.Errorf("%v: %d of %d passed", test, passed, tested)
		}
	}
}

func TestSketchDistinct(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var s Sketch
	for i := range 50_000 {
		digest := r.Uint64()
		s.Add(digest)
		s.Add(digest)
		if n, exact := s.Distinct(); exact != (i < SketchSize) || exact && n != int64(i+1) {
			t.Fatalf("after %d values: %d, exact %v", i+1, n, exact)
		}
	}
	if n, _ := s.Distinct(); n < 40_000 || n > 60_000 {
		t.Errorf("50,000 values: %d estimated", n)
	}
}
