package mail_test

import (
	"bufio"
	cryptotls "crypto/tls"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/mail"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	"trustaudit/internal/probetest"
)

func TestServers(t *testing.T) {
	for _, s := range estatetest.All() {
		if !slices.Contains([]string{"smtp", "imap", "pop3"}, s.Service) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			running, _ := estatetest.Examine(t, s.Name, mail.Probe)
			if log := strings.ToLower(running.Log()); strings.Contains(log, "authenticat") || strings.Contains(log, "mail from") || strings.Contains(log, "from=<") {
				t.Errorf("somebody logged in or handed in mail:\n%s", log)
			}
		})
	}
}

// scripted is a service that answers commands from a script, and keeps silent at
// those that it does not know. Where it says go it goes on with TLS, where it says
// that it is gone it goes.
func scripted(greeting string, replies map[string]string) probetest.Service {
	return func(conn net.Conn) { converse(conn, greeting, replies, probetest.AnswersTLS) }
}

func converse(conn net.Conn, greeting string, replies map[string]string, secured probetest.Service) {
	if _, err := conn.Write([]byte(greeting)); err != nil {
		return
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		reply := replies[lines.Text()]
		if _, err := conn.Write([]byte(reply)); err != nil || strings.Contains(reply, " gone") {
			return
		}
		if strings.Contains(reply, " go\r") {
			secured(conn)
			return
		}
	}
}

// seen runs the probe against an imaginary service.
func seen(t *testing.T, subject, address string, service probetest.Service, tests ...string) (channel.Seen, *probetest.Record) {
	t.Helper()
	n := &probetest.Network{Services: map[string]probetest.Service{address: service}}
	r := probetest.NewRecord(n.Dial)
	session := r.Session(audit.Unit{Target: audit.Target("tcp://" + address), Subject: subject}, audit.Scope{})
	session.Allowed = func(test, _ string) bool { return slices.Contains(tests, test) }
	if err := mail.Probe.Observe(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, mail.Probe, r)
	got := r.Facts[0].(channel.Seen)
	got.Endpoint, got.Service = "", ""
	return got, r
}

const (
	ehlo = "EHLO trustaudit.invalid"
	lhlo = "LHLO trustaudit.invalid"
)

func TestScripts(t *testing.T) {
	opportunistic := channel.Trait{Name: "smtp.opportunistic", Value: "yes"}
	loginClear := channel.Trait{Name: "login.clear", Value: "optional", Detail: "AUTH with PLAIN or LOGIN is offered before TLS"}
	loginIMAP := channel.Trait{Name: "login.clear", Value: "optional", Detail: "LOGIN or AUTHENTICATE before TLS"}
	loginSafe := channel.Trait{Name: "login.clear", Value: "no"}
	offered := channel.Trait{Name: "encryption", Value: "offered"}
	none := func(why string) channel.Trait {
		return channel.Trait{Name: "encryption", Value: "none", Detail: why}
	}
	required := channel.Trait{Name: "encryption.required", Value: "yes"}
	optional := func(how string) channel.Trait {
		return channel.Trait{Name: "encryption.required", Value: "no", Detail: how}
	}
	untested := channel.Untold{Name: "smtp.relay", Reason: "not tested: the engagement does not name smtp-relay for this host"}
	failed := func(why string) []channel.Untold {
		return []channel.Untold{{Name: "encryption", Reason: why}, {Name: "encryption.required", Reason: why}}
	}
	tests := []struct {
		name, service, port string
		said                probetest.Service
		want                channel.Seen
	}{
		{"submission, hardened", "smtp", "587", scripted("220 mail ESMTP Postfix (Debian)\r\n", map[string]string{
			ehlo: "250-mail\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n", "RSET": "530 5.7.0 Must issue a STARTTLS command first\r\n", "STARTTLS": "220 go\r\n"}),
			channel.Seen{Product: "Postfix", Traits: []channel.Trait{offered, loginSafe, required}, Untold: []channel.Untold{untested}}},
		{"submission, log-ins in clear", "smtp", "587", scripted("220 mail ESMTP Exim 4.96 Sun, 22 Nov 2026\r\n", map[string]string{
			ehlo: "250-mail\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "220 go\r\n"}),
			channel.Seen{Product: "Exim 4.96", Traits: []channel.Trait{offered, loginClear, optional("it takes log-ins without TLS")}, Untold: []channel.Untold{untested}}},
		{"submission, no log-in in clear", "smtp", "587", scripted("220 mail ESMTP\r\n", map[string]string{
			ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "220 go\r\n"}),
			channel.Seen{Traits: []channel.Trait{offered, loginSafe},
				Untold: []channel.Untold{untested, {Name: "encryption.required", Reason: untested.Reason}}}},
		{"between organisations", "smtp", "25", scripted("220 mail Microsoft ESMTP MAIL Service\r\n", map[string]string{
			ehlo: "250-mail\r\n250-STARTTLS\r\n250-X-ANONYMOUSTLS\r\n250-AUTH NTLM\r\n250 SIZE\r\n", "RSET": "250 ok\r\n", "STARTTLS": "220 go\r\n"}),
			channel.Seen{Product: "Microsoft ESMTP", Traits: []channel.Trait{offered, loginSafe, opportunistic}, Untold: []channel.Untold{untested}}},
		{"names TLS and refuses it", "smtp", "25", scripted("220 mail ESMTP\r\n", map[string]string{
			ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "502 TLS not available\r\n", "QUIT": "221 bye\r\n"}),
			channel.Seen{Traits: []channel.Trait{none("it names STARTTLS and refuses it"), loginSafe}, Untold: []channel.Untold{untested}}},
		{"puts TLS off", "smtp", "25", scripted("220 mail ESMTP\r\n", map[string]string{
			ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "454 TLS not available due to temporary reason\r\n", "QUIT": "221 bye\r\n"}),
			channel.Seen{Traits: []channel.Trait{loginSafe}, Untold: append(failed("it puts the change to TLS off"), untested)}},
		{"puts callers off", "smtp", "25", scripted("220 mail ESMTP\r\n", map[string]string{ehlo: "421 too busy\r\n"}),
			channel.Seen{Untold: failed("the service puts callers off")}},
		{"IMAP puts TLS off", "imap", "143", scripted("* OK hello\r\n", map[string]string{
			"a1 CAPABILITY": "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n", "a2 STARTTLS": "a2 NO [UNAVAILABLE] not now\r\n"}),
			channel.Seen{Traits: []channel.Trait{loginIMAP}, Untold: failed("it puts the change to TLS off")}},
		{"POP3 puts TLS off", "pop3", "110", scripted("+OK ready\r\n", map[string]string{"CAPA": "+OK\r\nSTLS\r\n.\r\n", "STLS": "-ERR [SYS/TEMP] not now\r\n"}),
			channel.Seen{Untold: failed("it puts the change to TLS off")}},
		{"ManageSieve puts TLS off", "sieve", "4190", scripted("\"STARTTLS\"\r\nOK\r\n", map[string]string{"STARTTLS": "NO (TRYLATER) \"not now\"\r\n"}),
			channel.Seen{Untold: failed("it puts the change to TLS off")}},
		{"agrees to TLS and speaks none", "smtp", "587", scripted("220 mail ESMTP\r\n", map[string]string{
			ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "220 gone\r\n"}),
			channel.Seen{Traits: []channel.Trait{none("agrees to STARTTLS and then speaks no TLS"), loginSafe}, Untold: []channel.Untold{untested}}},
		{"turns callers away", "smtp", "25", scripted("554 no SMTP here\r\n", nil),
			channel.Seen{Untold: failed("the service greets, and turns callers away")}},
		{"another protocol", "smtp", "25", scripted("SSH-2.0-OpenSSH\r\n", nil), channel.Seen{Untold: failed("the answer is not an SMTP reply")}},
		{"a reply of two codes", "smtp", "25", scripted("220-a\r\n250 b\r\n", nil), channel.Seen{Untold: failed("the answer is not an SMTP reply")}},
		{"mute", "smtp", "25", probetest.Mute, channel.Seen{Untold: failed("no answer in time")}},
		{"LMTP", "lmtp", "24", scripted("220 mail LMTP Dovecot ready.\r\n", map[string]string{
			lhlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "220 go\r\n"}),
			channel.Seen{Product: "Dovecot", Traits: []channel.Trait{offered, optional("it takes RSET without TLS")}}},
		{"IMAP, hardened", "imap", "143", scripted("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", map[string]string{
			"a1 CAPABILITY": "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n", "a2 STARTTLS": "a2 OK go\r\n"}),
			channel.Seen{Product: "Dovecot", Traits: []channel.Trait{offered, required}}},
		{"IMAP, LOGIN is off but AUTH is not", "imap", "143", scripted("* OK hello\r\n", map[string]string{
			"a1 CAPABILITY": "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=PLAIN\r\na1 OK done\r\n", "a2 STARTTLS": "a2 OK go\r\n"}),
			channel.Seen{Traits: []channel.Trait{offered, loginIMAP, optional("it takes log-ins before STARTTLS")}}},
		{"IMAP, everyone is in", "imap", "143", scripted("* PREAUTH hello\r\n", map[string]string{
			"a1 CAPABILITY": "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"}),
			channel.Seen{Traits: []channel.Trait{none("it does not know STARTTLS"), {Name: "access", Value: "anyone", Detail: "it greets with PREAUTH: everyone is logged in already"}}}},
		{"IMAP, says nothing of itself", "imap", "143", scripted("* OK hello\r\n", map[string]string{
			"a1 CAPABILITY": "a1 BAD what?\r\n", "a2 STARTTLS": "a2 OK go\r\n"}),
			channel.Seen{Traits: []channel.Trait{offered}, Untold: []channel.Untold{{Name: "encryption.required", Reason: "the service does not say what it can"}}}},
		{"POP3, hardened", "pop3", "110", scripted("+OK ready\r\n", map[string]string{
			"CAPA": "+OK\r\nCAPA\r\nSTLS\r\nSASL\r\n.\r\n", "STLS": "+OK go\r\n"}),
			channel.Seen{Traits: []channel.Trait{offered, required}}},
		{"POP3, by time stamp", "pop3", "110", scripted("+OK <1.2@pop>\r\n", map[string]string{
			"CAPA": "+OK\r\nSTLS\r\n.\r\n", "STLS": "+OK go\r\n"}),
			channel.Seen{Traits: []channel.Trait{offered, optional("it takes log-ins before STLS")}}},
		{"POP3, as of 1996", "pop3", "110", scripted("+OK\r\n", map[string]string{"CAPA": "-ERR\r\n", "STLS": "-ERR\r\n", "QUIT": "+OK\r\n"}),
			channel.Seen{Traits: []channel.Trait{none("it does not know STLS"), {Name: "login.clear", Value: "yes", Detail: "USER and PASS, as all take that do not say what they can"}}}},
		{"ManageSieve, hardened", "sieve", "4190", scripted("\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n", map[string]string{"STARTTLS": "OK go\r\n"}),
			channel.Seen{Product: "Dovecot", Traits: []channel.Trait{offered, required}}},
		{"ManageSieve, log-ins in clear", "sieve", "4190", scripted("\"SASL\" \"PLAIN LOGIN\"\r\n\"STARTTLS\"\r\nOK\r\n", map[string]string{"STARTTLS": "OK go\r\n"}),
			channel.Seen{Traits: []channel.Trait{offered, {Name: "login.clear", Value: "optional", Detail: "AUTHENTICATE before TLS"}, optional("it takes log-ins before STARTTLS")}}},
		{"ManageSieve, no TLS", "sieve", "4190", scripted("\"SASL\" \"PLAIN\"\r\nOK\r\n", nil),
			channel.Seen{Traits: []channel.Trait{none("it does not know STARTTLS"), {Name: "login.clear", Value: "yes", Detail: "AUTHENTICATE before TLS"}}}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, _ := seen(t, c.service, "mail.example:"+c.port, c.said)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestSubmission sees what is told of a service that offers TLS and no log-in
// before it, where the test is named.
func TestSubmission(t *testing.T) {
	for answer, want := range map[string]string{"250 ok\r\n": "no", "530 5.5.1 Must issue a STARTTLS command first\r\n": "yes", "451 later\r\n": ""} {
		synctest.Test(t, func(t *testing.T) {
			got, _ := seen(t, "smtp", "mail.example:587", scripted("220 mail ESMTP\r\n", map[string]string{
				ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "220 go\r\n",
				"MAIL FROM:<trustaudit@example.com>": answer, "RCPT TO:<trustaudit@example.net>": "550 no\r\n"}), "smtp-relay")
			value := ""
			for _, trait := range got.Traits {
				if trait.Name == "encryption.required" {
					value = trait.Value
				}
			}
			untold := slices.ContainsFunc(got.Untold, func(u channel.Untold) bool { return u.Name == "encryption.required" })
			if value != want || untold != (want == "") {
				t.Errorf("%q: required %q, untold %v", answer, value, got.Untold)
			}
		})
	}
}

// TestRelay sees what is asked and told where the test is named, and that it is
// never asked where it is not.
func TestRelay(t *testing.T) {
	for rcpt, want := range map[string]string{"250 ok\r\n": "anyone", "554 5.7.1 relay access denied\r\n": "no", "450 later\r\n": "",
		"454 4.7.1 <trustaudit@example.net>: Relay access denied\r\n": "no", "451 4.7.1 Greylisted, try again\r\n": ""} {
		synctest.Test(t, func(t *testing.T) {
			service := scripted("220 mail ESMTP\r\n", map[string]string{ehlo: "250 mail\r\n",
				"MAIL FROM:<trustaudit@example.com>": "250 ok\r\n", "RCPT TO:<trustaudit@example.net>": rcpt})
			got, r := seen(t, "smtp", "mail.example:25", service, "smtp-relay")
			value := ""
			for _, trait := range got.Traits {
				if trait.Name == "smtp.relay" {
					value = trait.Value
				}
			}
			if value != want || (want == "") != (len(got.Untold) == 1) {
				t.Errorf("%q: relay %q, untold %v", rcpt, value, got.Untold)
			}
			_, quiet := seen(t, "smtp", "mail.example:25", service)
			if said := strings.Join(quiet.Said(), " "); strings.Contains(said, "MAIL") || strings.Contains(said, "DATA") || strings.Contains(strings.Join(r.Said(), " "), "DATA") {
				t.Errorf("said %q", said)
			}
		})
	}
}

// TestRelayWithinTLS sees that a service which serves nobody without TLS is asked
// within it.
func TestRelayWithinTLS(t *testing.T) {
	config := probetest.Certified(t)
	const from, to = "MAIL FROM:<trustaudit@example.com>", "RCPT TO:<trustaudit@example.net>"
	service := func(conn net.Conn) {
		inner := map[string]string{ehlo: "250 mail\r\n", from: "250 ok\r\n", to: "250 ok\r\n"}
		outer := map[string]string{ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "530 Must issue a STARTTLS command first\r\n",
			from: "530 Must issue a STARTTLS command first\r\n", "STARTTLS": "220 go\r\n"}
		converse(conn, "220 mail ESMTP\r\n", outer, func(conn net.Conn) { converse(cryptotls.Server(conn, config), "", inner, nil) })
	}
	synctest.Test(t, func(t *testing.T) {
		got, _ := seen(t, "smtp", "mail.example:25", service, "smtp-relay")
		if !slices.Contains(got.Traits, channel.Trait{Name: "smtp.relay", Value: "anyone"}) {
			t.Errorf("%+v", got)
		}
	})
}

func TestPlan(t *testing.T) {
	for _, c := range []struct{ service, declared, want string }{
		{"smtp", "submission", "submission"}, {"smtp", "", "smtp"}, {"imap", "submission", "imap"}, {"", "submission", "submission"},
	} {
		looks := mail.Probe.Plan("", discover.Endpoint{Address: "h:2525", Service: c.service, Declared: c.declared})
		if len(looks) != 1 || looks[0].Subject != c.want {
			t.Errorf("%+v: %v", c, looks)
		}
	}
}

// TestDoc sees that all that the doc lists is said to one service or another.
func TestDoc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var records []*probetest.Record
		for subject, service := range map[string]probetest.Service{
			"smtp": scripted("220 mail ESMTP\r\n", map[string]string{ehlo: "250-mail\r\n250 STARTTLS\r\n", "RSET": "250 ok\r\n", "STARTTLS": "454 no\r\n",
				"MAIL FROM:<trustaudit@example.com>": "250 ok\r\n", "RCPT TO:<trustaudit@example.net>": "550 no\r\n"}),
			"lmtp":  scripted("220 mail LMTP\r\n", map[string]string{lhlo: "250 mail\r\n"}),
			"imap":  scripted("* OK\r\n", map[string]string{"a1 CAPABILITY": "a1 BAD\r\n", "a2 STARTTLS": "a2 BAD\r\n"}),
			"pop3":  scripted("+OK\r\n", map[string]string{"CAPA": "-ERR\r\n", "STLS": "-ERR\r\n"}),
			"sieve": scripted("OK\r\n", nil),
		} {
			_, r := seen(t, subject, "mail.example:25", service, "smtp-relay")
			records = append(records, r)
		}
		own := mail.Probe
		own.Doc = strings.ReplaceAll(own.Doc, tls.Offers, "")
		own.Doc = strings.ReplaceAll(own.Doc, `"`+talk.SayHandshake+`"`, "")
		probetest.Documented(t, own, records...)
	})
}
