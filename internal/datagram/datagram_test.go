package datagram_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/datagram"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probetest"
)

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		fact audit.Fact
		want []probe.Look
	}{
		{discover.Host{Address: "10.0.0.5", Answered: true}, []probe.Look{{Target: "udp://10.0.0.5:161"}}},
		{discover.Host{Address: "fe80::1", Answered: true}, []probe.Look{{Target: "udp://[fe80::1]:161"}}},
		{discover.Host{Address: "10.0.0.5"}, nil},
		{discover.Host{Address: "10.0.0.5", Answered: true, Declared: []audit.Port{{Number: 500, Service: "ike"}, {Number: 1161, Service: "snmp"}, {Number: 2161, Service: "snmp"}}},
			[]probe.Look{{Target: "udp://10.0.0.5:1161"}, {Target: "udp://10.0.0.5:2161"}}},
		{discover.Endpoint{Address: "10.0.0.5:161"}, nil},
	} {
		if diff := cmp.Diff(c.want, datagram.Plan("snmp", 161)("", c.fact)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.fact, diff)
		}
	}
}

// TestObserve sees what becomes of a look, and that only UDP targets are looked at.
func TestObserve(t *testing.T) {
	look := func(_ context.Context, l *datagram.Look) {
		if l.Named("snmp-public", "access") {
			l.Seen.Has("access", "login", l.Host)
		}
	}
	untested := []channel.Untold{{Name: "access", Reason: "not tested: the engagement does not name snmp-public for this host"}}
	for _, c := range []struct {
		target audit.Target
		want   []audit.Fact
	}{
		{"udp://[::1]:161", []audit.Fact{channel.Seen{Endpoint: "udp/[::1]:161", Service: "snmp", Traits: []channel.Trait{{Name: "access", Value: "login", Detail: "::1"}}}}},
		{"udp://h:500", []audit.Fact{channel.Seen{Endpoint: "udp/h:500", Service: "snmp", Untold: untested}}},
		{"tcp://h:161", nil},
		{"udp://h", nil},
	} {
		r := probetest.NewRecord(nil)
		s := r.Session(audit.Unit{Target: c.target}, audit.Scope{})
		s.Allowed = func(test, host string) bool { return test == "snmp-public" && host == "::1" }
		err := datagram.Observe("snmp", look)(t.Context(), s)
		if diff := cmp.Diff(c.want, r.Facts); diff != "" || (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v (-want +got):\n%s", c.target, err, diff)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := probetest.NewRecord(nil)
	if err := datagram.Observe("snmp", look)(ctx, r.Session(audit.Unit{Target: "udp://h:161"}, audit.Scope{})); err == nil || len(r.Facts) > 0 {
		t.Errorf("%v, facts %s", err, r.Text())
	}
}

func TestAsk(t *testing.T) {
	question := datagram.Question{Say: "Hello", Send: []byte{1}}
	for _, c := range []struct {
		name    string
		service probetest.Service
		want    string
		took    time.Duration
	}{
		{"answers", answer(1), "yes", 0},
		{"loses the first", answer(2), "yes", 500 * time.Millisecond},
		{"never answers", probetest.Mute, "", 1500 * time.Millisecond},
		{"hangs up", func(net.Conn) {}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{"h:1": c.service}}
				r := probetest.NewRecord(n.Dial)
				dial := r.Session(audit.Unit{}, audit.Scope{}).Dial
				start := time.Now()
				got, err := datagram.Ask(t.Context(), dial, "h:1", question)
				if string(got) != c.want || (err == nil) != (c.want != "") || time.Since(start) != c.took {
					t.Errorf("got %q, %v after %v", got, err, time.Since(start))
				}
				n.Wait()
			})
		})
	}
}

// answer is a service that answers its nth question.
func answer(nth int) probetest.Service {
	return func(conn net.Conn) {
		for range nth {
			if _, err := conn.Read(make([]byte, 10)); err != nil {
				return
			}
		}
		_, _ = conn.Write([]byte("yes"))
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Services: map[string]probetest.Service{"h:1": probetest.Deaf}}
		r := probetest.NewRecord(n.Dial)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		_, err := datagram.Ask(ctx, r.Session(audit.Unit{}, audit.Scope{}).Dial, "h:1", datagram.Question{Say: "x", Send: []byte{1}})
		if converse.Classify(ctx, err) != converse.Cancelled || time.Since(start) != 100*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		n.Wait()
	})
}

// TestClosedPort asks a port of loopback that nobody listens on: the answer is
// the system's, at once.
func TestClosedPort(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := c.LocalAddr().String()
	c.Close()
	r := probetest.NewRecord(probetest.Loopback())
	_, err = datagram.Ask(t.Context(), r.Session(audit.Unit{}, audit.Scope{}).Dial, address, datagram.Question{Say: "x", Send: []byte{1}})
	if got := converse.Classify(t.Context(), err); got != converse.Closed {
		t.Errorf("got %v (%v), want that it is closed", got, err)
	}
}
