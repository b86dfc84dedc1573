package xmpp_test

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/estatetest"
	"trustaudit/internal/probe/tls"
	"trustaudit/internal/probe/xmpp"
	"trustaudit/internal/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLaws(t *testing.T) {
	probetest.Run(t, probetest.Config{
		Probe:   xmpp.Probe,
		Unit:    audit.Unit{Target: "tcp://host.example:5222", Subject: "xmpp"},
		Address: "host.example:5222",
		Bound:   40 * time.Second,
	})
}

func TestServers(t *testing.T) {
	var records []*probetest.Record
	for _, name := range []string{"xmpp, TLS on offer", "xmpp, no TLS", "xmpp, TLS required"} {
		t.Run(name, func(t *testing.T) {
			running, r := estatetest.Examine(t, name, xmpp.Probe)
			records = append(records, r)
			if log := running.Log(); strings.Contains(log, "Authenticated") {
				t.Errorf("somebody logged in:\n%s", log)
			}
		})
	}
	if len(records) == 3 {
		own := xmpp.Probe
		own.Doc = strings.ReplaceAll(own.Doc, tls.Offers, "")
		probetest.Documented(t, own, records...)
	}
}

const head = `<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' from='trust.example' id='1'>`

// addressed is a service that is known by one name and takes one kind of stream.
func addressed(name, kind, offers string) probetest.Service {
	return func(conn net.Conn) {
		said := make([]byte, 2048)
		for {
			n, err := conn.Read(said)
			if err != nil {
				return
			}
			reply := ""
			switch text := string(said[:n]); {
			case strings.Contains(text, "<starttls"):
				reply = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>"
			case !strings.Contains(text, kind):
				reply = head + "<stream:error><invalid-namespace/></stream:error>"
			case strings.Contains(text, "<?xml") && !strings.Contains(text, "to='"+name+"'"):
				reply = head + "<stream:error><host-unknown/></stream:error>"
			case strings.Contains(text, "<?xml"):
				reply = head + "<stream:features>" + offers + "</stream:features>"
			}
			if _, err := conn.Write([]byte(reply)); err != nil {
				return
			}
			if strings.Contains(reply, "<proceed") {
				probetest.AnswersTLS(conn)
				return
			}
		}
	}
}

// nameless is a service that does not say by which name it is known.
func nameless(name, offers string) probetest.Service {
	service := addressed(name, "jabber:client", offers)
	return func(conn net.Conn) { service(mumbling{conn}) }
}

// mumbling leaves out the name that a service gives itself.
type mumbling struct{ net.Conn }

func (m mumbling) Write(b []byte) (int, error) {
	if _, err := m.Conn.Write([]byte(strings.ReplaceAll(string(b), " from='trust.example'", ""))); err != nil {
		return 0, err
	}
	return len(b), nil
}

func TestAddresses(t *testing.T) {
	const mechanisms = "<mechanisms><mechanism>PLAIN</mechanism></mechanisms>"
	const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
	const required = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
	offered := channel.Trait{Name: "encryption", Value: "offered"}
	tests := []struct {
		name    string
		service probetest.Service
		want    []channel.Trait
	}{
		{"by its own name, of the other kind", addressed("trust.example", "jabber:server", required),
			[]channel.Trait{offered, {Name: "encryption.required", Value: "yes"}}},
		{"nothing else is on offer", addressed("host.example", "jabber:client", starttls),
			[]channel.Trait{offered, {Name: "encryption.required", Value: "yes"}}},
		{"log-ins beside it", addressed("host.example", "jabber:client", starttls+mechanisms),
			[]channel.Trait{offered, {Name: "encryption.required", Value: "no", Detail: "it goes on without starttls"},
				{Name: "login.clear", Value: "optional", Detail: "the mechanism PLAIN before TLS"}}},
		{"log-ins of before 2004 beside it", addressed("host.example", "jabber:client", starttls+"<auth xmlns='http://jabber.org/features/iq-auth'/>"),
			[]channel.Trait{offered, {Name: "encryption.required", Value: "no", Detail: "it goes on without starttls"}}},
		{"no TLS", addressed("host.example", "jabber:client", mechanisms),
			[]channel.Trait{{Name: "encryption", Value: "none", Detail: "it does not offer starttls"}, {Name: "login.clear", Value: "yes", Detail: "the mechanism PLAIN before TLS"}}},
		{"known by a name that it does not give", addressed("other.example", "jabber:client", required), nil},
		{"known by a mail domain", nameless("mail.example", required), []channel.Trait{offered, {Name: "encryption.required", Value: "yes"}}},
		{"known by the domain of the machine", nameless("example", required), []channel.Trait{offered, {Name: "encryption.required", Value: "yes"}}},
		{"known by the domain of another machine", nameless("wards.example", required), []channel.Trait{offered, {Name: "encryption.required", Value: "yes"}}},
		{"as delivered", nameless("localhost", required), []channel.Trait{offered, {Name: "encryption.required", Value: "yes"}}},
		{"known by a name that is nowhere", nameless("other.example", required), nil},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{"host.example:5222": c.service}}
				r := probetest.NewRecord(n.Dial)
				if err := xmpp.Probe.Observe(t.Context(), r.Session(audit.Unit{Target: "tcp://host.example:5222", Subject: "xmpp"}, audit.Scope{Hosts: []string{"10.0.0.7", "pas.wards.example"}, MailDomains: []audit.MailDomain{{Name: "mail.example"}}})); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, xmpp.Probe, r)
				seen := r.Facts[0].(channel.Seen)
				if diff := cmp.Diff(c.want, seen.Traits); diff != "" || (c.want == nil) != (len(seen.Untold) == 2) {
					t.Errorf("untold %v (-want +got):\n%s", seen.Untold, diff)
				}
			})
		})
	}
}
