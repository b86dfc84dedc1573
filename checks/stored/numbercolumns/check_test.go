package numbercolumns_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/checks/stored/numbercolumns"
	"trustaudit/internal/audit"
	"trustaudit/internal/checktest"
	content "trustaudit/internal/probe/content/fact"
)

func TestCheck(t *testing.T) { checktest.Run(t, &numbercolumns.Check, ".") }

// TestMoreLayoutsThanKept holds that beyond the bound the same layouts are kept
// whatever the order, and that the others are told.
func TestMoreLayoutsThanKept(t *testing.T) {
	const layouts = 700
	var sketches [2]audit.Sketch
	for i := range uint64(8) {
		sketches[i%2].AddTested(i*10, true)
	}
	judge := func(r *rand.Rand) audit.Result {
		pass := audit.NewPass(&numbercolumns.Check, "file:///srv/share", audit.Options{})
		fold := numbercolumns.Check.Judge(pass)
		for _, n := range r.Perm(2 * layouts) {
			fold.See(content.Column{
				Item: fmt.Sprint(n), Path: fmt.Sprintf("%d/%d.csv", n/2, n), Format: "csv", Rows: 4, Distinct: 4,
				Tested: "nhs-number", Sketch: sketches[n%2],
			})
		}
		fold.End()
		return pass.Result()
	}
	want := judge(rand.New(rand.NewPCG(1, 1)))
	if c := want.Coverage; c.Seen != 2*512 || c.Unread != 2*(layouts-512) || want.State != audit.Fail {
		t.Errorf("%s, coverage %+v", want.State, c)
	}
	if n := int64(len(want.Findings)) + want.MoreFindings; n != 512 {
		t.Errorf("%d findings", n)
	}
	for seed := range uint64(3) {
		if diff := cmp.Diff(want, judge(rand.New(rand.NewPCG(2, seed)))); diff != "" {
			t.Errorf("another order (-want +got):\n%s", diff)
		}
	}
}
