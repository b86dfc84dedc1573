package kerberos_test

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/ber"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/kerberos"
	"trustaudit/internal/probetest"
)

// TestServers looks at real servers, which name their realm.
func TestServers(t *testing.T) {
	for _, name := range []string{"kerberos, RC4", "kerberos, AES"} {
		t.Run(name, func(t *testing.T) {
			_, r := estatetest.Examine(t, name, kerberos.Probe)
			if seen := r.Facts[0].(channel.Seen); len(seen.Untold) > 0 || seen.Traits[0].Value != "AES" {
				t.Errorf("%+v", seen)
			}
		})
	}
}

// closed is a server that hangs up at what is no request, and at all others.
func closed(conn net.Conn) { _, _ = conn.Read(make([]byte, 4)) }

// directory is a directory of a domain.
func directory(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 512))
	const set, opEntry, opDone, enum = 0x31, 0x64, 0x65, 0x0a
	attribute := ber.Value(ber.Sequence, ber.Text("defaultNamingContext"), ber.Value(set, ber.Text("DC=trust, DC=example2")))
	entry := ber.Value(ber.Sequence, ber.Int(1), ber.Value(opEntry, ber.Text(""), ber.Value(ber.Sequence, attribute)))
	done := ber.Value(ber.Sequence, ber.Int(1), ber.Value(opDone, ber.Value(enum, []byte{0}), ber.Text(""), ber.Text("")))
	_, _ = conn.Write(append(entry, done...))
	_, _ = conn.Read(make([]byte, 512))
}

// TestRealm sees for which realm is asked where a server does not name its own.
func TestRealm(t *testing.T) {
	for _, c := range []struct {
		host      string
		directory probetest.Service
		want      string // "" for no request
	}{
		{"dc1.trust.example", nil, "TRUST.EXAMPLE"},
		{"10.0.0.5", directory, "TRUST.EXAMPLE2"},
		{"dc1", directory, "TRUST.EXAMPLE2"},
		{"10.0.0.5", closed, ""},
		{"10.0.0.5", nil, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{c.host + ":88": closed}}
			if c.directory != nil {
				n.Services[c.host+":389"] = c.directory
			}
			r := probetest.NewRecord(n.Dial)
			s := r.Session(audit.Unit{Target: audit.Target("tcp://" + c.host + ":88")}, audit.Scope{})
			s.Allowed = func(test, host string) bool { return test == "kerberos-request" && host == c.host }
			if err := kerberos.Probe.Observe(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			n.Wait()
			probetest.Check(t, kerberos.Probe, r)
			asked := false
			for _, contact := range r.Contacts {
				for _, sent := range contact.Sent {
					if bytes.Contains(sent, []byte("krbtgt")) {
						asked = true
						if !bytes.Contains(sent, []byte(c.want+"\xa3")) {
							t.Errorf("%s: asked %q", c.host, sent)
						}
					}
				}
			}
			if asked != (c.want != "") {
				t.Errorf("%s: asked %v", c.host, asked)
			}
			if c.host == "10.0.0.5" && c.want != "" {
				probetest.Documented(t, kerberos.Probe, r)
			}
		})
	}
}

// TestWithoutTheNamedTest sees that no ticket is asked for, and that this is said.
func TestWithoutTheNamedTest(t *testing.T) {
	running, r := estatetest.Untested(t, "kerberos, RC4", kerberos.Probe)
	want := channel.Seen{Endpoint: running.Address, Service: "kerberos", Untold: []channel.Untold{
		{Name: "kerberos.enctype", Reason: "not tested: the engagement does not name kerberos-request for this host"},
	}}
	if diff := cmp.Diff(want, r.Facts[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	running.Stop()
	if log := running.Log(); strings.Contains(log, "AS_REQ") {
		t.Errorf("the server was asked for a ticket:\n%s", log)
	}
}
