// Package discover finds out which ports of a host accept a connection, and
// what the services there say by themselves. It sends nothing.
package discover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/discover/fact"
)

const doc = `Looks at which TCP ports of a host accept a connection, and waits a moment for what the service there says by itself. It sends nothing but what TCP needs to connect and to part.

The ports are those that the engagement names, or a list of forty that hospitals use. They are tried one after another. A host that is silent at the first three is asked at the most telling ports only; once it answers there, at all.`

// greetingTime is how long a service may take to say something by itself.
const greetingTime = 400 * time.Millisecond

// patience is after how many silent ports a host that never answered is asked
// at the telling ports only.
const patience = 3

// Probe looks at the ports of one host, which is the unit's subject.
var Probe = probe.Probe{
	Name:    "discover",
	Doc:     doc,
	Phase:   audit.Discover,
	Applies: func(t audit.Target) bool { return t.Scheme() == "net" },
	Observe: observe,
	Facts:   []audit.Fact{fact.Host{}, fact.Endpoint{}},
}

// observe emits the endpoints in the order of their ports, and then the host.
func observe(ctx context.Context, s *probe.Session) error {
	l := look{session: s, host: fact.Host{Address: s.Unit.Subject}}
	err := l.ports(ctx, ports(s.Scope))
	if err != nil {
		return fmt.Errorf("look at the ports of %s: %w", s.Unit.Subject, err)
	}
	for _, e := range l.endpoints() {
		if err := s.Emit(e); err != nil {
			return err
		}
	}
	return s.Emit(l.host)
}

// look is a look at one host under way.
type look struct {
	session *probe.Session
	host    fact.Host
	found   map[uint16]fact.Endpoint
	order   []audit.Port
}

// ports tries the ports in order. Those left out while the host seems to be
// absent are tried after all once it has answered.
func (l *look) ports(ctx context.Context, list []audit.Port) error {
	l.order, l.found = list, map[uint16]fact.Endpoint{}
	var left []audit.Port
	for _, port := range list {
		if !l.host.Answered && l.host.Silent >= patience && !telling(port) {
			left = append(left, port)
			continue
		}
		if err := l.port(ctx, port); err != nil || l.host.Refused != "" {
			return err
		}
	}
	if !l.host.Answered {
		l.host.Untried = len(left)
		return nil
	}
	for _, port := range left {
		if err := l.port(ctx, port); err != nil {
			return err
		}
	}
	return nil
}

// port tries one port. A refusal by the scope at the first one is a fact about
// the host; a later one means that the rest must not be looked at now.
func (l *look) port(ctx context.Context, port audit.Port) error {
	address := net.JoinHostPort(l.session.Unit.Subject, strconv.Itoa(int(port.Number)))
	conn, err := converse.Open(ctx, l.session.Dial, address, greetingTime)
	if err == nil {
		defer conn.Close()
		l.host.Answered = true
		l.host.Open++
		greeting := readGreeting(conn)
		l.keep(port, address, greeting)
		return ctx.Err()
	}
	switch converse.Classify(ctx, err) {
	case converse.Closed:
		l.host.Answered = true
		l.host.Closed++
		return nil
	case converse.Silent:
		l.host.Silent++
		return nil
	case converse.Forbidden:
		var refused interface{ Refused() string }
		if l.untouched() && errors.As(err, &refused) {
			l.host.Refused = refused.Refused()
			return nil
		}
	}
	return err
}

func (l *look) untouched() bool {
	return l.host.Open+l.host.Closed+l.host.Silent == 0
}

func (l *look) keep(port audit.Port, address string, greeting []byte) {
	service, line := classify(greeting, port.Number)
	l.found[port.Number] = fact.Endpoint{
		Address:  address,
		Service:  service,
		Declared: port.Service,
		Greeting: line,
		Silent:   len(greeting) == 0,
	}
}

// endpoints are what was found, in the order of the ports.
func (l *look) endpoints() []fact.Endpoint {
	var out []fact.Endpoint
	for _, port := range l.order {
		if e, ok := l.found[port.Number]; ok {
			out = append(out, e)
		}
	}
	return out
}
