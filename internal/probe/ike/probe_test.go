package ike_test

import (
	"strings"
	"testing"

	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/ike"
	"trustaudit/internal/probetest"
)

func TestEstate(t *testing.T) {
	var records []*probetest.Record
	for _, name := range []string{"ike, weak", "ike, version 1 alone", "ike, XAUTH alone", "ike, hardened"} {
		t.Run(name, func(t *testing.T) {
			_, r := estatetest.Examine(t, name, ike.Probe)
			records = append(records, r)
		})
	}
	if len(records) == 4 {
		probetest.Documented(t, ike.Probe, records...)
	}
}

// TestWithoutTheNamedTest sees that aggressive mode is not asked for, and that this is said.
func TestWithoutTheNamedTest(t *testing.T) {
	_, r := estatetest.Untested(t, "ike, weak", ike.Probe)
	want := channel.Untold{Name: "ike.aggressive", Reason: "not tested: the engagement does not name ike-aggressive for this host"}
	if seen := r.Facts[0].(channel.Seen); len(seen.Untold) != 1 || seen.Untold[0] != want {
		t.Errorf("untold: %+v", seen.Untold)
	}
	for _, said := range r.Said() {
		if strings.Contains(said, "aggressive") {
			t.Errorf("sent %q", said)
		}
	}
}
