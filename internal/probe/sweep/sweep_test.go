package sweep_test

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/sweep"
	"trustaudit/internal/probe/sweep/fact"
	"trustaudit/internal/probetest"
)

func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{
			Services: map[string]probetest.Service{"10.0.0.2:445": func(net.Conn) {}, "10.0.0.10:443": probetest.Mute},
			Absent: func(address string) bool {
				return !strings.HasPrefix(address, "10.0.0.2:") && address != "10.0.0.10:443"
			},
		}
		r := probetest.NewRecord(n.Dial)
		s := r.Session(audit.Unit{Target: "net:10.0.0.0/28", Subject: "10.0.0.0/28"}, audit.Scope{})
		for _, host := range []string{"10.0.0.10", "10.0.0.2", "10.0.0.3"} {
			s.Addresses = append(s.Addresses, probe.Address{Host: host})
		}
		s.Addresses = append(s.Addresses, probe.Address{Host: "10.0.0.9", Refused: "fragile (10.0.0.9)"})
		began := time.Now()
		if err := sweep.Probe.Observe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		n.Wait()
		probetest.Check(t, sweep.Probe, r)
		want := fact.Block{
			Network: "10.0.0.0/28", Addresses: 4, Silent: 1, Live: []string{"10.0.0.2", "10.0.0.10"},
			Refused: []fact.Refused{{Address: "10.0.0.9", Reason: "fragile (10.0.0.9)"}},
		}
		if diff := cmp.Diff([]audit.Fact{want}, r.Facts); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
		if took := time.Since(began); took > 8*probe.ConnectTimeout+time.Second {
			t.Errorf("took %v", took)
		}
		// One that answered is not knocked at again.
		knocks := map[string]int{}
		for _, c := range r.Contacts {
			host, _, _ := net.SplitHostPort(c.Address)
			knocks[host]++
			if len(c.Sent) > 0 {
				t.Errorf("sent %q to %s", c.Sent, c.Address)
			}
		}
		if diff := cmp.Diff(map[string]int{"10.0.0.2": 1, "10.0.0.10": 1, "10.0.0.3": 8}, knocks); diff != "" {
			t.Errorf("knocks (-want +got):\n%s", diff)
		}
	})
}

// TestUnclear sees that what this machine cannot do costs the address alone, and is
// said; one that answers elsewhere is live all the same.
func TestUnclear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Absent: func(address string) bool { return !strings.HasPrefix(address, "10.0.0.2:") }}
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "10.0.0.3:") || strings.HasSuffix(address, ":445") && address != "10.0.0.1:445" {
				return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.EACCES)}
			}
			return n.Dial(ctx, network, address)
		}
		r := probetest.NewRecord(dial)
		s := r.Session(audit.Unit{Target: "net:10.0.0.0/30", Subject: "10.0.0.0/30"}, audit.Scope{Ports: []audit.Port{{Number: 445}, {Number: 22}}})
		for _, host := range []string{"10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"} {
			s.Addresses = append(s.Addresses, probe.Address{Host: host})
		}
		if err := sweep.Probe.Observe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		const why = "this machine could not knock at port 445: permission denied"
		want := fact.Block{
			Network: "10.0.0.0/30", Addresses: 4, Silent: 1, Live: []string{"10.0.0.2"},
			Refused: []fact.Refused{{Address: "10.0.0.0", Reason: why}, {Address: "10.0.0.3", Reason: why}},
		}
		if diff := cmp.Diff([]audit.Fact{want}, r.Facts); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
	})
}
