package snmp_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/ber"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/snmp"
	"trustaudit/internal/probetest"
)

func TestEstate(t *testing.T) {
	var records []*probetest.Record
	for _, name := range []string{"snmp, public", "snmp, version 3"} {
		t.Run(name, func(t *testing.T) {
			_, r := estatetest.Examine(t, name, snmp.Probe)
			records = append(records, r)
		})
	}
	if len(records) == 2 {
		probetest.Documented(t, snmp.Probe, records...)
	}
}

// TestWithoutTheNamedTest sees that no community is tried, and that this is said.
func TestWithoutTheNamedTest(t *testing.T) {
	_, r := estatetest.Untested(t, "snmp, public", snmp.Probe)
	const reason = "not tested: the engagement does not name snmp-public for this host"
	want := channel.Seen{
		Endpoint: "udp/" + r.Contacts[0].Address, Service: "snmp", Product: "Net-SNMP", Traits: []channel.Trait{{Name: "snmp.version", Value: "3"}},
		Untold: []channel.Untold{{Name: "encryption", Reason: reason}, {Name: "snmp.version", Reason: reason}, {Name: "access", Reason: reason}},
	}
	if diff := cmp.Diff(want, r.Facts[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, sent := range r.Contacts[0].Sent {
		if strings.Contains(string(sent), "public") || len(r.Contacts) != 1 {
			t.Errorf("%d contacts, sent %q", len(r.Contacts), sent)
		}
	}
}

// TestCutOff sees that a community which could not be tried is not taken for one
// that is refused.
func TestCutOff(t *testing.T) {
	report := ber.Value(ber.Sequence, ber.Int(3), ber.Value(ber.Sequence), ber.Text(string(ber.Value(ber.Sequence, ber.Text("engine")))))
	n := &probetest.Network{Services: map[string]probetest.Service{"h:161": func(conn net.Conn) {
		if _, err := conn.Read(make([]byte, 512)); err == nil {
			_, _ = conn.Write(report)
		}
	}}}
	calls := 0
	r := probetest.NewRecord(func(ctx context.Context, network, address string) (net.Conn, error) {
		if calls++; calls > 1 {
			return nil, probetest.Refusal("the window is closed")
		}
		return n.Dial(ctx, network, address)
	})
	session := r.Session(audit.Unit{Target: "udp://h:161"}, audit.Scope{})
	session.Allowed = func(string, string) bool { return true }
	if err := snmp.Probe.Observe(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	seen := r.Facts[0].(channel.Seen)
	if len(seen.Traits) != 1 || len(seen.Untold) != 4 {
		t.Errorf("%+v", seen)
	}
}
