package dicom_test

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/dicom"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "pacs.example:104"

var declared = audit.Scope{Ports: []audit.Port{{Number: 104, Service: "dicom"}}}

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe: dicom.Probe, Unit: audit.Unit{Target: "tcp://" + address, Subject: "dicom"}, Scope: declared,
		Address: address, Bound: 40 * time.Second,
	})
}

// TestServers holds real servers, and one that knows its callers, to what must be
// found with the named test, and sees that nothing was done in an association.
func TestServers(t *testing.T) {
	for name, subject := range map[string]string{
		"storescp, in clear": "dicom", "storescp, TLS for anybody": "dicom in TLS",
		"dicom, known titles in clear": "dicom", "dicom, known titles in TLS": "dicom in TLS",
		"images, TLS for known callers": "dicom in TLS",
	} {
		t.Run(name, func(t *testing.T) {
			server := estatetest.Named(name)
			running := estatetest.Start(t, server)
			r := estatetest.Look(t, dicom.Probe, running, subject, "dicom-associate")
			if diff := cmp.Diff(server.Finds, estatetest.Found(r.Facts)); diff != "" {
				t.Errorf("found (-want +got):\n%s\n%s\n%s", diff, r.Text(), running.Log())
			}
			log := running.Log()
			if strings.Contains(log, "C-ECHO") || strings.Contains(log, "C-STORE") {
				t.Errorf("something was done:\n%s", log)
			}
			if strings.HasPrefix(name, "storescp") {
				if seen := r.Facts[0].(channel.Seen); !strings.HasPrefix(seen.Product, "dcmtk (OFFIS_DCMTK_3") {
					t.Errorf("product %q", seen.Product)
				}
				if n := strings.Count(log, "Association Release"); n < 2 {
					t.Errorf("%d associations were released:\n%s", n, log)
				}
			}
		})
	}
}

// TestUntested sees that without the named test nobody is asked for an association,
// and that a declared service is known by its abort.
func TestUntested(t *testing.T) {
	running := estatetest.Start(t, estatetest.Named("dicom, known titles in clear"))
	r := estatetest.Look(t, dicom.Probe, running, "dicom")
	if len(r.Contacts) > 0 {
		t.Errorf("%d connections to a port that nobody speaks of", len(r.Contacts))
	}
	r = lookDeclared(t, running)
	if seen := r.Facts[0].(channel.Seen); len(seen.Traits) != 1 || seen.Traits[0].Detail != "it answers DICOM in clear" || running.Log() != "a unit of kind 5\n" {
		t.Errorf("seen %+v; it heard %s", seen, running.Log())
	}
}

// TestRecognised sees that what answers as DICOM does is known for it on any port,
// declared or not, and that nobody is asked for an association.
func TestRecognised(t *testing.T) {
	looks := dicom.Probe.Plan("net:10.0.0.0/24", discover.Endpoint{Address: "10.0.0.5:4243", Service: "dicom"})
	for _, name := range []string{"storescp, in clear", "dicom, known titles in clear"} {
		t.Run(name, func(t *testing.T) {
			running := estatetest.Start(t, estatetest.Named(name))
			r := estatetest.Look(t, dicom.Probe, running, looks[0].Subject)
			seen := r.Facts[0].(channel.Seen)
			if len(seen.Traits) != 1 || seen.Service != "dicom" || seen.Traits[0].Detail != "it answers DICOM in clear" {
				t.Errorf("seen %+v", seen)
			}
			if diff := cmp.Diff([]string{"A-RELEASE-RQ"}, r.Said()); diff != "" {
				t.Errorf("said (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHello sees that the hello is answered by real servers.
func TestHello(t *testing.T) {
	hello := dicom.Probe.Hellos[0]
	running := estatetest.Start(t, estatetest.Named("storescp, in clear"))
	conn, err := net.Dial("tcp", running.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(hello.Send); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 10)
	if _, err := io.ReadFull(conn, answer); err != nil || !hello.Fits(answer) || hello.Fits(answer[:9]) {
		t.Errorf("answered %q (%v)", answer, err)
	}
}

// says answers the first thing that comes with a unit, and waits.
func says(answers ...string) probetest.Service {
	return func(conn net.Conn) {
		buf := make([]byte, 1000)
		for _, answer := range answers {
			if n, _ := conn.Read(buf); n == 0 {
				return
			}
			_, _ = conn.Write([]byte(answer))
		}
		probetest.Mute(conn)
	}
}

const (
	abort   = "\x07\x00\x00\x00\x00\x04\x00\x00\x02\x02"
	caller  = "\x03\x00\x00\x00\x00\x04\x00\x01\x01\x03"
	called  = "\x03\x00\x00\x00\x00\x04\x00\x01\x01\x07"
	crowded = "\x03\x00\x00\x00\x00\x04\x00\x02\x03\x01"
	ended   = "\x06\x00\x00\x00\x00\x04\x00\x00\x00\x00"
)

func accept() string {
	return "\x02\x00\x00\x00\x00\x53" + strings.Repeat("\x00", 68) + "\x50\x00\x00\x0b\x55\x00\x00\x07PACS123"
}

func TestObserve(t *testing.T) {
	type traits = map[string]string
	for _, c := range []struct {
		name     string
		named    bool
		scope    audit.Scope
		service  probetest.Service
		traits   traits
		untold   traits // beginnings
		contacts int
	}{
		{"declared, and aborts", false, declared, says(abort), traits{"encryption": "none"}, traits{"dicom.title": "not tested"}, 1},
		{"declared, and says nothing", false, declared, probetest.Mute, traits{"encryption": "none"}, traits{"dicom.title": "not tested"}, 3},
		{"declared, and speaks something else", false, declared, says("HTTP/1.1 400 Bad Request\r\n\r\n"), traits{"encryption": "none"}, traits{"dicom.title": "not tested"}, 2},
		{"by its port", false, audit.Scope{}, probetest.Mute, traits{}, traits{"encryption": "unidentified, no TLS; not tested"}, 0},
		{"by its port, and silent", true, audit.Scope{}, probetest.Mute, traits{}, traits{"encryption": "unidentified, no TLS"}, 1},
		{"refuses strangers", true, audit.Scope{}, says(caller), traits{"encryption": "none", "dicom.title": "known"}, traits{}, 1},
		{"refuses strange names", true, audit.Scope{}, says(called), traits{"encryption": "none"}, traits{"dicom.title": "it refuses those"}, 1},
		{"is crowded", true, audit.Scope{}, says(crowded), traits{"encryption": "none"}, traits{"dicom.title": "it refuses the association"}, 1},
		{"takes anybody", true, audit.Scope{}, says(accept(), ended), traits{"encryption": "none", "dicom.title": "any"}, traits{}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{address: c.service}}
				r := probetest.NewRecord(n.Dial)
				session := r.Session(audit.Unit{Target: "tcp://" + address, Subject: "dicom"}, c.scope)
				session.Allowed = func(string, string) bool { return c.named }
				if err := dicom.Probe.Observe(t.Context(), session); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, dicom.Probe, r)
				seen := r.Facts[0].(channel.Seen)
				got, untold := traits{}, traits{}
				for _, trait := range seen.Traits {
					got[trait.Name] = trait.Value
				}
				for _, u := range seen.Untold {
					untold[u.Name] = u.Reason[:min(len(u.Reason), len(c.untold[u.Name]))]
				}
				if diff := cmp.Diff(c.traits, got); diff != "" {
					t.Errorf("traits (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.untold, untold); diff != "" {
					t.Errorf("untold (-want +got):\n%s", diff)
				}
				if len(r.Contacts) != c.contacts {
					t.Errorf("%d connections, want %d", len(r.Contacts), c.contacts)
				}
				for _, contact := range r.Contacts {
					if all := bytes.Join(contact.Sent, nil); bytes.Contains(all, []byte{0x1c, 0x0d}) {
						t.Errorf("a listener for messages could take %x for one", all)
					}
				}
			})
		})
	}
}

// TestDoc sees that all that the doc lists is sent, to one service or another.
func TestDoc(t *testing.T) {
	var records []*probetest.Record
	for _, name := range []string{"storescp, in clear", "storescp, TLS for anybody"} {
		subject := map[string]string{"": "dicom", "tls": "dicom in TLS"}[estatetest.Named(name).Service]
		records = append(records, estatetest.Look(t, dicom.Probe, estatetest.Start(t, estatetest.Named(name)), subject, "dicom-associate"))
	}
	for _, name := range []string{"nginx, hardened", "nginx, TLS 1.3 alone"} {
		records = append(records, lookDeclared(t, estatetest.Start(t, estatetest.Named(name))))
	}
	probetest.Documented(t, dicom.Probe, records...)
}

// lookDeclared looks at a server that the engagement calls one of DICOM.
func lookDeclared(t *testing.T, running *estatetest.Running) *probetest.Record {
	t.Helper()
	r := probetest.NewRecord(probetest.Loopback())
	at := netip.MustParseAddrPort(running.Address)
	scope := audit.Scope{Ports: []audit.Port{{Number: at.Port(), Service: "dicom"}}}
	if err := dicom.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: audit.Target("tcp://" + running.Address), Subject: "dicom"}, scope)); err != nil {
		t.Fatal(err)
	}
	probetest.Check(t, dicom.Probe, r)
	return r
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		fact audit.Fact
		want string // the subject
	}{
		{discover.Endpoint{Address: "10.0.0.5:4243", Service: "dicom"}, "dicom, by its answer"},
		{discover.Endpoint{Address: "10.0.0.5:4243", Service: "tls", Inside: "dicom"}, "dicom, by its answer in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:11112", Silent: true, Asked: 1}, "dicom"},
		{discover.Endpoint{Address: "10.0.0.5:2762", Service: "tls"}, "dicom in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:9999", Declared: "dicom"}, "dicom"},
		{discover.Endpoint{Address: "10.0.0.5:9999", Silent: true, Asked: 20}, "dicom"},
		{discover.Endpoint{Address: "10.0.0.5:9999", Silent: true, Asked: 20, Answered: true}, ""},
		{discover.Endpoint{Address: "10.0.0.5:9100", Silent: true}, ""},
		{discover.Endpoint{Address: "10.0.0.5:2575", Silent: true, Asked: 1}, ""},
		{discover.Endpoint{Address: "10.0.0.5:443", Service: "tls"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:104", Service: "http"}, ""},
		{discover.Host{Address: "10.0.0.5"}, ""},
	} {
		got := ""
		for _, look := range dicom.Probe.Plan("net:10.0.0.5", c.fact) {
			got = look.Subject
		}
		if got != c.want {
			t.Errorf("%+v: planned %q, want %q", c.fact, got, c.want)
		}
	}
}
