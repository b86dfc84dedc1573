package vnc_test

import (
	"io"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/vnc"
	"trustaudit/internal/probetest"
)

func TestEstate(t *testing.T) {
	names := []string{"vnc, no password", "vnc, password", "vnc, as shipped", "vnc, hardened"}
	var records []*probetest.Record
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			_, r := estatetest.Examine(t, name, vnc.Probe)
			records = append(records, r)
		})
	}
	for _, version := range []string{"RFB 003.003\n", "RFB 003.007\n"} {
		_, r := served(t, says(version, "\x00\x00\x00\x02"))
		records = append(records, r)
	}
	if len(records) == len(names)+2 {
		probetest.Documented(t, vnc.Probe, records...)
	}
}

// says is a server that says its version, hears the answer, and goes on likewise.
func says(words ...string) probetest.Service {
	return func(conn net.Conn) {
		for _, w := range words {
			if _, err := io.WriteString(conn, w); err != nil {
				return
			}
			if _, err := conn.Read(make([]byte, 20)); err != nil {
				return
			}
		}
	}
}

func served(t *testing.T, service probetest.Service) (channel.Seen, *probetest.Record) {
	t.Helper()
	n := &probetest.Network{Services: map[string]probetest.Service{"h:5900": service}}
	r := probetest.NewRecord(n.Dial)
	if err := vnc.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://h:5900"}, audit.Scope{})); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, vnc.Probe, r)
	return r.Facts[0].(channel.Seen), r
}

// TestRefusal sees that a server's reason for turning callers away is kept, and that
// the absence of one costs nothing.
func TestRefusal(t *testing.T) {
	for words, want := range map[string]string{
		"\x00\x00\x00\x00\x1aToo many security failures": "the server turns callers away: Too many security failures",
		"\x00\x00\x00\x00\x00":                           "the server turns callers away",
		"\x00\xff\xff\xff\xffbusy":                       "the server turns callers away: busy",
	} {
		seen, _ := served(t, says("RFB 003.008\n", words))
		if len(seen.Untold) == 0 || seen.Untold[0].Reason != want {
			t.Errorf("%q: %+v", words, seen.Untold)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name  string
		words []string
		want  []string // traits, and what is untold after a "?"
	}{
		{"3.3 decides on a password", []string{"RFB 003.003\n", "\x00\x00\x00\x02"}, []string{"encryption none", "access login"}},
		{"3.3 decides on nothing", []string{"RFB 003.003\n", "\x00\x00\x00\x01"}, []string{"encryption none", "access anyone"}},
		{"3.3 turns away", []string{"RFB 003.003\n", "\x00\x00\x00\x00\x00\x00\x00\x04busy"}, []string{"?encryption", "?access"}},
		{"a Mac", []string{"RFB 003.889\n", "\x03\x1e\x21\x24"}, []string{"encryption none", "access login"}},
		{"RealVNC, encrypted", []string{"RFB 005.000\n", "\x02\x05\x81"}, []string{"encryption always", "encryption.required yes", "access login"}},
		{"a type nobody knows", []string{"RFB 003.008\n", "\x01\xc8"}, []string{"access login", "?encryption"}},
		{"turned away", []string{"RFB 003.008\n", "\x00\x00\x00\x00\x04busy"}, []string{"?encryption", "?access"}},
		{"VeNCrypt in clear", []string{"RFB 003.008\n", "\x01\x13", "\x00\x02", "\x00\x01\x00\x00\x01\x00"}, []string{"encryption none", "access login", "login.clear yes"}},
		{"VeNCrypt, for those who ask", []string{"RFB 003.008\n", "\x01\x13", "\x00\x02", "\x00\x02\x00\x00\x01\x00\x00\x00\x01\x06"},
			[]string{"encryption offered", "encryption.required no", "access login", "login.clear optional", "?tls.version"}},
		{"VeNCrypt for anyone", []string{"RFB 003.008\n", "\x01\x13", "\x00\x02", "\x00\x01\x00\x00\x01\x04"}, []string{"encryption always", "encryption.required yes", "access anyone", "?tls.version"}},
		{"VeNCrypt of another version", []string{"RFB 003.008\n", "\x01\x13", "\x00\x01"}, []string{"?encryption", "?access"}},
		{"not VNC", []string{"220 hello there\r\n"}, []string{"?encryption", "?access"}},
	} {
		seen, _ := served(t, says(c.words...))
		var got []string
		for _, trait := range seen.Traits {
			got = append(got, trait.Name+" "+trait.Value)
		}
		for _, u := range seen.Untold {
			got = append(got, "?"+u.Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
