package redis_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/redis"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLaws(t *testing.T) {
	for _, subject := range []string{"redis", "redis in TLS"} {
		t.Run(subject, func(t *testing.T) {
			probetest.Run(t, probetest.Config{
				Probe:   redis.Probe,
				Unit:    audit.Unit{Target: "tcp://host.example:6379", Subject: subject},
				Address: "host.example:6379",
				Bound:   20 * time.Second,
			})
		})
	}
}

func TestServers(t *testing.T) {
	for name, want := range map[string][]channel.Trait{
		"redis, open":              {{Name: "access", Value: "anyone", Detail: "it answers without a log-in"}},
		"redis, password in clear": {{Name: "access", Value: "login"}, {Name: "login.clear", Value: "yes", Detail: "AUTH with the password as it is"}},
	} {
		t.Run(name, func(t *testing.T) {
			running, r := estatetest.Examine(t, name, redis.Probe)
			seen := channel.Seen{Endpoint: running.Address, Service: "redis", Product: "Redis",
				Traits: append([]channel.Trait{{Name: "encryption", Value: "none", Detail: "it answers in clear"}}, want...)}
			if diff := cmp.Diff(seen, r.Facts[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if said := r.Said(); !cmp.Equal(said, []string{"PING"}) {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestWithinTLS(t *testing.T) {
	for name, want := range map[string]string{"redis, TLS without password": "anyone", "redis, TLS and password": "login", "redis, TLS and certificates": "login"} {
		t.Run(name, func(t *testing.T) {
			server := estatetest.Named(name)
			r := estatetest.Look(t, redis.Probe, estatetest.Start(t, server), "redis in TLS")
			if diff := cmp.Diff(server.Finds, estatetest.Found(r.Facts)); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			seen := r.Facts[0].(channel.Seen)
			if len(seen.Traits) != 2 || seen.Traits[0].Value != "always" || seen.Traits[1].Value != want || len(seen.Untold) > 0 {
				t.Errorf("seen %+v", seen)
			}
			probetest.Documented(t, redis.Probe, r)
		})
	}
}

// TestRenamed sees that a store which does not know the question is known all the same,
// and is not said to ask who calls.
func TestRenamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Services: map[string]probetest.Service{"h.example:6379": func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 64))
			_, _ = conn.Write([]byte("-ERR unknown command 'PING', with args beginning with: \r\n"))
		}}}
		r := probetest.NewRecord(n.Dial)
		if err := redis.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://h.example:6379", Subject: "redis"}, audit.Scope{})); err != nil {
			t.Fatal(err)
		}
		n.Wait()
		want := channel.Seen{Endpoint: "h.example:6379", Service: "redis", Product: "Redis", Traits: []channel.Trait{{Name: "encryption", Value: "none", Detail: "it answers in clear"}},
			Untold: []channel.Untold{{Name: "access", Reason: "the server does not know PING"}}}
		if diff := cmp.Diff(want, r.Facts[0]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestProtected sees that a store that refuses everybody is not said to carry
// anything.
func TestProtected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Services: map[string]probetest.Service{"h.example:6379": func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 64))
			_, _ = conn.Write([]byte("-DENIED Redis is running in protected mode\r\n"))
		}}}
		r := probetest.NewRecord(n.Dial)
		if err := redis.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://h.example:6379", Subject: "redis"}, audit.Scope{})); err != nil {
			t.Fatal(err)
		}
		n.Wait()
		want := channel.Seen{Endpoint: "h.example:6379", Service: "redis", Product: "Redis",
			Traits: []channel.Trait{{Name: "access", Value: "login"}},
			Untold: []channel.Untold{{Name: "encryption", Reason: "it refuses every machine but its own"}}}
		if diff := cmp.Diff(want, r.Facts[0]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestFits(t *testing.T) {
	for answer, want := range map[string]bool{
		"+PONG\r\n": true, "-NOAUTH Authentication required.\r\n": true, "-DENIED Redis is running in protected mode\r\n": true,
		"+PON": false, "+PONG": false, "ERROR\r\n": false, "+OK\r\n": false, "-ERR unknown command\r\n": false, "-ERR operation not permitted\r\n": true,
	} {
		if got := redis.Probe.Hellos[0].Fits([]byte(answer)); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}
