package ike_test

import (
	"net"
	"strings"
	"sync"
	"testing"

	"trustaudit/internal/audit"
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

// TestRefusedLate sees that a host which is silent first and refuses then, since hosts say
// so at a rate, is taken for no gateway.
func TestRefusedLate(t *testing.T) {
	host, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var listened sync.WaitGroup
	listened.Go(func() {
		defer host.Close()
		for range 2 { // a question is put twice
			if _, _, err := host.ReadFrom(make([]byte, 2000)); err != nil {
				return
			}
		}
	})
	r := probetest.NewRecord(probetest.Loopback())
	if err := ike.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: audit.Target("udp://" + host.LocalAddr().String()), Subject: "ike"}, audit.Scope{})); err != nil {
		t.Fatal(err)
	}
	listened.Wait()
	if seen := r.Facts[0].(channel.Seen); len(seen.Untold) > 0 || len(seen.Traits) > 0 {
		t.Errorf("seen %+v", seen)
	}
}
