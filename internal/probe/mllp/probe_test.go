package mllp_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	cryptotls "crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/mllp"
	"trustaudit/internal/probetest"
)

const address = "engine.example:6661"

var declared = audit.Scope{Ports: []audit.Port{{Number: 6661, Service: "mllp"}}}

// look runs the probe against one imaginary listener.
func look(t *testing.T, subject string, service probetest.Service, scope audit.Scope) *probetest.Record {
	t.Helper()
	n := &probetest.Network{Services: map[string]probetest.Service{address: service}}
	r := probetest.NewRecord(n.Dial)
	unit := audit.Unit{Target: "tcp://" + address, Subject: subject}
	if err := mllp.Probe.Observe(t.Context(), r.Session(unit, scope)); err != nil {
		t.Fatal(err)
	}
	n.Wait()
	probetest.Check(t, mllp.Probe, r)
	return r
}

// overTLS serves TLS to whoever asks.
func overTLS(t *testing.T, versions uint16, client cryptotls.ClientAuthType) probetest.Service {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &cryptotls.Config{
		Certificates: []cryptotls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}},
		MinVersion:   versions, ClientAuth: client,
	}
	return func(conn net.Conn) { _, _ = io.Copy(io.Discard, cryptotls.Server(conn, config)) }
}

func seen(name, value, detail string) channel.Seen {
	out := channel.Seen{Endpoint: address, Service: "mllp"}
	out.Has(name, value, detail)
	return out
}

const clear = "it is declared, and answers no offer of TLS"

func TestObserve(t *testing.T) {
	certified, anybody := seen("mllp.encryption", "always", ""), seen("mllp.encryption", "always", "")
	certified.Has("mllp.sender", "certified", "")
	anybody.Has("mllp.sender", "any", "")
	unidentified := channel.Seen{Endpoint: address, Service: "perhaps mllp"}
	unidentified.Lacks("mllp.encryption", "unidentified, no TLS")
	for _, c := range []struct {
		name    string
		subject string
		service probetest.Service
		scope   audit.Scope
		want    channel.Seen
	}{
		{"in clear, as an interface engine is", "mllp", probetest.Mute, declared, seen("mllp.encryption", "none", clear)},
		{"hangs up at what is no message", "mllp", func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }, declared, seen("mllp.encryption", "none", clear)},
		{"in clear, not declared", "mllp", probetest.Mute, audit.Scope{}, unidentified},
		{"TLS", "mllp", overTLS(t, cryptotls.VersionTLS12, cryptotls.NoClientCert), declared, anybody},
		{"TLS 1.3 asking for a certificate", "mllp", overTLS(t, cryptotls.VersionTLS13, cryptotls.RequireAnyClientCert), declared, certified},
		{"TLS, as was seen before", "mllp in TLS", overTLS(t, cryptotls.VersionTLS12, cryptotls.NoClientCert), declared, anybody},
		{"asking for a certificate, as was seen before", "mllp in TLS", overTLS(t, cryptotls.VersionTLS12, cryptotls.RequireAnyClientCert), declared, certified},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := look(t, c.subject, c.service, c.scope)
				if diff := cmp.Diff(c.want, r.Facts[len(r.Facts)-1]); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				encrypted := c.want.Traits != nil && c.want.Traits[0].Value == "always"
				if inside := c.subject != "mllp"; (len(r.Facts) == 3) != (encrypted && !inside) || inside && len(r.Contacts) != 1 {
					t.Errorf("%d connections, facts %s", len(r.Contacts), r.Text())
				}
			})
		})
	}
}

// TestEmptyFrame is sent where the engagement names it alone, and once.
func TestEmptyFrame(t *testing.T) {
	frames := func(answer string) probetest.Service {
		return func(c net.Conn) {
			buf := make([]byte, 500)
			if n, _ := c.Read(buf); string(buf[:n]) == "\x0b\x1c\r" {
				_, _ = c.Write([]byte(answer))
			}
			probetest.Mute(c)
		}
	}
	named := seen("mllp.encryption", "none", "it answers an empty frame in clear")
	unidentified := channel.Seen{Endpoint: address, Service: "perhaps mllp"}
	unidentified.Lacks("mllp.encryption", "unidentified, no TLS")
	for _, c := range []struct {
		name, answer string
		want         channel.Seen
		contacts     int
	}{
		{"a frame comes back", "\x0bMSH|", named, 1},
		{"something else comes back", "what?", unidentified, 3},
		{"nothing comes back", "", unidentified, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{address: frames(c.answer)}}
				r := probetest.NewRecord(n.Dial)
				session := r.Session(audit.Unit{Target: "tcp://" + address, Subject: "mllp"}, audit.Scope{})
				session.Allowed = func(test, host string) bool { return test == "mllp-empty-frame" && host == "engine.example" }
				if err := mllp.Probe.Observe(t.Context(), session); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, mllp.Probe, r)
				if diff := cmp.Diff(c.want, r.Facts[0]); diff != "" || len(r.Contacts) != c.contacts {
					t.Errorf("%d contacts (-want +got):\n%s", len(r.Contacts), diff)
				}
			})
		})
	}
}

// TestNobodyThere is inconclusive, which is not the same as no TLS.
func TestNobodyThere(t *testing.T) {
	for _, subject := range []string{"mllp", "mllp in TLS"} {
		synctest.Test(t, func(t *testing.T) {
			n := &probetest.Network{}
			r := probetest.NewRecord(n.Dial)
			if err := mllp.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://" + address, Subject: subject}, declared)); err != nil {
				t.Fatal(err)
			}
			if got := r.Facts[0].(channel.Seen); len(got.Untold) != 1 {
				t.Errorf("%s: got %+v", subject, got)
			}
		})
	}
}

// TestNoMessageIsEverWhole keeps what a listener received over many looks: no
// stretch of it may be a frame.
func TestNoMessageIsEverWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		received := 0
		listener := func(conn net.Conn) {
			all, _ := io.ReadAll(conn)
			mu.Lock()
			defer mu.Unlock()
			received += len(all)
			if bytes.Contains(all, []byte{0x1c, 0x0d}) || bytes.Contains(all, []byte("MSH|")) {
				t.Errorf("the listener could take for a message: %x", all)
			}
		}
		for range 200 {
			look(t, "mllp", listener, declared)
		}
		if received == 0 {
			t.Error("nothing was offered")
		}
	})
}

// TestGentle sees that a silent listener is asked twice at most, and when.
func TestGentle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if r := look(t, "mllp", probetest.Mute, declared); len(r.Contacts) > 2 || time.Since(start) > 10*time.Second {
			t.Errorf("%d connections in %v", len(r.Contacts), time.Since(start))
		}
	})
}

// TestDoc sees that all that the doc lists is sent.
func TestDoc(t *testing.T) {
	service := overTLS(t, cryptotls.VersionTLS13, cryptotls.NoClientCert)
	var records []*probetest.Record
	for _, subject := range []string{"mllp", "mllp in TLS"} {
		synctest.Test(t, func(t *testing.T) { records = append(records, look(t, subject, service, declared)) })
	}
	running := estatetest.Start(t, estatetest.Named("mllp, in clear"))
	records = append(records, estatetest.Look(t, mllp.Probe, running, "mllp", "mllp-empty-frame"))
	probetest.Documented(t, mllp.Probe, records...)
}

// TestServers sees that no message reaches a real listener.
func TestServers(t *testing.T) {
	for _, name := range []string{"mllp, in clear", "mllp, TLS for anybody", "mllp, TLS for known senders"} {
		t.Run(name, func(t *testing.T) {
			running, _ := estatetest.Examine(t, name, mllp.Probe)
			if log := running.Log(); strings.TrimPrefix(log, "a frame of 3 bytes\n") != "" {
				t.Errorf("it took a message:\n%s", log)
			}
		})
	}
	running, r := estatetest.Untested(t, "mllp, in clear", mllp.Probe)
	if log := running.Log(); log != "" || len(estatetest.Found(r.Facts)) > 0 {
		t.Errorf("untested, it took %q; found %v", log, estatetest.Found(r.Facts))
	}
}

// TestFrames sees that a listener that sent frames in clear is told as MLLP, and not
// connected to again.
func TestFrames(t *testing.T) {
	n := &probetest.Network{}
	r := probetest.NewRecord(n.Dial)
	if err := mllp.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://10.0.0.5:7000", Subject: "mllp, by its frames"}, audit.Scope{})); err != nil {
		t.Fatal(err)
	}
	seen := r.Facts[0].(channel.Seen)
	if len(r.Contacts) > 0 || seen.Service != "mllp" || len(seen.Traits) != 1 || seen.Traits[0].Value != "none" {
		t.Errorf("%d contacts; seen %+v", len(r.Contacts), seen)
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		fact audit.Fact
		want string // the subject
	}{
		{discover.Endpoint{Address: "10.0.0.5:7000", Declared: "mllp"}, "mllp"},
		{discover.Endpoint{Address: "10.0.0.5:7000", Declared: "hl7", Service: "tls"}, "mllp in TLS"},
		{discover.Endpoint{Address: "10.0.0.5:7000", Declared: "mllp", Service: "ssh"}, ""},
		{discover.Endpoint{Address: "[fd00::5]:2575", Silent: true}, "mllp"},
		{discover.Endpoint{Address: "10.0.0.5:7000", Silent: true}, ""},
		{discover.Endpoint{Address: "10.0.0.5:7000", Service: "mllp"}, "mllp, by its frames"},
		{discover.Host{Address: "10.0.0.5"}, ""},
	} {
		got := ""
		for _, look := range mllp.Probe.Plan("net:10.0.0.5", c.fact) {
			got = look.Subject
		}
		if got != c.want {
			t.Errorf("%+v: planned %q, want %q", c.fact, got, c.want)
		}
	}
}
