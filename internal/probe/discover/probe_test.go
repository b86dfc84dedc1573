package discover_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
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
		{2575, "220 Welcome\r\n", "", "220 Welcome"},
		{25, "220 mx.example.nhs.uk ESMTP Postfix\r\n", "smtp", "220 mx.example.nhs.uk ESMTP Postfix"},
		{587, "220 mx\r\n", "smtp", "220 mx"},
		{110, "+OK ready\r\n", "pop3", "+OK ready"},
		{143, "* OK IMAP4rev1 ready\r\n", "imap", "* OK IMAP4rev1 ready"},
		{5900, "RFB 003.008\n", "vnc", "RFB 003.008"},
		{2323, "\xff\xfd\x18\xff\xfd\x20login: ", "telnet", ""},
		{23, "\r\nUser name: ", "telnet", "User name:"},
		{873, "@RSYNCD: 31.0\n", "rsync", "@RSYNCD: 31.0"},
		{3306, mysql, "mysql", "8.0.36"},
		{8888, "\x00\x00\x00\x5e\x7e\x5c\x30\x5a\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e\xa4\x11", "kerberos", ""},
		{9999, "\x00\x01\x02\x80 9990000018", "", ""},
		{9999, "hello 9990000018\n", "", "hello ##########"},
	} {
		t.Run(strconv.Quote(c.says), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				address := net.JoinHostPort(host, strconv.Itoa(int(c.port)))
				n := &probetest.Network{Services: map[string]probetest.Service{address: greets(c.says)}}
				got, endpoints, _ := look(t, n, audit.Scope{Ports: []audit.Port{{Number: c.port, Service: "declared"}}})
				if diff := cmp.Diff(fact.Host{Address: host, Answered: true, Open: 1, Declared: []audit.Port{{Number: c.port, Service: "declared"}}}, got); diff != "" {
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

// TestEither sees that what greets as files and mail both do is asked which it is.
func TestEither(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies map[string]string
		want    string
		asked   int
	}{
		{"lists features", map[string]string{"FEAT": "211-Features:\r\n UTF8\r\n211 End\r\n"}, "ftp", 1},
		{"wants a log-in", map[string]string{"FEAT": "530 log in first\r\n"}, "ftp", 1},
		{"wants a log-in before EHLO", map[string]string{"FEAT": "500 what?\r\n", "EHLO trustaudit.invalid": "530 log in first\r\n"}, "ftp", 2},
		{"is greeted", map[string]string{"FEAT": "502 no\r\n", "EHLO trustaudit.invalid": "250-mx\r\n250 HELP\r\n"}, "smtp", 2},
		{"is greeted as mail is delivered", map[string]string{"FEAT": "500 no\r\n", "EHLO trustaudit.invalid": "500 no\r\n", "LHLO trustaudit.invalid": "250 mx\r\n"}, "lmtp", 3},
		{"neither", map[string]string{"FEAT": "500 no\r\n", "EHLO trustaudit.invalid": "500 no\r\n", "LHLO trustaudit.invalid": "500 no\r\n"}, "", 3},
		{"hangs up", nil, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const address = host + ":2121"
				n := &probetest.Network{Services: map[string]probetest.Service{address: func(conn net.Conn) {
					_, _ = conn.Write([]byte("220-\xe9t\xe9\r\n220 ready\r\n"))
					for lines := bufio.NewScanner(conn); lines.Scan() && c.replies[lines.Text()] != ""; {
						_, _ = conn.Write([]byte(c.replies[lines.Text()]))
					}
				}}}
				_, endpoints, _ := look(t, n, audit.Scope{Ports: []audit.Port{{Number: 2121}}})
				if e := endpoints[0]; e.Service != c.want || e.Asked != c.asked {
					t.Errorf("%q, asked %d, want %q and %d", e.Service, e.Asked, c.want, c.asked)
				}
			})
		})
	}
}

// TestLateGreeting sees that a service which lets callers wait is listened to before
// it is asked anything, where services usually greet.
func TestLateGreeting(t *testing.T) {
	for _, c := range []struct {
		greeting, want string
	}{
		{"220 mx.synthetic.example ESMTP\r\n", "smtp"}, {"220 ready\r\n", "smtp"},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{host + ":25": func(conn net.Conn) {
				time.Sleep(5 * time.Second)
				_, _ = conn.Write([]byte(c.greeting))
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					if !slices.Contains([]string{"FEAT", "EHLO trustaudit.invalid", "QUIT"}, lines.Text()) {
						t.Errorf("it was sent %q", lines.Text())
					}
					_, _ = conn.Write([]byte(map[bool]string{true: "250 HELP\r\n", false: "500 what?\r\n"}[lines.Text()[0] == 'E']))
				}
			}}}
			_, endpoints, _ := look(t, n, audit.Scope{Ports: []audit.Port{{Number: 25}}})
			if e := endpoints[0]; e.Service != c.want || e.Silent {
				t.Errorf("%+v, want %q", e, c.want)
			}
		})
	}
}

// hellos are two services' questions, and TLS's.
func hellos() []probe.Hello {
	fits := func(prefix string) func([]byte) bool {
		return func(answer []byte) bool {
			return bytes.HasPrefix(answer, []byte(prefix)) || bytes.HasPrefix(answer, []byte(strings.Replace(prefix, "!", "?", 1)))
		}
	}
	return []probe.Hello{
		{Service: "ldap", Say: "ldap?", Send: []byte("ldap?"), Ports: []uint16{389}, BesideTLS: true, Fits: fits("ldap!")},
		{Service: "redis", Say: "redis?", Send: []byte("redis?"), Ports: []uint16{6379}, Fits: fits("redis!")},
		{Service: "tls", Say: "tls?", Send: []byte("tls?"), Ports: []uint16{443}, Fits: fits("tls!")},
		{Service: "zookeeper", Say: "srvr", Send: []byte("srvr"), Ports: []uint16{2181}, Usual: true, Fits: fits("Zookeeper!")},
		{Service: "dicom", Say: "release?", Send: []byte("release?"), Ports: []uint16{104}, Usual: true, Fits: fits("abort!")},
	}
}

// answers is a service that answers one question and is put off by any other.
func answers(question, answer string) probetest.Service {
	return func(conn net.Conn) {
		buf := make([]byte, 100)
		n, _ := conn.Read(buf)
		if string(buf[:n]) == question {
			_, _ = conn.Write([]byte(answer))
		}
	}
}

// slow is a service of a busy machine, which keeps silent to what it does not know.
func slow(question, answer string) probetest.Service {
	return func(conn net.Conn) {
		buf := make([]byte, 100)
		n, _ := conn.Read(buf)
		time.Sleep(500 * time.Millisecond)
		if string(buf[:n]) == question {
			_, _ = conn.Write([]byte(answer))
		}
		_, _ = io.Copy(io.Discard, conn)
	}
}

// echo sends back what it gets, which each of the hellos would take for an answer.
func echo(conn net.Conn) { _, _ = io.Copy(conn, conn) }

// either is a service that answers TLS and its own question at one port.
func either(conn net.Conn) {
	buf := make([]byte, 100)
	n, _ := conn.Read(buf)
	_, _ = conn.Write([]byte(strings.Replace(string(buf[:n]), "?", "!", 1)))
}

func TestSilentServicesAreAsked(t *testing.T) {
	for _, c := range []struct {
		name    string
		port    audit.Port
		service probetest.Service
		want    fact.Endpoint
		said    []string
	}{
		{"the usual question comes first", audit.Port{Number: 6379}, answers("redis?", "redis!"), fact.Endpoint{Service: "redis", Asked: 1}, []string{"redis?"}},
		{"then by how common they are", audit.Port{Number: 20000}, answers("redis?", "redis!"), fact.Endpoint{Service: "redis", Asked: 2}, []string{"tls?", "redis?"}},
		{"clear beside TLS", audit.Port{Number: 20000}, either, fact.Endpoint{Service: "ldap", Asked: 2}, []string{"tls?", "ldap?"}},
		{"TLS where it is usual", audit.Port{Number: 443}, either, fact.Endpoint{Service: "tls", Asked: 1}, []string{"tls?"}},
		{"an echo", audit.Port{Number: 20000}, echo, fact.Endpoint{Asked: 3, Answered: true}, []string{"tls?", "redis?", "ldap?"}},
		{"mute", audit.Port{Number: 20000}, probetest.Mute, fact.Endpoint{Asked: 5}, []string{"tls?", "redis?", "ldap?", "redis?", "ldap?"}},
		{"slow, and asked again", audit.Port{Number: 20000}, slow("ldap?", "ldap!"), fact.Endpoint{Service: "ldap", Asked: 5}, []string{"tls?", "redis?", "ldap?", "redis?", "ldap?"}},
		{"a question kept for its own port", audit.Port{Number: 20000}, answers("srvr", "Zookeeper!"), fact.Endpoint{Asked: 3}, []string{"tls?", "redis?", "ldap?"}},
		{"and put there", audit.Port{Number: 2181}, answers("srvr", "Zookeeper!"), fact.Endpoint{Service: "zookeeper", Asked: 1}, []string{"srvr"}},
		{"a strange answer is kept", audit.Port{Number: 20000}, answers("tls?", "what?\n"), fact.Endpoint{Asked: 3, Answered: true, Greeting: "what?"}, []string{"tls?", "redis?", "ldap?"}},
		{"a late greeting tells", audit.Port{Number: 20000}, answers("tls?", "SSH-2.0-x\r\n"), fact.Endpoint{Service: "ssh", Asked: 1, Answered: true, Greeting: "SSH-2.0-x"}, []string{"tls?"}},
		{"clinical messages in TLS", audit.Port{Number: 2575}, either, fact.Endpoint{Service: "tls", Asked: 1}, []string{"tls?"}},
		{"clinical messages", audit.Port{Number: 2575}, probetest.Mute, fact.Endpoint{Asked: 1}, []string{"tls?"}},
		{"images in clear", audit.Port{Number: 104}, answers("release?", "abort!"), fact.Endpoint{Asked: 1}, []string{"tls?"}},
		{"images in TLS", audit.Port{Number: 104}, answers("tls?", "tls!"), fact.Endpoint{Service: "tls", Asked: 1}, []string{"tls?"}},
		{"clinical, as declared", audit.Port{Number: 20000, Service: "dicom"}, probetest.Mute, fact.Endpoint{Asked: 1, Declared: "dicom"}, []string{"tls?"}},
		{"a printer", audit.Port{Number: 9100}, probetest.Mute, fact.Endpoint{}, nil},
		{"a printer off the shipped list", audit.Port{Number: 9107}, probetest.Mute, fact.Endpoint{}, nil},
		{"a label printer of SATO", audit.Port{Number: 1024}, probetest.Mute, fact.Endpoint{}, nil},
		{"a label printer at the port of Telnet", audit.Port{Number: 23}, probetest.Mute, fact.Endpoint{}, nil},
		{"a log", audit.Port{Number: 601}, probetest.Mute, fact.Endpoint{}, nil},
		{"a line of a serial server", audit.Port{Number: 4002}, probetest.Mute, fact.Endpoint{Asked: 1}, []string{"tls?"}},
		{"a printer, as declared by another word", audit.Port{Number: 20000, Service: "printer"}, probetest.Mute, fact.Endpoint{Declared: "printer"}, nil},
		{"a printer, as declared", audit.Port{Number: 20000, Service: "raw"}, probetest.Mute, fact.Endpoint{Declared: "raw"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				address := net.JoinHostPort(host, strconv.Itoa(int(c.port.Number)))
				n := &probetest.Network{Services: map[string]probetest.Service{address: c.service}}
				r := probetest.NewRecord(n.Dial)
				session := r.Session(unit, audit.Scope{Ports: []audit.Port{c.port}})
				session.Hellos = hellos()
				if err := discover.Probe.Observe(t.Context(), session); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				c.want.Address, c.want.Silent = address, true
				if diff := cmp.Diff(c.want, r.Facts[0]); diff != "" {
					t.Errorf("endpoint (-want +got):\n%s", diff)
				}
				var said []string
				for _, contact := range r.Contacts {
					said = append(said, contact.Said...)
				}
				if diff := cmp.Diff(c.said, said); diff != "" {
					t.Errorf("said (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// dead is the refusal of a door that accepted before.
type dead struct{}

func (dead) Error() string   { return "dead" }
func (dead) Refused() string { return "it stopped answering at 10:00:00 UTC, and is left alone" }
func (dead) Dead() bool      { return true }

// TestDiedOfTheSweep sees that a port which accepted a connection in the sweep, and
// refuses now, is told and costs the host's other ports nothing.
func TestDiedOfTheSweep(t *testing.T) {
	r := probetest.NewRecord((&probetest.Network{}).Dial)
	session := r.Session(unit, audit.Scope{Ports: []audit.Port{{Number: 443}}})
	session.Knock = func(ctx context.Context, doors []probe.Door, heard probe.Heard) error {
		heard(ctx, host, 443, nil, fmt.Errorf("connect: %w", dead{}))
		return nil
	}
	if err := discover.Probe.Observe(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	want := []audit.Fact{
		fact.Endpoint{Address: host + ":443", Left: "not to be touched: it stopped answering at 10:00:00 UTC, and is left alone"},
		fact.Host{Address: host, Answered: true, Open: 1},
	}
	if diff := cmp.Diff(want, r.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// TestCrowd sees that a host which accepts connections at every port, and says nothing,
// is not asked everything everywhere, and that this is told.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Services: map[string]probetest.Service{}}
		for _, p := range discover.Ports() {
			n.Services[net.JoinHostPort(host, strconv.Itoa(int(p.Number)))] = probetest.Mute
		}
		r := probetest.NewRecord(n.Dial)
		session := r.Session(unit, audit.Scope{})
		session.Hellos = hellos()
		if err := discover.Probe.Observe(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		n.Wait()
		asked := 0
		for _, f := range r.Facts {
			if e, ok := f.(fact.Endpoint); ok {
				asked += e.Asked
				if e.Left == "" {
					t.Errorf("nothing is told of %+v", e)
				}
			}
		}
		if asked < 3 || asked > 20 { // what is usual, and TLS where clinical messages may be taken
			t.Errorf("%d questions were asked, want few", asked)
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
		if got.Answered || got.Silent != 8 || len(r.Contacts) != 8 || got.Silent+got.Untried != all {
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
		n := &probetest.Network{Forbidden: map[string]string{"10.0.0.5:443": "fragile"}}
		scope := audit.Scope{Ports: []audit.Port{{Number: 80}, {Number: 443}}}
		got, _, r := look(t, n, scope)
		if diff := cmp.Diff(fact.Host{Address: host, Refused: "fragile"}, got); diff != "" || len(r.Contacts) != 1 {
			t.Errorf("%d contacts, host (-want +got):\n%s", len(r.Contacts), diff)
		}
		// A refusal after the first port leaves the host half looked at.
		later := &probetest.Network{Forbidden: map[string]string{"10.0.0.5:80": "the window has closed"}}
		r = probetest.NewRecord(later.Dial)
		if err := discover.Probe.Observe(t.Context(), r.Session(unit, scope)); err == nil {
			t.Errorf("facts %s", r.Text())
		}
	})
}

// TestRegisteredPrinters sees that machines which the register calls printers are
// asked what is usual at a port, and nothing elsewhere.
func TestRegisteredPrinters(t *testing.T) {
	at := []netip.Addr{netip.MustParseAddr(host)}
	for _, c := range []struct {
		name  string
		asset audit.Asset
		said  []string
	}{
		{"by its kind", audit.Asset{Addresses: at, Kind: "label printer"}, []string{"tls?"}},
		{"by its name", audit.Asset{Addresses: at, Names: []string{"ward 5 printer"}}, []string{"tls?"}},
		{"as people say", audit.Asset{Addresses: at, Kind: "mfd"}, []string{"tls?"}},
		{"another machine", audit.Asset{Addresses: at, Kind: "server"}, []string{"tls?", "redis?", "ldap?", "redis?", "ldap?", "tls?", "redis?", "ldap?", "redis?", "ldap?"}},
		{"another's", audit.Asset{Names: []string{"printer"}}, []string{"tls?", "redis?", "ldap?", "redis?", "ldap?", "tls?", "redis?", "ldap?", "redis?", "ldap?"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{"10.0.0.5:443": probetest.Mute, "10.0.0.5:20000": probetest.Mute}}
			r := probetest.NewRecord(n.Dial)
			session := r.Session(unit, audit.Scope{Ports: []audit.Port{{Number: 443}, {Number: 20000}}})
			session.Hellos, session.Assets = hellos(), []audit.Asset{c.asset}
			if err := discover.Probe.Observe(t.Context(), session); err != nil {
				t.Fatal(err)
			}
			n.Wait()
			var said []string
			for _, contact := range r.Contacts {
				said = append(said, contact.Said...)
			}
			if diff := cmp.Diff(c.said, said); diff != "" {
				t.Errorf("%s: said (-want +got):\n%s", c.name, diff)
			}
		})
	}
}

// TestOneOfMany sees that a port at which this machine cannot knock, and a service
// that dies of being asked, cost themselves alone.
func TestOneOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &probetest.Network{Services: map[string]probetest.Service{"10.0.0.5:22": greets("SSH-2.0-x\r\n"), "10.0.0.5:20000": probetest.Mute}}
		dials := 0
		r := probetest.NewRecord(func(ctx context.Context, network, address string) (net.Conn, error) {
			switch {
			case address == "10.0.0.5:25":
				return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.EACCES)}
			case address == "10.0.0.5:20000":
				if dials++; dials > 2 {
					return nil, probetest.Refusal("it stopped answering")
				}
			}
			return n.Dial(ctx, network, address)
		})
		session := r.Session(unit, audit.Scope{Ports: []audit.Port{{Number: 22}, {Number: 25}, {Number: 20000}}})
		session.Hellos = hellos()
		if err := discover.Probe.Observe(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		n.Wait()
		want := []audit.Fact{
			fact.Endpoint{Address: "10.0.0.5:22", Service: "ssh", Greeting: "SSH-2.0-x"},
			fact.Endpoint{Address: "10.0.0.5:20000", Silent: true, Asked: 1, Left: "not to be touched: it stopped answering"},
			fact.Host{Address: host, Answered: true, Open: 2, Unclear: 1, Why: "permission denied"},
		}
		if diff := cmp.Diff(want, r.Facts); diff != "" {
			t.Errorf("facts (-want +got):\n%s", diff)
		}
	})
}

func TestShippedPorts(t *testing.T) {
	last := uint16(0)
	cares := map[uint16]discover.Care{}
	for _, p := range discover.Ports() {
		if p.Number <= last || p.Usual == "" {
			t.Errorf("port %d after %d, usually %q", p.Number, last, p.Usual)
		}
		last = p.Number
		cares[p.Number] = p.Care
	}
	if n := len(discover.Ports()); n < 110 || n > 130 {
		t.Errorf("%d ports", n)
	}
	// What arrives at a printer is printed; what arrives at these may be a message.
	for port, want := range map[uint16]discover.Care{9100: discover.Nothing, 515: discover.Nothing, 2575: discover.TLSOnly, 104: discover.TLSOnly, 11112: discover.TLSOnly, 389: discover.Ask} {
		if cares[port] != want {
			t.Errorf("port %d is asked with care %d", port, cares[port])
		}
	}
	if diff := cmp.Diff([]uint16{443, 22, 9, 81}, discover.Telling(audit.Scope{Ports: []audit.Port{{Number: 9}, {Number: 22}, {Number: 81}, {Number: 443}}}, 8)); diff != "" {
		t.Errorf("telling ports (-want +got):\n%s", diff)
	}
}

func TestAppliesToSingleHosts(t *testing.T) {
	for target, want := range map[audit.Target]bool{
		"net:10.0.0.0/24": false, "net:host.example": true, "tcp://10.0.0.5:21": false, "file:///srv": false, audit.Estate: false,
	} {
		if got := discover.Probe.Applies(target); got != want {
			t.Errorf("%s: %v", target, got)
		}
	}
}
