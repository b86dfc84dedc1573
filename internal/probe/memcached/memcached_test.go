package memcached_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/memcached"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLaws(t *testing.T) {
	for _, subject := range []string{"memcached", "memcached in TLS"} {
		t.Run(subject, func(t *testing.T) {
			probetest.Run(t, probetest.Config{
				Probe:   memcached.Probe,
				Unit:    audit.Unit{Target: "tcp://host.example:11211", Subject: subject},
				Address: "host.example:11211",
				Bound:   20 * time.Second,
			})
		})
	}
}

func TestServers(t *testing.T) {
	for _, name := range []string{"memcached, open", "memcached, log-ins in clear"} {
		t.Run(name, func(t *testing.T) {
			_, r := estatetest.Examine(t, name, memcached.Probe)
			if seen := r.Facts[0].(channel.Seen); !strings.HasPrefix(seen.Product, "Memcached") || len(seen.Untold) > 0 {
				t.Errorf("seen %+v", seen)
			}
			if said := r.Said(); len(said) != 1 || said[0] != "version" {
				t.Errorf("said %q", said)
			}
		})
	}
}

// TestSASL sees that a server which speaks in binary alone is known, and what it lets
// those do who have not logged in.
func TestSASL(t *testing.T) {
	_, r := estatetest.Examine(t, "memcached, log-ins by SASL", memcached.Probe)
	want := []channel.Trait{{Name: "access", Value: "login"}, {Name: "encryption", Value: "none", Detail: "it answers in clear"}}
	if diff := cmp.Diff(want, r.Facts[0].(channel.Seen).Traits); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	head := "\x81\x0a\x00\x00\x00\x00\x00\x20" + strings.Repeat("\x00", 16)
	if fits := memcached.Probe.Hellos[1].Fits; !fits([]byte(head)) || fits([]byte(head[:23])) || fits([]byte("\x80"+head[1:])) {
		t.Error("the answer in binary is taken for another, or another for it")
	}
}

func TestFits(t *testing.T) {
	for answer, want := range map[string]bool{
		"VERSION 1.6.18\r\n": true, "CLIENT_ERROR unauthenticated\r\n": true, "VERSION 1.6": false, "ERROR\r\n": false,
	} {
		if got := memcached.Probe.Hellos[0].Fits([]byte(answer)); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}
