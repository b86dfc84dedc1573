package discover_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/all"
	"trustaudit/internal/probe/discover"
	"trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probetest"
)

// TestInsideTLS sees that real servers at ports where TLS is not usual are known by
// what they say within it, and that one which wants a certificate is left alone.
func TestInsideTLS(t *testing.T) {
	var hellos []probe.Hello
	for _, p := range all.Probes() {
		hellos = append(hellos, p.Hellos...)
	}
	for _, c := range []struct{ server, inside string }{
		{"redis, TLS without password", "redis"}, {"nginx, log-in page in TLS", "http"}, {"kafka, log-in in TLS", "kafka"},
		{"mosquitto, anybody in TLS", "mqtt"}, {"storescp, TLS on a port of its own", "dicom"}, {"mosquitto, TLS and certificates", ""},
	} {
		t.Run(c.server, func(t *testing.T) {
			running := estatetest.Start(t, estatetest.Named(c.server))
			address, text, err := net.SplitHostPort(running.Address)
			if err != nil {
				t.Fatal(err)
			}
			port, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				t.Fatal(err)
			}
			r := probetest.NewRecord(probetest.Loopback())
			session := r.Session(audit.Unit{Target: audit.Target("net:" + address), Subject: address}, audit.Scope{Ports: []audit.Port{{Number: uint16(port)}}})
			session.Hellos = hellos
			if err := discover.Probe.Observe(t.Context(), session); err != nil {
				t.Fatal(err)
			}
			got := r.Facts[0].(fact.Endpoint)
			if diff := cmp.Diff([]string{"tls", c.inside}, []string{got.Service, got.Inside}); diff != "" {
				t.Errorf("recognised (-want +got):\n%s\n%s", diff, running.Log())
			}
		})
	}
}

// TestGreetsInTLS sees that mail at its usual ports of TLS is known by its greeting
// within it, and that nothing is asked there of what keeps silent.
func TestGreetsInTLS(t *testing.T) {
	config := probetest.Certified(t)
	greets := func(words string) probetest.Service {
		return func(conn net.Conn) {
			within := tls.Server(conn, config)
			if within.Handshake() != nil {
				return
			}
			_, _ = within.Write([]byte(words))
			if n, _ := within.Read(make([]byte, 64)); n > 0 {
				t.Errorf("%d bytes were sent within TLS", n)
			}
		}
	}
	for _, c := range []struct {
		port          uint16
		words, inside string
	}{
		{993, "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", "imap"},
		{465, "220 mx.synthetic.example ESMTP Postfix\r\n", "smtp"},
		{995, "", ""},
	} {
		t.Run(fmt.Sprint(c.port), func(t *testing.T) {
			n := &probetest.Network{Services: map[string]probetest.Service{fmt.Sprintf("10.0.0.5:%d", c.port): greets(c.words)}}
			r := probetest.NewRecord(n.Dial)
			session := r.Session(audit.Unit{Target: "net:10.0.0.5", Subject: "10.0.0.5"}, audit.Scope{Ports: []audit.Port{{Number: c.port}}})
			for _, p := range all.Probes() {
				session.Hellos = append(session.Hellos, p.Hellos...)
			}
			if err := discover.Probe.Observe(t.Context(), session); err != nil {
				t.Fatal(err)
			}
			n.Wait()
			got := r.Facts[0].(fact.Endpoint)
			if got.Service != "tls" || got.Inside != c.inside {
				t.Errorf("recognised %q with %q inside, want %q", got.Service, got.Inside, c.inside)
			}
		})
	}
}
