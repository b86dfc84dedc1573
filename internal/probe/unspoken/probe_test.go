package unspoken_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/unspoken"
	"trustaudit/internal/probetest"
)

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe: unspoken.Probe, Unit: audit.Unit{Target: "tcp://host.example:9100", Subject: "raw printing"},
		Address: "host.example:9100", Bound: time.Second,
	})
}

func TestObserve(t *testing.T) {
	for _, c := range []struct {
		fact discover.Endpoint
		want string // the detail; empty for no look
	}{
		{discover.Endpoint{Address: "10.0.0.5:9100", Silent: true}, "raw printing, as its port says"},
		{discover.Endpoint{Address: "10.0.0.5:515", Silent: true, Declared: "lpd"}, "printing by LPD, as declared"},
		{discover.Endpoint{Address: "10.0.0.5:5514", Silent: true, Declared: "syslog"}, "logs by syslog, as declared"},
		{discover.Endpoint{Address: "10.0.0.5:10001", Silent: true, Declared: "astm"}, "results of instruments, as declared"},
		{discover.Endpoint{Address: "10.0.0.5:10001", Silent: true}, ""},
		{discover.Endpoint{Address: "10.0.0.5:4000", Service: "astm"}, "results of instruments, as its calls say"},
		{discover.Endpoint{Address: "10.0.0.5:515", Silent: true, Left: "most ports of the host accept"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:513", Silent: true}, "terminals by rlogin, as its port says"},
		{discover.Endpoint{Address: "10.0.0.5:514", Silent: true}, "orders by rsh or logs by syslog, as its port says"},
		{discover.Endpoint{Address: "10.0.0.5:514", Silent: true, Declared: "rsh"}, "orders by rsh, as declared"},
		{discover.Endpoint{Address: "10.0.0.5:601", Silent: true, Answered: true}, ""},
		{discover.Endpoint{Address: "10.0.0.5:9101", Silent: true}, ""}, // backups share it
		{discover.Endpoint{Address: "10.0.0.5:9101", Silent: true, Declared: "raw"}, "raw printing, as declared"},
		{discover.Endpoint{Address: "10.0.0.5:6514", Silent: true, Declared: "syslog"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:10001", Silent: true, Declared: "astm", Service: "tls"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:9100", Silent: true, Declared: "http"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:9100", Greeting: "hello"}, ""},
	} {
		looks := unspoken.Probe.Plan("net:10.0.0.5", c.fact)
		if len(looks) != min(len(c.want), 1) {
			t.Errorf("%+v: planned %v", c.fact, looks)
			continue
		}
		for _, l := range looks {
			r := look(t, l)
			seen := r.Facts[0].(channel.Seen)
			want := []channel.Trait{{Name: "encryption", Value: "none-assumed", Detail: c.want}}
			if diff := cmp.Diff(want, seen.Traits); diff != "" || len(r.Contacts) > 0 || seen.Service == "" {
				t.Errorf("%d connections, service %q (-want +got):\n%s", len(r.Contacts), seen.Service, diff)
			}
		}
	}
	if looks := unspoken.Probe.Plan("net:10.0.0.5", discover.Host{Address: "10.0.0.5"}); looks != nil {
		t.Errorf("planned %v", looks)
	}
}

func look(t *testing.T, l probe.Look) *probetest.Record {
	t.Helper()
	r := probetest.NewRecord(probetest.Loopback())
	if err := unspoken.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: l.Target, Subject: l.Subject}, audit.Scope{})); err != nil {
		t.Fatal(err)
	}
	probetest.Check(t, unspoken.Probe, r)
	return r
}

// TestServers sees that a printer would have had nothing to print, and a shell no
// order.
func TestServers(t *testing.T) {
	for name, service := range map[string]string{"a printer": "raw printing", "rlogin": "rlogin"} {
		server := estatetest.Named(name)
		running := estatetest.Start(t, server)
		r := estatetest.Look(t, unspoken.Probe, running, service)
		if diff := cmp.Diff(server.Finds, estatetest.Found(r.Facts)); diff != "" || running.Log() != "" {
			t.Errorf("%s: it heard %q; found (-want +got):\n%s", name, running.Log(), diff)
		}
	}
}
