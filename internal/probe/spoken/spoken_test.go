package spoken_test

import (
	"bytes"
	"encoding/hex"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/spoken"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "host.example:20000"

func TestLaws(t *testing.T) {
	for _, subject := range []string{"mpd", "rtsp", "nbd", "nut", "sip"} {
		t.Run(subject, func(t *testing.T) {
			probetest.Run(t, probetest.Config{
				Probe: spoken.Probe, Unit: audit.Unit{Target: "tcp://" + address, Subject: subject}, Address: address, Bound: 20 * time.Second,
			})
		})
	}
}

// TestServers holds real servers to what must be found.
func TestServers(t *testing.T) {
	for _, name := range []string{"beanstalkd", "nbd, disks in clear", "nbd, TLS required", "kamailio, in clear", "a camera, open", "a camera, with a password"} {
		t.Run(name, func(t *testing.T) { estatetest.Examine(t, name, spoken.Probe) })
	}
}

// says greets with its first words, and answers what comes with the others.
func says(first string, answers ...string) probetest.Service {
	return func(conn net.Conn) {
		if first != "" {
			_, _ = conn.Write([]byte(first))
		}
		buf := make([]byte, 2000)
		for _, answer := range answers {
			if n, _ := conn.Read(buf); n == 0 {
				return
			}
			_, _ = conn.Write([]byte(answer))
		}
		probetest.Mute(conn)
	}
}

// raw is what a server was seen to say, in hexadecimal.
func raw(text string) string {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestObserve(t *testing.T) {
	const describe = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n"
	const spiceUntold = "whether a password is asked for shows only to those who go on"
	type traits = map[string]string
	for _, c := range []struct {
		subject string
		service probetest.Service
		product string
		traits  traits
		untold  string
	}{
		{"zookeeper", says("", "Zookeeper version: 3.8.0-${mvngit.commit.id}, built on 2022\nMode: standalone\n"), "ZooKeeper 3.8.0", traits{"encryption": "none", "access": "anyone-lists"}, ""},
		{"cassandra", says("", "\x84\x00\x00\x00\x02\x00\x00\x00\x00"), "Cassandra", traits{"encryption": "none", "access": "anyone"}, ""},
		{"cassandra", says("", "\x84\x00\x00\x00\x03\x00\x00\x00\x31\x00\x2forg.apache.cassandra.auth.PasswordAuthenticator"), "Cassandra",
			traits{"encryption": "none", "access": "login", "login.clear": "yes"}, ""},
		{"firebird", says("", "\x00\x00\x00\x04"), "Firebird", traits{}, "whether sessions are encrypted shows only to those who log in (WireCrypt)"},
		{"spice", says("", "REDQ"+raw("0200000002000000ba00000000000000")+"key"), "SPICE", traits{"encryption": "none"}, spiceUntold},
		{"spice", says("", "REDQ"+raw("0200000002000000b200000005000000")), "SPICE", traits{"encryption": "offered", "encryption.required": "yes"}, spiceUntold},
		{"xpra", says("", "disconnect: connection failed, invalid packet header, character 0x74, not an xpra client??\n"), "Xpra", traits{}, "whether what is shown is encrypted shows only in a session"},
		{"zookeeper", says("", "srvr is not executed because it is not in the whitelist.\n"), "ZooKeeper", traits{"encryption": "none"}, "it does not tell its state"},
		{"zookeeper", says("", "HTTP/1.1 400 Bad Request\r\n\r\n"), "", traits{}, "the answer is not that of the service"},
		{"openwire", says("\x00\x00\x01R\x01ActiveMQ\x00\x00\x00\x0c"), "ActiveMQ", traits{"encryption": "none"}, ""},
		{"stomp", says("", "ERROR\ncontent-type:text/plain\nversion:1.0,1.1,1.2\n\n\x00"), "", traits{"encryption": "none"}, ""},
		{"hylafax", says("220 fax server (HylaFAX (tm) Version 6.0.7) ready.\r\n"), "HylaFAX 6.0.7", traits{"encryption": "none", "login.clear": "yes"}, ""},
		{"sane", says("", raw("0000000001000003")), "SANE", traits{"encryption": "none"}, ""},
		{"iscsi", says("", raw("23870000000000000000000000000000")), "iSCSI", traits{"encryption": "none"}, ""},
		{"ajp", says("", "AB\x00\x01\x09"), "", traits{"encryption": "none-pages"}, ""},
		{"epmd", says("", raw("00001111")+"name rabbit at port 25672\n"), "epmd", traits{"encryption": "none-state"}, ""},
		{"clickhouse", says("", "HTTP/1.0 400 Bad Request\r\n\r\nPort 9000 is for clickhouse-client program.\r\n"), "ClickHouse", traits{"encryption": "none"}, ""},
		{"mpd", says("OK MPD 0.23.5\n"), "MPD 0.23.5", traits{"encryption": "none-state"}, ""},
		{"irc", says("", ":irc.trust.test 451 * :Connection not registered\r\n"), "", traits{"encryption": "none"}, ""},
		{"ica", says("\x7f\x7fICA\x00"), "Citrix ICA", traits{}, "whether sessions are encrypted shows only in a session"},
		{"nut", says("", "Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/\n", "ERR FEATURE-NOT-CONFIGURED\n"), "NUT 2.8.0", traits{"encryption": "none-state"}, ""},
		{"nut", says("", "Network UPS Tools upsd 2.8.0\n", "OK STARTTLS\n"), "NUT 2.8.0", traits{"encryption": "offered"}, "whether it serves others in clear shows only in a log-in"},
		{"rtsp", says("", describe, "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\nv=0\r\n"), "", traits{"encryption": "none", "access": "anyone-reads"}, ""},
		{"rtsp", says("", describe, "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"), "", traits{"encryption": "none", "access": "login", "login.clear": "yes"}, ""},
		{"rtsp", says("", describe, "RTSP/1.0 404 Not Found\r\nCSeq: 2\r\n\r\n"), "", traits{"encryption": "none"}, "its pictures have an address of their own, which is not guessed"},
		{"rtsp", says("", describe), "", traits{"encryption": "none"}, "no answer in time"},
		{"nbd", says("NBDMAGICIHAVEOPT\x00\x03", raw("0003e889045565a9000000038000000500000000")), "NBD", traits{"encryption": "offered", "encryption.required": "yes"}, "it tells that within TLS alone"},
		{"nbd", says("NBDMAGICIHAVEOPT\x00\x03", raw("0003e889045565a9000000038000000200000000")), "NBD", traits{"encryption": "none"}, "it does not name its disks"},
		{"nbd", says("NBDMAGICIHAVEOPT\x00\x03", "what is this?!?!"), "NBD", traits{}, "the answer is not that of the service"},
		{"dns", says("", "\x00\x11tr\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"), "", traits{}, ""},
		{"ms rpc", says("", raw("05000c0310000000")), "", traits{}, ""},
	} {
		t.Run(c.subject, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{address: c.service}}
				r := probetest.NewRecord(n.Dial)
				if err := spoken.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://" + address, Subject: c.subject}, audit.Scope{})); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, spoken.Probe, r)
				seen := r.Facts[0].(channel.Seen)
				got, untold := traits{}, ""
				for _, trait := range seen.Traits {
					got[trait.Name] = trait.Value
				}
				for _, u := range seen.Untold {
					untold = u.Reason
				}
				if diff := cmp.Diff(c.traits, got); diff != "" {
					t.Errorf("traits (-want +got):\n%s", diff)
				}
				if seen.Product != c.product || untold != c.untold {
					t.Errorf("product %q, untold %q; want %q, %q", seen.Product, untold, c.product, c.untold)
				}
			})
		})
	}
}

// TestBytes sees that answers in binary are known as well.
func TestBytes(t *testing.T) {
	for service, answer := range map[string]string{
		"dns": "\x00\x11tr\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01", "cassandra": "\x84\x00\x00\x00\x02\x00\x00\x00\x00",
		"spice": "REDQ" + raw("0200000002000000b200000005000000"),
	} {
		for _, h := range spoken.Probe.Hellos {
			if h.Fits([]byte(answer)) != (h.Service == service) {
				t.Errorf("%s: an answer of %s", h.Service, service)
			}
		}
	}
}

// TestHellos sees that no hello is asked but where its service usually is, holds the
// end of an HL7 message, or is answered by an echo.
func TestHellos(t *testing.T) {
	for _, h := range spoken.Probe.Hellos {
		if !h.Usual || len(h.Ports) == 0 || bytes.Contains(h.Send, []byte("\x1c\r")) || h.Fits(h.Send) {
			t.Errorf("%s: %+v", h.Service, h)
		}
	}
}

func TestPlan(t *testing.T) {
	for endpoint, want := range map[discover.Endpoint]string{
		{Address: "10.0.0.5:20000", Service: "hylafax"}: "hylafax",
		{Address: "10.0.0.5:5060", Declared: "sip"}:     "sip",
		{Address: "10.0.0.5:5060", Service: "http"}:     "",
	} {
		got := ""
		for _, look := range spoken.Probe.Plan("net:10.0.0.5", endpoint) {
			got = look.Subject
		}
		if got != want {
			t.Errorf("%+v: planned %q, want %q", endpoint, got, want)
		}
	}
}
