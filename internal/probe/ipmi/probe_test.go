package ipmi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/ipmi"
	"trustaudit/internal/probetest"
)

func TestEstate(t *testing.T) {
	var records []*probetest.Record
	for _, name := range []string{"ipmi, open", "ipmi, hardened"} {
		t.Run(name, func(t *testing.T) {
			_, r := estatetest.Examine(t, name, ipmi.Probe)
			records = append(records, r)
		})
	}
	if len(records) == 2 {
		probetest.Documented(t, ipmi.Probe, records...)
	}
}

// TestWithoutTheNamedTest sees that no session is asked for, and that this is said.
func TestWithoutTheNamedTest(t *testing.T) {
	_, r := estatetest.Untested(t, "ipmi, hardened", ipmi.Probe)
	want := channel.Seen{
		Endpoint: "udp/" + r.Contacts[0].Address, Service: "ipmi", Traits: []channel.Trait{{Name: "ipmi.version", Value: "2.0"}},
		Untold: []channel.Untold{{Name: "ipmi.cipher", Reason: "not tested: the engagement does not name ipmi-session for this host"}},
	}
	if diff := cmp.Diff(want, r.Facts[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(r.Contacts) != 1 || len(r.Contacts[0].Sent) != 1 {
		t.Errorf("contacts: %+v", r.Contacts)
	}
}
