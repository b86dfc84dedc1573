package talk_test

import (
	"crypto/tls"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probetest"
)

// TestWithinOldTLS sees that a question can be put to a server with weak suites alone.
func TestWithinOldTLS(t *testing.T) {
	config := probetest.Certified(t)
	config.MaxVersion, config.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
	n := &probetest.Network{Services: map[string]probetest.Service{"h:636": func(conn net.Conn) {
		_, _ = tls.Server(conn, config).Write([]byte("hello\r\n"))
	}}}
	r := probetest.NewRecord(n.Dial)
	conn, err := r.Session(audit.Unit{}, audit.Scope{}).Dial(t.Context(), "tcp", "h:636")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	within, err := talk.Within(t.Context(), conn, "h")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := within.Line(); line != "hello" {
		t.Errorf("heard %q, %v", line, err)
	}
}

func TestPlan(t *testing.T) {
	plan := talk.PlanWithin("ldap", "636")
	for _, c := range []struct {
		endpoint discover.Endpoint
		want     string // the subject
	}{
		{discover.Endpoint{Address: "10.0.0.5:1389", Service: "ldap"}, "ldap"},
		{discover.Endpoint{Address: "10.0.0.5:1389", Declared: "ldap"}, "ldap"},
		{discover.Endpoint{Address: "10.0.0.5:636", Service: "tls"}, "ldap in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:1636", Service: "tls", Declared: "ldaps"}, "ldap in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:636", Service: "tls", Declared: "tls"}, "ldap in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:636", Service: "tls", Declared: "mllp"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:443", Service: "tls"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:20389", Service: "tls", Inside: "ldap"}, "ldap in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:636", Service: "tls", Declared: "mllp", Inside: "imap"}, ""},
		{discover.Endpoint{Address: "10.0.0.5:636", Service: "ssh"}, ""},
	} {
		var want []probe.Look
		if c.want != "" {
			want = []probe.Look{{Target: audit.Target("tcp://" + c.endpoint.Address), Subject: c.want}}
		}
		if diff := cmp.Diff(want, plan("net:10.0.0.5", c.endpoint)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.endpoint, diff)
		}
	}
	if looks := plan("net:10.0.0.5", discover.Host{}); looks != nil {
		t.Errorf("planned %v", looks)
	}
}

func TestProduct(t *testing.T) {
	for greeting, want := range map[string]string{
		"mail ESMTP Exim 4.96 Sun, 22 Nov 2026": "Exim 4.96",
		"mail ESMTP Postfix (Debian/GNU)":       "Postfix",
		"mail ESMTP":                            "",
		"exim":                                  "Exim",
	} {
		if got := talk.Product(greeting, "Postfix", "Exim"); got != want {
			t.Errorf("%q: %q, want %q", greeting, got, want)
		}
	}
}
