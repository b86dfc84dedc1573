// Package kerberos looks at which kinds of encryption a Kerberos server (KDC, a
// domain controller) still gives tickets under.
package kerberos

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/ldap"
)

const doc = `Looks at Kerberos servers at TCP port 88, or where the engagement says that there is one. One connection sends "a length that no request has", to which a server answers with an error.

Only where the engagement names kerberos-request for the host, up to three more ask for a ticket for the server's own account (krbtgt) under one kind of encryption each: "AS-REQ: AES", "AS-REQ: RC4", "AS-REQ: DES"; in the name of that account, and of the host's own machine where a domain controller says nothing of the first. They bring no proof of who asks, so that most servers refuse them; a ticket that is given all the same is dropped unread. No person is named. The realm is the one that the server names in its error, or else that of the host's name; where it or the machine's name is not known, the directory of the host is asked by an "` + ldap.SayRoot + `" at port 389, with no bind, and an "` + ldap.SayUnbind + `".`

// namedTest allows tickets to be asked for.
const namedTest = "kerberos-request"

// talkTime bounds each connection.
const talkTime = 4 * time.Second

// Kerberos in the words of discovery, and where it listens.
const (
	service = "kerberos"
	port    = "88"
)

// Probe looks at Kerberos servers.
var Probe = probe.Probe{
	Name:    "kerberos",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: observe,
	Facts:   []audit.Fact{channel.Seen{}},
}

func plan(_ audit.Target, f audit.Fact) []probe.Look {
	endpoint, ok := f.(discover.Endpoint)
	if !ok {
		return nil
	}
	_, number, err := net.SplitHostPort(endpoint.Address)
	unknown := endpoint.Service == "" && (number == port || endpoint.Declared == service)
	if err != nil || endpoint.Service != service && !unknown {
		return nil
	}
	return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address)}}
}

func observe(ctx context.Context, s *probe.Session) error {
	address := s.Unit.Target.Endpoint()
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("look at Kerberos: %s is not an endpoint", s.Unit.Target)
	}
	k := &server{Session: s, seen: channel.Seen{Endpoint: address, Service: service}}
	// Heimdal reads on after the length before it minds that.
	said, err := ask(ctx, s, address, sayLength, []byte{0x80, 0, 0, 0, 0})
	switch reason := why(ctx, err); {
	case reason != "":
		k.seen.Lacks(trait, reason)
	case !s.Allowed(namedTest, host):
		k.seen.Lacks(trait, "not tested: the engagement does not name "+namedTest+" for this host")
	default:
		k.tickets(ctx, host, said)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("look at Kerberos at %s: %w", address, err)
	}
	return s.Emit(k.seen)
}

// trait is what is to be told.
const trait = "kerberos.enctype"

// sayLength announces the hello.
const sayLength = "a length that no request has"

// why says what keeps the look from going on. A server that hangs up at the hello
// may be one all the same.
func why(ctx context.Context, err error) string {
	switch {
	case err == nil, converse.Classify(ctx, err) == converse.Closed && errors.Is(err, errSilent):
		return ""
	case errors.Is(err, errNotKerberos):
		return "what answers is not Kerberos"
	}
	return converse.Why(ctx, err)
}

// server is what is known of a server: its realm, and the machine that it runs on.
type server struct {
	*probe.Session
	seen           channel.Seen
	realm, machine string
	asked          bool // its directory
}

// tickets asks for one under each kind of encryption. A domain controller tells nothing
// of the realm's own account, and all of its machine's.
func (s *server) tickets(ctx context.Context, host string, said []byte) {
	s.know(ctx, host, said)
	if s.realm == "" {
		s.seen.Lacks(trait, "the realm is not known: name the host by its full name in the engagement")
		return
	}
	told, err := s.tell(ctx, granter(s.realm))
	if told || err != nil || ctx.Err() != nil {
		return
	}
	if s.machine == "" && !s.asked {
		s.askDirectory(ctx, host)
	}
	if s.machine != "" {
		if told, err = s.tell(ctx, name(machine, s.machine)); told || err != nil || ctx.Err() != nil {
			return
		}
	}
	s.seen.Lacks(trait, "the server tells nothing to a caller without an account")
}

// know finds out the realm: by what the server says, by its host's name, or by its
// directory.
func (s *server) know(ctx context.Context, host string, said []byte) {
	label, domain, dotted := strings.Cut(host, ".")
	if dotted && net.ParseIP(host) == nil {
		s.realm, s.machine = strings.ToUpper(domain), ofMachine(label)
	}
	if named := realmOf(said); named != "" {
		s.realm = named
	}
	if s.realm == "" {
		s.askDirectory(ctx, host)
	}
}

// askDirectory asks the directory of the host for its domain and its name.
func (s *server) askDirectory(ctx context.Context, host string) {
	s.asked = true
	c, err := ldap.AskController(ctx, s.Session, host)
	if err != nil {
		s.Log.Debug("no directory of a Kerberos server", "error", err)
		return
	}
	s.realm = cmp.Or(s.realm, strings.ToUpper(c.Domain))
	if label, _, _ := strings.Cut(c.Name, "."); label != "" {
		s.machine = ofMachine(label)
	}
}

// ofMachine is the account of a machine in a domain.
func ofMachine(label string) string { return strings.ToUpper(label) + "$" }

// tell asks for tickets in an account's name. It is false where the server does not
// say whether it would give one.
func (s *server) tell(ctx context.Context, account []byte) (bool, error) {
	for i, k := range kinds() {
		message := request(account, s.realm, k.numbers)
		answer, err := ask(ctx, s.Session, s.seen.Endpoint, "AS-REQ: "+k.name, append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
		given, told := verdict(answer)
		switch {
		case err != nil:
			s.seen.Lacks(trait, k.name+": "+converse.Why(ctx, err))
			return false, err
		case !told && i == 0:
			return false, nil // the other kinds would be answered alike
		case !told:
			s.seen.Lacks(trait, k.name+": the server does not say whether it would")
		case given:
			s.seen.Has(trait, k.name, "")
		}
	}
	return true, nil
}

// maxAnswer bounds an answer.
const maxAnswer = 16 << 10

// errSilent wraps what ended a conversation before an answer.
var errSilent = errors.New("no answer")

// ask puts one question on a connection of its own.
func ask(ctx context.Context, s *probe.Session, address, say string, question []byte) ([]byte, error) {
	conn, err := converse.Open(ctx, s.Dial, address, talkTime)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.Say(say)
	if _, err := conn.Write(question); err != nil {
		return nil, fmt.Errorf("send %s: %w: %w", say, errSilent, err)
	}
	var head [4]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, fmt.Errorf("read the answer: %w: %w", errSilent, err)
	}
	size := binary.BigEndian.Uint32(head[:])
	if size < 2 || size > maxAnswer {
		return nil, errNotKerberos
	}
	answer := make([]byte, size)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if answer[0] != tagError && answer[0] != tagReply {
		return nil, errNotKerberos
	}
	return answer, nil
}
