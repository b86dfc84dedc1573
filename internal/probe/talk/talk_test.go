package talk_test

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
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

// TestBarred sees that a service which lets nobody in without a certificate is told
// to be just that, in every version of TLS, and one that merely asks for one is not.
func TestBarred(t *testing.T) {
	for _, c := range []struct {
		name    string
		version uint16
		demands tls.ClientAuthType
		want    []channel.Trait
	}{
		{"TLS 1.2", tls.VersionTLS12, tls.RequireAnyClientCert, []channel.Trait{{Name: "encryption", Value: "always"}, {Name: "access", Value: "login"}}},
		{"TLS 1.3", tls.VersionTLS13, tls.RequireAnyClientCert, []channel.Trait{{Name: "encryption", Value: "always"}, {Name: "access", Value: "login"}}},
		{"asks and hangs up", tls.VersionTLS13, tls.RequestClientCert, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := probetest.Certified(t)
			config.MaxVersion, config.ClientAuth = c.version, c.demands
			n := &probetest.Network{Services: map[string]probetest.Service{"h:6380": func(conn net.Conn) { _ = tls.Server(conn, config).Handshake() }}}
			r := probetest.NewRecord(n.Dial)
			observe := talk.Observe(func(ctx context.Context, l *talk.Look) error {
				l.Asked = []string{"encryption", "access"}
				conn, err := l.Call(ctx)
				if err != nil {
					return err
				}
				defer conn.Close()
				_, err = conn.Line()
				return err
			})
			if err := observe(t.Context(), r.Session(audit.Unit{Target: "tcp://h:6380", Subject: "redis in TLS"}, audit.Scope{})); err != nil {
				t.Fatal(err)
			}
			seen := r.Facts[0].(channel.Seen)
			if diff := cmp.Diff(c.want, seen.Traits); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(seen.Traits)+len(seen.Untold) != 2 || c.want == nil && !strings.Contains(seen.Untold[0].Reason, "asks for a certificate") {
				t.Errorf("untold %+v", seen.Untold)
			}
		})
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
