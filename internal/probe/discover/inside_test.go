package discover_test

import (
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
