package ftp_test

import (
	"bufio"
	cryptotls "crypto/tls"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/ftp"
	"trustaudit/internal/probetest"
)

const named = "ftp-anonymous"

// TestServers sees what is found at real servers, and that it is all there is.
func TestServers(t *testing.T) {
	for _, c := range []struct{ name, service string }{
		{"vsftpd, anonymous in clear", "ftp"}, {"vsftpd, TLS for those who ask", "ftp"},
		{"vsftpd, TLS required", "ftp"}, {"vsftpd, anonymous in TLS alone", "ftp"}, {"vsftpd, TLS from the first byte", "ftps"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := estatetest.Named(c.name)
			r := estatetest.Start(t, s)
			got := estatetest.Found(estatetest.Look(t, ftp.Probe, r, c.service, named).Facts)
			if diff := cmp.Diff(s.Finds, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

var loggedIn = regexp.MustCompile(`command: .*"(USER|PASS)`)

// TestNobodyLogsIn sees by the servers' own logs that without the named test
// nobody tries to.
func TestNobodyLogsIn(t *testing.T) {
	for _, name := range []string{"vsftpd, anonymous in clear", "vsftpd, TLS for those who ask"} {
		t.Run(name, func(t *testing.T) {
			r := estatetest.Start(t, estatetest.Named(name))
			record := estatetest.Look(t, ftp.Probe, r, "ftp")
			log := r.Log()
			if !strings.Contains(log, "FTP command") || loggedIn.MatchString(log) {
				t.Errorf("the server logged:\n%s", log)
			}
			seen := record.Facts[0].(channel.Seen)
			if len(seen.Untold) == 0 || !strings.Contains(seen.Untold[0].Reason, "does not name "+named) {
				t.Errorf("it is not said what was left untested: %+v", seen.Untold)
			}
		})
	}
}

// look runs the probe against an address of an imaginary network.
func look(t *testing.T, service probetest.Service, tests ...string) (channel.Seen, *probetest.Record) {
	t.Helper()
	const address = "ftp.example:21"
	n := &probetest.Network{Services: map[string]probetest.Service{address: service}}
	r := probetest.NewRecord(n.Dial)
	s := r.Session(audit.Unit{Target: "tcp://" + address, Subject: "ftp"}, audit.Scope{})
	s.Allowed = func(test, host string) bool { return len(tests) > 0 && test == tests[0] && host == "ftp.example" }
	if err := ftp.Probe.Observe(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, ftp.Probe, r)
	return r.Facts[0].(channel.Seen), r
}

// scripted is a service that answers commands from a script.
func scripted(greeting string, replies map[string]string) probetest.Service {
	return func(conn net.Conn) {
		if _, err := conn.Write([]byte(greeting)); err != nil {
			return
		}
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			reply, ok := replies[lines.Text()]
			if !ok {
				return
			}
			if _, err := conn.Write([]byte(reply)); err != nil {
				return
			}
		}
	}
}

func TestScripts(t *testing.T) {
	none := func(detail string) []channel.Trait {
		return []channel.Trait{{Name: "encryption", Value: "none", Detail: detail}}
	}
	const unnamed = "not tested: the engagement does not name ftp-anonymous for this host"
	untested := []channel.Untold{{Name: "access", Reason: unnamed}}
	fails := func(why string) []channel.Untold {
		var out []channel.Untold
		for _, name := range []string{"encryption", "ftp.data", "encryption.required", "access"} {
			out = append(out, channel.Untold{Name: name, Reason: why})
		}
		return out
	}
	for _, c := range []struct {
		name    string
		service probetest.Service
		want    channel.Seen
	}{
		{"a long greeting, FEAT unknown", scripted("220-Welcome to ProFTPD 1.3.8\r\n220-second\r\nthird\r\n220 last\r\n",
			map[string]string{"FEAT": "500 what?\r\n", "AUTH TLS": "502 no\r\n", "QUIT": "221 bye\r\n"}),
			channel.Seen{Product: "ProFTPD 1.3.8", Traits: none("refuses AUTH TLS with code 502"), Untold: untested}},
		{"a moment, then ready", scripted("120 wait\r\n220 ready\r\n",
			map[string]string{"FEAT": "530 log in first\r\n", "AUTH TLS": "530 log in first\r\n", "QUIT": "221 bye\r\n"}),
			channel.Seen{Traits: none("refuses AUTH TLS with code 530"), Untold: untested}},
		{"turns callers away", scripted("421 too many connections\r\n", nil),
			channel.Seen{Untold: fails("the service greets with code 421")}},
		{"another protocol", scripted("SSH-2.0-OpenSSH\r\n", nil), channel.Seen{Untold: fails("the answer is not an FTP reply")}},
		{"puts TLS off", scripted("220 ready\r\n", map[string]string{"FEAT": "211 none\r\n", "AUTH TLS": "431 not now\r\n"}),
			channel.Seen{Untold: fails("the service puts AUTH TLS off with code 431")}},
		{"hangs up at AUTH TLS", scripted("220 ready\r\n", map[string]string{"FEAT": "211 none\r\n"}),
			channel.Seen{Untold: fails("the connection was refused or closed")}},
		{"agrees to TLS and speaks none", scripted("220 ready\r\n", map[string]string{"FEAT": "211 none\r\n", "AUTH TLS": "234 go on\r\n"}),
			channel.Seen{Traits: none("agrees to AUTH TLS and then speaks no TLS"), Untold: untested}},
		{"says nothing", probetest.Mute, channel.Seen{Untold: fails("no answer in time")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, _ := look(t, c.service)
				c.want.Endpoint, c.want.Service = "ftp.example:21", "ftp"
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestAnonymous tells who is let in, and whether in clear, by the replies.
func TestAnonymous(t *testing.T) {
	speaking := certificate(t)
	for _, c := range []struct {
		name    string
		offers  bool
		replies map[string]string
		want    map[string]string
		left    string // the last command
	}{
		{"let in", false, map[string]string{"USER anonymous": "331 e-mail?\r\n", "PASS anonymous@": "230 in\r\n", "PWD": "257 \"/\"\r\n"},
			map[string]string{"encryption": "none", "access": "anyone"}, "QUIT"},
		{"let in without a password", true, map[string]string{"USER trustaudit": "331 password\r\n", "USER anonymous": "230 in\r\n", "PWD": "257 \"/\"\r\n"},
			map[string]string{"encryption": "offered", "ftp.data": "offered", "encryption.required": "no", "login.clear": "optional", "access": "anyone"}, "QUIT"},
		{"refused by the password in clear", false, map[string]string{"USER anonymous": "331 password\r\n", "PASS anonymous@": "530 no\r\n"},
			map[string]string{"encryption": "none", "access": "login", "login.clear": "yes"}, "QUIT"},
		{"refused by the name in clear", false, map[string]string{"USER anonymous": "530 no\r\n"}, map[string]string{"encryption": "none", "access": "login"}, "QUIT"},
		{"refused by the password", true, map[string]string{"USER trustaudit": "530 Use AUTH first\r\n", "USER anonymous": "331 password\r\n", "PASS anonymous@": "530 no\r\n"},
			map[string]string{"encryption": "offered", "ftp.data": "offered", "encryption.required": "yes", "access": "login"}, "QUIT"},
		{"refused with TLS too", true, map[string]string{"USER trustaudit": "530 must use encryption.\r\n", "USER anonymous": "530 must use encryption.\r\n", "in TLS USER anonymous": "530 no\r\n"},
			map[string]string{"encryption": "offered", "ftp.data": "offered", "encryption.required": "yes", "access": "login"}, "QUIT"},
		{"let in with TLS", true, map[string]string{"USER trustaudit": "530 must use encryption.\r\n", "USER anonymous": "530 must use encryption.\r\n",
			"in TLS USER anonymous": "331 e-mail?\r\n", "in TLS PASS anonymous@": "230 in\r\n", "in TLS PWD": "257 here\r\n"},
			map[string]string{"encryption": "offered", "ftp.data": "offered", "encryption.required": "yes", "access": "anyone"}, "QUIT"},
		{"hangs up in TLS", true, map[string]string{"USER trustaudit": "530 must use encryption.\r\n", "USER anonymous": "530 must use encryption.\r\n"},
			map[string]string{"encryption": "offered", "ftp.data": "offered", "encryption.required": "yes"}, "USER anonymous"},
		{"unknown users refused", true, map[string]string{"USER trustaudit": "530 who?\r\n", "USER anonymous": "530 Authorised users only\r\n"},
			map[string]string{"encryption": "offered", "ftp.data": "offered", "access": "login"}, "QUIT"},
		{"puts it off", false, map[string]string{"USER anonymous": "421 too many callers\r\n", "QUIT": "221 bye\r\n"},
			map[string]string{"encryption": "none"}, "QUIT"},
		{"hangs up", true, map[string]string{}, map[string]string{"encryption": "offered", "ftp.data": "offered"}, "USER anonymous"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.replies["FEAT"], c.replies["AUTH TLS"], c.replies["QUIT"] = "211-\r\n AUTH TLS\r\n PROT\r\n211 End\r\n", "502 no\r\n", "221 bye\r\n"
				if c.offers {
					c.replies["AUTH TLS"] = "234 go on\r\n"
				}
				got, record := look(t, upgrading(speaking, c.replies), named)
				traits := map[string]string{}
				for _, trait := range got.Traits {
					traits[trait.Name] = trait.Value
				}
				if diff := cmp.Diff(c.want, traits); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				for _, name := range []string{"encryption.required", "access"} {
					untold := slices.ContainsFunc(got.Untold, func(u channel.Untold) bool { return u.Name == name })
					if (traits[name] == "") != untold && (name == "access" || c.offers) {
						t.Errorf("%s is %q, untold %+v", name, traits[name], got.Untold)
					}
				}
				last := record.Contacts[len(record.Contacts)-1].Said
				if last[len(last)-1] != c.left {
					t.Errorf("said %q at last, want %s", last, c.left)
				}
			})
		})
	}
}

// certificate is for TLS 1.3 alone, in which a look takes but a few offers.
func certificate(t *testing.T) *cryptotls.Config {
	t.Helper()
	config := probetest.Certified(t)
	config.MinVersion = cryptotls.VersionTLS13
	return config
}

// upgrading is a service that answers from a script, and speaks TLS 1.3 once it
// has agreed to; within that, what the script has for it.
func upgrading(config *cryptotls.Config, replies map[string]string) probetest.Service {
	return func(conn net.Conn) {
		_, _ = conn.Write([]byte("220 ready\r\n"))
		if last := recite(conn, "", replies); last == "AUTH TLS" && strings.HasPrefix(replies[last], "234") {
			secured := cryptotls.Server(conn, config)
			if secured.Handshake() == nil {
				recite(secured, "in TLS ", replies)
			}
		}
	}
}

// recite answers from a script until it has nothing to say, or has agreed to TLS, and
// returns the last command.
func recite(conn net.Conn, where string, replies map[string]string) string {
	buf := make([]byte, 64)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return ""
		}
		command := strings.TrimSpace(string(buf[:n]))
		reply := replies[where+command]
		if command == "QUIT" {
			reply = "221 bye\r\n"
		}
		if _, err := conn.Write([]byte(reply)); err != nil || reply == "" || strings.HasPrefix(reply, "234") {
			return command
		}
	}
}

// TestDoc sees that all that the doc lists is sent, to one service or another.
func TestDoc(t *testing.T) {
	speaking := certificate(t)
	var records []*probetest.Record
	for _, auth := range []string{"500 no\r\n", "234 go on\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			_, record := look(t, upgrading(speaking, map[string]string{"FEAT": "500 no\r\n", "AUTH TLS": auth, "QUIT": "221 bye\r\n",
				"USER trustaudit": "331 go on\r\n", "USER anonymous": "331 go on\r\n", "PASS anonymous@": "230 in\r\n", "PWD": "257 here\r\n"}), named)
			records = append(records, record)
		})
	}
	within := estatetest.Look(t, ftp.Probe, estatetest.Start(t, estatetest.Named("vsftpd, TLS from the first byte")), "ftps")
	probetest.Documented(t, ftp.Probe, append(records, within)...)
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		fact audit.Fact
		want []probe.Look
	}{
		{discover.Endpoint{Address: "10.0.0.5:2121", Service: "ftp"}, []probe.Look{{Target: "tcp://10.0.0.5:2121", Subject: "ftp"}}},
		{discover.Endpoint{Address: "10.0.0.5:2121", Declared: "ftp", Silent: true}, []probe.Look{{Target: "tcp://10.0.0.5:2121", Subject: "ftp"}}},
		{discover.Endpoint{Address: "10.0.0.5:2990", Declared: "ftps"}, []probe.Look{{Target: "tcp://10.0.0.5:2990", Subject: "ftps"}}},
		{discover.Endpoint{Address: "10.0.0.5:990", Service: "tls"}, []probe.Look{{Target: "tcp://10.0.0.5:990", Subject: "ftps"}}},
		{discover.Endpoint{Address: "10.0.0.5:2990", Service: "tls", Inside: "ftp"}, []probe.Look{{Target: "tcp://10.0.0.5:2990", Subject: "ftps"}}},
		{discover.Endpoint{Address: "10.0.0.5:990", Service: "ssh"}, nil},
		{discover.Endpoint{Address: "10.0.0.5:443", Service: "tls"}, nil},
		{discover.Endpoint{Address: "10.0.0.5:21", Service: "ssh"}, nil},
		{discover.Host{Address: "10.0.0.5"}, nil},
	} {
		if diff := cmp.Diff(c.want, ftp.Probe.Plan("net:10.0.0.5", c.fact)); diff != "" {
			t.Errorf("%+v: planned (-want +got):\n%s", c.fact, diff)
		}
	}
}
