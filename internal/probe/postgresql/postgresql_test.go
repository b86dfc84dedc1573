package postgresql_test

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/postgresql"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe:   postgresql.Probe,
		Unit:    audit.Unit{Target: "tcp://host.example:5432", Subject: "postgresql"},
		Address: "host.example:5432",
		Bound:   60 * time.Second,
	})
}

func TestServers(t *testing.T) {
	for _, name := range []string{"postgresql, no TLS", "postgresql, TLS on offer", "postgresql, any name",
		"postgresql, passwords as they are", "postgresql, TLS required", "pgbouncer, no TLS", "pgbouncer, TLS on offer", "pgbouncer, TLS required"} {
		t.Run(name, func(t *testing.T) {
			running, r := estatetest.Examine(t, name, postgresql.Probe)
			seen := r.Facts[0].(channel.Seen)
			if len(seen.Untold) > 0 {
				t.Errorf("untold: %+v", seen.Untold)
			}
			// Who is believed is let in before it is seen that there is no such user.
			if log := running.Log(); strings.Count(log, "connection authorized") != strings.Count(log, "does not exist") {
				t.Errorf("somebody logged in:\n%s", log)
			}
		})
	}
}

// answers is a server without TLS that answers a start-up with a message.
func answers(message string) probetest.Service {
	return func(conn net.Conn) {
		said := make([]byte, 512)
		n, err := conn.Read(said)
		if err != nil {
			return
		}
		if n == 8 {
			_, _ = conn.Write([]byte("N"))
			_, _ = conn.Read(said)
			return
		}
		_, _ = conn.Write([]byte(message))
		_, _ = conn.Read(said)
	}
}

func TestMeetings(t *testing.T) {
	const none = "it answers SSLRequest with no"
	tests := []struct {
		name, message string
		want          channel.Trait // beside that there is no encryption
		untold        string
		said          string
	}{
		{"asks for SCRAM", "R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00", channel.Trait{Name: "access", Value: "login"}, "", ""},
		{"believes, and has the user", "R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I", channel.Trait{Name: "access", Value: "anyone", Detail: "it believes any user name (trust)"}, "", "PostgreSQL Terminate"},
		{"turns the machine away", "E\x00\x00\x00\x1cSFATAL\x00C28000\x00Mno entry\x00\x00", channel.Trait{}, "the server turns this machine away", ""},
		{"wants a certificate", "E\x00\x00\x00\x43SFATAL\x00C28000\x00Mconnection requires a valid client certificate\x00\x00", channel.Trait{Name: "access", Value: "login"}, "", ""},
		{"wants TLS, and offers none", "E\x00\x00\x00\x28SFATAL\x00C08P01\x00Mserver requires SSL\x00\x00", channel.Trait{}, "the server turns this machine away", ""},
		{"starts up itself", "E\x00\x00\x00\x1cSFATAL\x00C57P03\x00Mno entry\x00\x00", channel.Trait{}, `the server refuses the start-up with the state "57P03"`, ""},
		{"another protocol", "HTTP/1.1 400 Bad Request\r\n", channel.Trait{}, "the answer is not PostgreSQL's", ""},
		{"a length that lies", "R\xff\xff\xff\xff\x00\x00\x00\x00", channel.Trait{}, "the answer is not PostgreSQL's", ""},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{"h.example:5432": answers(c.message)}}
				r := probetest.NewRecord(n.Dial)
				if err := postgresql.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://h.example:5432", Subject: "postgresql"}, audit.Scope{})); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, postgresql.Probe, r)
				seen := r.Facts[0].(channel.Seen)
				want := []channel.Trait{{Name: "encryption", Value: "none", Detail: none}}
				if c.want.Name != "" {
					want = append(want, c.want)
				}
				if diff := cmp.Diff(want, seen.Traits); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if (c.untold == "") != (len(seen.Untold) == 0) || c.untold != "" && seen.Untold[0].Reason != c.untold {
					t.Errorf("untold %+v", seen.Untold)
				}
				if c.said != "" && !strings.Contains(strings.Join(r.Said(), "\n"), c.said) {
					t.Errorf("said %q", r.Said())
				}
			})
		})
	}
}

func TestFits(t *testing.T) {
	fits := postgresql.Probe.Hellos[0].Fits
	if !fits([]byte("S")) || !fits([]byte("N")) || fits([]byte("NO")) || fits(nil) {
		t.Error("one byte, and no more, shows a PostgreSQL server")
	}
}
