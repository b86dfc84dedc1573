// Package kerberos looks at which kinds of encryption a Kerberos server (KDC, a
// domain controller) still gives tickets under.
package kerberos

import (
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

Only where the engagement names kerberos-request for the host, up to three more ask for a ticket for the server's own account (krbtgt) under one kind of encryption each: "AS-REQ: AES", "AS-REQ: RC4", "AS-REQ: DES". They bring no proof of who asks, so that most servers refuse them; a ticket that is given all the same is dropped unread. No user is named. The realm is the one that the server names in its error, or else that of the host's name; where it has none, the directory of the host is asked for its domain by an "` + ldap.SayRoot + `" at port 389, with no bind, and an "` + ldap.SayUnbind + `".`

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
	Applies: func(audit.Target) bool { return false },
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
	seen := channel.Seen{Endpoint: address, Service: service}
	said, err := ask(ctx, s, address, sayLength, []byte{0x80, 0, 0, 0})
	switch reason := why(ctx, err); {
	case reason != "":
		seen.Lacks(trait, reason)
	case !s.Allowed(namedTest, host):
		seen.Lacks(trait, "not tested: the engagement does not name "+namedTest+" for this host")
	default:
		tickets(ctx, s, &seen, realm(ctx, s, host, said))
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("look at Kerberos at %s: %w", address, err)
	}
	return s.Emit(seen)
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

// realm is the realm that a server serves, by its error, its host's name or its
// directory; "" where none of them tells.
func realm(ctx context.Context, s *probe.Session, host string, said []byte) string {
	if named := realmOf(said); named != "" {
		return named
	}
	if _, domain, dotted := strings.Cut(host, "."); dotted && net.ParseIP(host) == nil {
		return strings.ToUpper(domain)
	}
	domain, err := ldap.Domain(ctx, s, host)
	if err != nil {
		s.Log.Debug("no domain of a Kerberos server", "error", err)
	}
	return strings.ToUpper(domain)
}

// tickets asks for one under each kind of encryption.
func tickets(ctx context.Context, s *probe.Session, seen *channel.Seen, realm string) {
	if realm == "" {
		seen.Lacks(trait, "the realm is not known: name the host by its full name in the engagement")
		return
	}
	for _, k := range kinds() {
		message := request(realm, k.numbers)
		answer, err := ask(ctx, s, seen.Endpoint, "AS-REQ: "+k.name, append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
		switch given, told := verdict(answer); {
		case ctx.Err() != nil:
			return
		case err != nil:
			seen.Lacks(trait, k.name+": "+converse.Why(ctx, err))
		case !told:
			seen.Lacks(trait, k.name+": the server tells nothing to a caller without an account")
			return // the other kinds would be answered alike
		case given:
			seen.Has(trait, k.name, "")
		}
	}
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
