package kerberos_test

import (
	"bytes"
	"encoding/binary"
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

// controller is a domain controller's Kerberos: it hangs up at what is no request,
// knows nobody of the realm's own account, and wants proof of its machine's, but
// for RC4, which it does not do.
func controller(conn net.Conn) {
	packet := make([]byte, 1024)
	n, _ := conn.Read(packet)
	const unknown, unsupported, needsProof = 6, 14, 25
	code := uint32(unknown)
	switch {
	case n <= 4:
		return
	case bytes.Contains(packet[:n], []byte("DC1$")) && bytes.Contains(packet[:n], []byte{2, 1, 23}):
		code = unsupported
	case bytes.Contains(packet[:n], []byte("DC1$")):
		code = needsProof
	}
	failure := ber.Value(0x7e, ber.Value(ber.Sequence, ber.Value(0xa6, ber.Int(code))))
	_, _ = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(failure))), failure...))
}

// directory is a directory of a domain.
func directory(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 512))
	const set, opEntry, opDone, enum = 0x31, 0x64, 0x65, 0x0a
	attribute := func(name, value string) []byte {
		return ber.Value(ber.Sequence, ber.Text(name), ber.Value(set, ber.Text(value)))
	}
	attributes := ber.Value(ber.Sequence, attribute("defaultNamingContext", "DC=trust, DC=example"), attribute("dnsHostName", "dc1.trust.example"))
	entry := ber.Value(ber.Sequence, ber.Int(1), ber.Value(opEntry, ber.Text(""), attributes))
	done := ber.Value(ber.Sequence, ber.Int(1), ber.Value(opDone, ber.Value(enum, []byte{0}), ber.Text(""), ber.Text("")))
	_, _ = conn.Write(append(entry, done...))
	_, _ = conn.Read(make([]byte, 512))
}

// TestController sees that a domain controller is asked in its machine's name, where
// its host's name or its directory tells that.
func TestController(t *testing.T) {
	const silent = "the server tells nothing to a caller without an account"
	const nameless = "the realm is not known: name the host by its full name in the engagement"
	for _, c := range []struct {
		host      string
		directory probetest.Service
		traits    string
		untold    string
	}{
		{"dc1.trust.example", nil, "AES DES", ""},
		{"10.0.0.5", directory, "AES DES", ""},
		{"dc1", directory, "AES DES", ""},
		{"dc2.trust.example", directory, "", silent}, // another of its names
		{"10.0.0.5", closed, "", nameless},
		{"10.0.0.5", nil, "", nameless},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{c.host + ":88": controller}}
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
			var traits, untold []string
			seen := r.Facts[0].(channel.Seen)
			for _, trait := range seen.Traits {
				traits = append(traits, trait.Value)
			}
			for _, u := range seen.Untold {
				untold = append(untold, u.Reason)
			}
			if strings.Join(traits, " ") != c.traits || strings.Join(untold, "; ") != c.untold {
				t.Errorf("%s: %v, untold %v", c.host, traits, untold)
			}
			if c.host == "10.0.0.5" && c.traits != "" {
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
