package ldap

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/ber"
	"trustaudit/internal/channel"
	"trustaudit/internal/probetest"
)

// directory answers each kind of request with one result.
type directory struct {
	startTLS, whoAmI, simple byte
	own                      byte // what comes of a simple bind within a context; 0 as of any other
	diagnostic               string
	anonymous                byte                    // to those who are nobody
	inner                    func(net.Conn) net.Conn // within TLS; nil where offers of it get an alert
	root                     byte                    // what comes of searching the root DSE; 0 for a refusal
	contexts                 []string                // that it names
	open                     string                  // the one that anybody is given
}

// searched answers a search of one entry.
func (d directory) searched(request string) []byte {
	base := request[7 : 7+int(request[6])]
	entry := func(name string, values ...string) []byte {
		var set [][]byte
		for _, v := range values {
			set = append(set, ber.Text(v))
		}
		attribute := ber.Value(ber.Sequence, ber.Text(name), ber.Value(0x31, set...))
		return append(message(1, ber.Value(opEntry, ber.Text(base), ber.Value(ber.Sequence, attribute))), said(opDone, success, "")...)
	}
	switch {
	case base == "" && len(d.contexts) > 0:
		return entry("namingContexts", d.contexts...)
	case base == "" && d.root != 0:
		return said(opDone, d.root, "")
	case base != "" && base == d.open:
		return entry("objectClass", "domain")
	}
	return said(opDone, operationsError, d.diagnostic)
}

func (d directory) serve(conn net.Conn) {
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(conn, head); err != nil || head[0] != ber.Sequence {
			return
		}
		body := make([]byte, head[1])
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		request := string(body)
		answer := []byte(nil)
		switch op := body[3]; {
		case op == opExtended && request[len(request)-len(startTLS):] == startTLS:
			answer = said(opExtendedAnswer, d.startTLS, d.diagnostic)
		case op == opExtended:
			answer = said(opExtendedAnswer, d.whoAmI, "")
		case op == opBind && len(request) > 20 && d.own != 0 && !strings.Contains(request, "cn=config"):
			answer = said(opBindAnswer, d.own, "")
		case op == opBind && len(request) > 20:
			answer = said(opBindAnswer, d.simple, d.diagnostic)
		case op == opBind:
			answer = said(opBindAnswer, d.anonymous, "")
		case op == opSearch:
			answer = d.searched(request)
		default:
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
		if agreed := request[len(request)-min(len(request), len(startTLS)):] == startTLS && d.startTLS == success; agreed && d.inner == nil {
			probetest.AnswersTLS(conn)
			return
		} else if agreed {
			directory{}.serve(d.inner(conn))
			return
		}
	}
}

// TestDirectories are directories that no package serves, Active Directory first.
func TestDirectories(t *testing.T) {
	config := probetest.Certified(t)
	const microsoft = "00002028: LdapErr: DSID-0C090202, comment: The server requires binds to turn on integrity checking"
	const sealed = "it refuses StartTLS; whether sessions are sealed by Kerberos shows only to those who log in"
	offered := channel.Trait{Name: "encryption", Value: "offered"}
	required := channel.Trait{Name: "encryption.required", Value: "yes"}
	optional := channel.Trait{Name: "encryption.required", Value: "no", Detail: "it takes names and passwords in clear"}
	simple := channel.Trait{Name: "login.clear", Value: "optional", Detail: "a simple bind without TLS"}
	login := channel.Trait{Name: "access", Value: "login"}
	tests := []struct {
		name      string
		directory directory
		product   string
		traits    []channel.Trait
		untold    string
	}{
		{"no certificate, signing required", directory{startTLS: 52, simple: strongerAuthRequired, diagnostic: microsoft}, "Active Directory",
			[]channel.Trait{required, login}, sealed},
		{"no certificate, nothing required", directory{startTLS: 52, simple: 49, diagnostic: microsoft}, "Active Directory",
			[]channel.Trait{optional, simple, login}, sealed},
		{"signing required", directory{simple: strongerAuthRequired}, "",
			[]channel.Trait{offered, required, login}, ""},
		{"nothing required", directory{simple: 49}, "",
			[]channel.Trait{offered, optional, simple, login}, ""},
		{"TLS required for everything", directory{whoAmI: confidentialityRequired, simple: 49}, "",
			[]channel.Trait{offered, required, login}, ""},
		{"anonymous within TLS alone", directory{whoAmI: confidentialityRequired, anonymous: confidentialityRequired,
			inner: func(conn net.Conn) net.Conn { return tls.Server(conn, config) }}, "",
			[]channel.Trait{offered, required, login}, ""},
		{"anonymous where TLS fails", directory{whoAmI: confidentialityRequired, anonymous: confidentialityRequired}, "",
			[]channel.Trait{offered, required}, "tls: handshake failure"},
		{"no simple binds", directory{simple: 53}, "",
			[]channel.Trait{offered, login}, "a simple bind is refused with code 53"},
		{"no simple binds for want of strength", directory{simple: 53, diagnostic: "Minimum SSF not met."}, "",
			[]channel.Trait{offered, required, login}, ""},
		{"no simple binds within its context", directory{simple: 49, own: confidentialityRequired, contexts: []string{"dc=b"}}, "",
			[]channel.Trait{offered, required, login}, ""},
		{"nobody has time", directory{simple: 49, anonymous: busy}, "",
			[]channel.Trait{offered, optional, simple}, "the server puts the question off with code 51"},
		{"no TLS", directory{startTLS: 2, simple: 49}, "",
			[]channel.Trait{{Name: "encryption", Value: "none", Detail: "it refuses StartTLS"}, {Name: "login.clear", Value: "yes", Detail: "a simple bind, which nothing encrypts"}, login}, ""},
		{"busy", directory{startTLS: busy}, "", nil, "the server puts StartTLS off"},
		{"not available for now", directory{startTLS: unavailable}, "", nil, "the server puts StartTLS off"},
		{"the second context is open", directory{simple: strongerAuthRequired, contexts: []string{"cn=a", "dc=b", "dc=c"}, open: "dc=b"}, "",
			[]channel.Trait{offered, required, {Name: "access", Value: "anyone-reads", Detail: "an anonymous search of a naming context gives its entry"}}, ""},
		{"no context is open", directory{simple: strongerAuthRequired, contexts: []string{"cn=a", "dc=b"}}, "", []channel.Trait{offered, required, login}, ""},
		{"no context is named", directory{simple: strongerAuthRequired, root: noSuchObject}, "", []channel.Trait{offered, required},
			"an anonymous bind is taken, and the root DSE names no context to ask for"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &probetest.Network{Services: map[string]probetest.Service{"dc.example:389": c.directory.serve}}
				r := probetest.NewRecord(n.Dial)
				session := r.Session(audit.Unit{Target: "tcp://dc.example:389", Subject: "ldap"}, audit.Scope{})
				session.Allowed = func(test, _ string) bool { return test == "ldap-anonymous" }
				if err := Probe.Observe(t.Context(), session); err != nil {
					t.Fatal(err)
				}
				n.Wait()
				probetest.Check(t, Probe, r)
				seen := r.Facts[0].(channel.Seen)
				if diff := cmp.Diff(c.traits, seen.Traits); diff != "" || seen.Product != c.product {
					t.Errorf("product %q (-want +got):\n%s", seen.Product, diff)
				}
				if (c.untold == "") != (len(seen.Untold) == 0) || c.untold != "" && seen.Untold[0].Reason != c.untold {
					t.Errorf("untold %+v", seen.Untold)
				}
			})
		})
	}
}
