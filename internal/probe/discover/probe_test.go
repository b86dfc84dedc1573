package discover_test

import (
	"net"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe/discover"
	"trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probetest"
)

const host = "10.0.0.5"

var unit = audit.Unit{Target: "net:10.0.0.0/24", Subject: host}

func look(t *testing.T, n *probetest.Network, scope audit.Scope) (fact.Host, []fact.Endpoint, *probetest.Record) {
	t.Helper()
	r := probetest.NewRecord(n.Dial)
	if err := discover.Probe.Observe(t.Context(), r.Session(unit, scope)); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, discover.Probe, r)
	var endpoints []fact.Endpoint
	for _, f := range r.Facts[:len(r.Facts)-1] {
		endpoints = append(endpoints, f.(fact.Endpoint))
	}
	return r.Facts[len(r.Facts)-1].(fact.Host), endpoints, r
}

// greets is a service that says something and waits to be left.
func greets(words string) probetest.Service {
	return func(conn net.Conn) {
		_, _ = conn.Write([]byte(words))
		probetest.Mute(conn)
	}
}

func TestServices(t *testing.T) {
	mysql := "\x0a\x00\x00\x00\x0a8.0.36\x00\x01\x02"
	for _, c := range []struct {
		port          uint16
		says          string
		service, line string
	}{
		{2222, "SSH-2.0-OpenSSH_9.2p1\r\n", "ssh", "SSH-2.0-OpenSSH_9.2p1"},
		{2121, "220 (vsFTPd 3.0.3)\r\n", "ftp", "220 (vsFTPd 3.0.3)"},
		{2121, "220-Welcome\r\n220 FTP server ready\r\n", "ftp", "220-Welcome"},
		{2121, "220 ProFTPD Server ready\r\n", "ftp", "220 ProFTPD Server ready"},
		{21, "220 Welcome\r\n", "ftp", "220 Welcome"},
		{2121, "220 Welcome\r\n", "", "220 Welcome"},
		{25, "220 mx.example.nhs.uk ESMTP Postfix\r\n", "smtp", "220 mx.example.nhs.uk ESMTP Postfix"},
		{587, "220 mx\r\n", "smtp", "220 mx"},
		{110, "+OK ready\r\n", "pop3", "+OK ready"},
		{143, "* OK IMAP4rev1 ready\r\n", "imap", "* OK IMAP4rev1 ready"},
		{5900, "RFB 003.008\n", "vnc", "RFB 003.008"},
		{2323, "\xff\xfd\x18\xff\xfd\x20login: ", "telnet", ""},
		{23, "\r\nUser name: ", "telnet", "User name:"},
		{873, "@RSYNCD: 31.0\n", "rsync", "@RSYNCD: 31.0"},
		{3306, mysql, "mysql", "8.0.36"},
		{9999, "\x00\x01\x02\x80 9990000018", "", ""},
		{9999, "hello 9990000018\n", "", "hello ##########"},
	} {
		t.Run(strconv.Quote(c.says), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				address := net.JoinHostPort(host, strconv.Itoa(int(c.port)))
				n := &probetest.Network{Services: map[string]probetest.Service{address: greets(c.says)}}
				got, endpoints, _ := look(t, n, audit.Scope{Ports: []audit.Port{{Number: c.port, Service: "declared"}}})
				if diff := cmp.Diff(fact.Host{Address: host, Answered: true, Open: 1}, got); diff != "" {
					t.Errorf("host (-want +got):\n%s", diff)
				}
				want := []fact.Endpoint{{Address: address, Service: c.service, Declared: "declared", Greeting: c.line}}
				if diff := cmp.Diff(want, endpoints); diff != "" {
					t.Errorf("endpoints (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestSilentService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Services: map[string]probetest.Service{"10.0.0.5:443": probetest.Mute, "10.0.0.5:80": func(net.Conn) {}}}
		start := time.Now()
		got, endpoints, r := look(t, n, audit.Scope{Ports: []audit.Port{{Number: 443}, {Number: 81}, {Number: 80}, {Number: 443}}})
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
		if diff := cmp.Diff(fact.Host{Address: host, Answered: true, Open: 2, Closed: 1}, got); diff != "" {
			t.Errorf("host (-want +got):\n%s", diff)
		}
		want := []fact.Endpoint{{Address: "10.0.0.5:80", Silent: true}, {Address: "10.0.0.5:443", Silent: true}}
		if diff := cmp.Diff(want, endpoints); diff != "" {
			t.Errorf("endpoints (-want +got):\n%s", diff)
		}
		for _, c := range r.Contacts {
			if len(c.Sent)+len(c.Said) > 0 {
				t.Errorf("sent %q", c.Sent)
			}
		}
	})
}

// TestAbsentHost sees that a host where nobody answers costs little, and that
// the fact says what was left out.
func TestAbsentHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Absent: func(string) bool { return true }}
		start := time.Now()
		got, _, r := look(t, n, audit.Scope{})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		all := len(discover.Ports())
		if got.Answered || got.Silent != len(r.Contacts) || got.Silent+got.Untried != all || got.Untried == 0 {
			t.Errorf("of %d ports %d were tried: %+v", all, len(r.Contacts), got)
		}
	})
}

// TestHostBehindAFilter sees that a host which answers at a telling port is
// then looked at in full, with the endpoints in order.
func TestHostBehindAFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := map[string]probetest.Service{"10.0.0.5:110": greets("+OK\r\n"), "10.0.0.5:443": probetest.Mute}
		n := &probetest.Network{Services: open, Absent: func(address string) bool { return open[address] == nil }}
		got, endpoints, _ := look(t, n, audit.Scope{})
		if got.Open != 2 || got.Untried != 0 || got.Open+got.Silent != len(discover.Ports()) {
			t.Errorf("host %+v", got)
		}
		if len(endpoints) != 2 || endpoints[0].Address != "10.0.0.5:110" {
			t.Errorf("endpoints %+v", endpoints)
		}
	})
}

func TestRefusedByTheScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Forbidden: map[string]string{"10.0.0.5:80": "fragile"}}
		scope := audit.Scope{Ports: []audit.Port{{Number: 80}, {Number: 443}}}
		got, _, r := look(t, n, scope)
		if diff := cmp.Diff(fact.Host{Address: host, Refused: "fragile"}, got); diff != "" || len(r.Contacts) != 1 {
			t.Errorf("%d contacts, host (-want +got):\n%s", len(r.Contacts), diff)
		}
		// A refusal after the first port leaves the host half looked at.
		later := &probetest.Network{Forbidden: map[string]string{"10.0.0.5:443": "the window has closed"}}
		r = probetest.NewRecord(later.Dial)
		if err := discover.Probe.Observe(t.Context(), r.Session(unit, scope)); err == nil {
			t.Errorf("facts %s", r.Text())
		}
	})
}

func TestShippedPorts(t *testing.T) {
	telling, last := 0, uint16(0)
	for _, p := range discover.Ports() {
		if p.Number <= last || p.Usual == "" {
			t.Errorf("port %d after %d, usually %q", p.Number, last, p.Usual)
		}
		last = p.Number
		if p.Telling {
			telling++
		}
	}
	if telling != 8 {
		t.Errorf("%d telling ports", telling)
	}
}

func TestAppliesToNetworks(t *testing.T) {
	for target, want := range map[audit.Target]bool{
		"net:10.0.0.0/24": true, "net:host.example": true, "tcp://10.0.0.5:21": false, "file:///srv": false, audit.Estate: false,
	} {
		if got := discover.Probe.Applies(target); got != want {
			t.Errorf("%s: %v", target, got)
		}
	}
	if !slices.ContainsFunc(discover.Ports(), func(p discover.Port) bool { return p.Number == 2575 }) {
		t.Error("MLLP's port is not looked at")
	}
}
