// Package discover finds out which ports of a host accept a connection and which
// services listen there: by what they say, or by what they answer.
package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/discover/fact"
	sweep "trustaudit/internal/probe/sweep/fact"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at which TCP ports of a host accept a connection, waits a moment for what the service there says by itself, and asks those that say nothing what they are.

The ports are those that the engagement names, or a list of some 120 that hospitals use. They are knocked at one after another, which sends nothing but what TCP needs to connect and to part. A host that is silent at the eight most telling ones is asked at no others.

Where services usually greet, one that does not is listened to once more, for longer. A service that keeps silent is asked by the hellos of the other probes (each of which lists its own), one on each connection: those that are usual at the port, then an offer of TLS, then the others; if all come to nothing, those that were met with silence once more, and with patience. Ports where clinical messages are taken, and lines of serial servers, are offered TLS and nothing else; ports where whatever arrives is printed, logged or run are sent nothing. A machine that the asset register calls a printer, and one most of whose ports accept connections and keep silent, is asked what is usual at a port and nothing else.

A service that greets as FTP and SMTP both do, and names neither, is asked on one more connection: "FEAT", and then, unless that tells, "EHLO trustaudit.invalid", "LHLO trustaudit.invalid" and "QUIT".

Where TLS is spoken at the usual ports of mail, FTP and Telnet within it, one more connection makes a "` + talk.SayHandshake + `" and waits for what greets. Where it is spoken off its usual ports, each further connection makes a "` + talk.SayHandshake + `" and waits for what is said in it by itself, or asks one of the hellos of those probes that look within TLS, until one is answered. A service that wants a certificate is left at the first.

Where the engagement says reverse_dns, the name service of this machine is asked for the names of each host that answered.`

// How long a service may take to say something by itself: longer where it is
// usual to, since some look up the caller's name before they greet.
const (
	greetingTime = 400 * time.Millisecond
	usualTime    = 3 * time.Second
	lateTime     = 8 * time.Second // where it did not: before it is asked anything
)

// Probe looks at the ports of one host, which is the unit's subject.
var Probe = probe.Probe{
	Name:    "discover",
	Doc:     doc,
	Phase:   audit.Discover,
	Applies: func(t audit.Target) bool { return t.Scheme() == "net" && !strings.Contains(string(t), "/") },
	Plan:    plan,
	Observe: observe,
	Facts:   []audit.Fact{fact.Host{}, fact.Endpoint{}},
}

// plan looks at the hosts of a network that answered.
func plan(target audit.Target, f audit.Fact) []probe.Look {
	block, ok := f.(sweep.Block)
	if !ok {
		return nil
	}
	var looks []probe.Look
	for _, host := range block.Live {
		looks = append(looks, probe.Look{Target: target, Subject: host})
	}
	return looks
}

// observe emits the endpoints in the order of their ports, and then the host.
func observe(ctx context.Context, s *probe.Session) error {
	l := look{session: s, host: fact.Host{Address: s.Unit.Subject}, ports: map[uint16]audit.Port{}, found: map[uint16]*fact.Endpoint{}, either: map[uint16]bool{}}
	if err := l.look(ctx); err != nil {
		return fmt.Errorf("look at the ports of %s: %w", s.Unit.Subject, err)
	}
	for _, port := range slices.Sorted(maps.Keys(l.found)) {
		if err := s.Emit(*l.found[port]); err != nil {
			return err
		}
	}
	if err := l.names(ctx); err != nil {
		return err
	}
	return s.Emit(l.host)
}

// maxNames bounds the names that are kept of one address.
const maxNames = 8

// names asks for the names of a host that answered, where the scope allows it. That
// there is no answer says nothing of the host.
func (l *look) names(ctx context.Context) error {
	if !l.session.Scope.ReverseDNS || !l.host.Answered {
		return nil
	}
	names, err := l.session.Lookup(ctx, "PTR", l.host.Address)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		l.session.Log.Debug("no name for a host", "error", err)
	}
	for _, n := range names[:min(len(names), maxNames)] {
		l.host.Names = append(l.host.Names, converse.Clean([]byte(strings.TrimSuffix(n, "."))))
	}
	return nil
}

// look is a look at one host under way.
type look struct {
	session *probe.Session
	host    fact.Host
	ports   map[uint16]audit.Port
	found   map[uint16]*fact.Endpoint
	either  map[uint16]bool // what greets there may serve files or mail
	failed  error
	waited  time.Duration // with patience, for answers
}

// look knocks at the ports, and asks what listens where nothing was said.
func (l *look) look(ctx context.Context) error {
	var order []uint16
	for _, p := range ports(l.session.Scope) {
		l.ports[p.Number] = p
		if p.Service != "" {
			l.host.Declared = append(l.host.Declared, p)
		}
		order = append(order, p.Number)
	}
	first := Telling(l.session.Scope, len(telling()))
	rest := slices.DeleteFunc(order, func(p uint16) bool { return slices.Contains(first, p) })
	if err := l.knock(ctx, first); err != nil {
		return err
	}
	if !l.host.Answered {
		l.host.Untried = len(rest)
		return nil
	}
	if err := l.knock(ctx, rest); err != nil {
		return err
	}
	least, crowded := Ask, l.crowded()
	if crowded || isPrinter(l.session.Assets, l.session.Unit.Subject) {
		least = Usual
	}
	for _, port := range slices.Sorted(maps.Keys(l.found)) {
		e, care := l.found[port], max(least, careOf(l.ports[port]))
		var err error
		if e.Silent && speaksFirst(port) && !crowded {
			err = l.listen(ctx, port, e)
		}
		switch {
		case err != nil:
		case e.Silent:
			err = l.identify(ctx, port, care, e)
		case l.either[port] && care == Ask:
			err = l.reply(ctx, e)
		}
		if err != nil {
			return err
		}
		if crowded && e.Service == "" && e.Left == "" && e.Silent {
			e.Left = "most ports of the host accept connections and keep silent, as where a device accepts them in its place; only what is usual at the port was asked"
		}
	}
	return nil
}

// listen waits longer for a service that usually greets and did not: some look for the
// caller's name in vain before they do, and some let callers wait on purpose.
func (l *look) listen(ctx context.Context, port uint16, e *fact.Endpoint) error {
	conn, err := converse.Open(ctx, l.session.Dial, e.Address, lateTime)
	if err != nil {
		if err := mind(ctx, err); err != nil {
			e.Left = converse.Why(ctx, err)
		}
		return ctx.Err()
	}
	defer conn.Close()
	greeting := readGreeting(conn)
	if len(greeting) > 0 {
		e.Service, e.Greeting = classify(greeting, port)
		e.Silent, l.either[port] = false, either(e.Service, greeting)
	}
	return ctx.Err()
}

// crowd is how many silent ports a host of many services may have.
const crowd = 40

// crowded says whether most ports of the host accept a connection and keep silent: a
// firewall may do so in its place, or a trap, and to ask each of them everything would
// take long and tell nothing.
func (l *look) crowded() bool {
	silent := 0
	for _, e := range l.found {
		if e.Silent {
			silent++
		}
	}
	return silent > crowd && 2*silent > len(l.ports)
}

func (l *look) knock(ctx context.Context, ports []uint16) error {
	if len(ports) == 0 || l.host.Refused != "" {
		return nil
	}
	if err := l.session.Knock(ctx, []probe.Door{{Host: l.session.Unit.Subject, Ports: ports}}, l.heard); err != nil {
		return err
	}
	return l.failed
}

// heard takes what became of one port. A refusal by the scope before anything was
// touched is a fact about the host; a later one means that the rest must not be
// looked at now.
func (l *look) heard(ctx context.Context, host string, port uint16, conn probe.Conn, err error) bool {
	if conn != nil {
		defer conn.Close()
	}
	var dead interface{ Dead() bool }
	if errors.As(err, &dead) && dead.Dead() {
		l.host.Answered = true
		l.host.Open++
		l.found[port] = &fact.Endpoint{Address: net.JoinHostPort(host, strconv.Itoa(int(port))), Declared: l.ports[port].Service, Left: converse.Why(ctx, err)}
		return true
	}
	switch converse.Classify(ctx, err) {
	case converse.Closed:
		l.host.Answered = true
		l.host.Closed++
		return true
	case converse.Silent:
		l.host.Silent++
		return true
	case converse.Forbidden:
		var refused interface{ Refused() string }
		if l.untouched() && errors.As(err, &refused) {
			l.host.Refused = refused.Refused()
			return false
		}
	}
	switch {
	case err == nil:
	case converse.Classify(ctx, err) == converse.Unclear: // this port's, perhaps by a filter of this machine
		l.host.Unclear++
		l.host.Why = cmp.Or(l.host.Why, converse.Why(ctx, err))
		return true
	default:
		l.failed = err
		return false
	}
	l.host.Answered = true
	l.host.Open++
	l.keep(l.ports[port], net.JoinHostPort(host, strconv.Itoa(int(port))), l.greeting(ctx, conn, port))
	return true
}

// greeting reads what the service says by itself.
func (l *look) greeting(ctx context.Context, conn probe.Conn, port uint16) []byte {
	within := greetingTime
	if speaksFirst(port) {
		within = usualTime
	}
	bound := converse.Bound(ctx, conn, within)
	defer bound.Close()
	return readGreeting(bound)
}

func (l *look) untouched() bool {
	return l.host.Open+l.host.Closed+l.host.Silent+l.host.Unclear == 0
}

func (l *look) keep(port audit.Port, address string, greeting []byte) {
	service, line := classify(greeting, port.Number)
	l.either[port.Number] = either(service, greeting)
	l.found[port.Number] = &fact.Endpoint{
		Address:  address,
		Service:  service,
		Declared: port.Service,
		Greeting: line,
		Silent:   len(greeting) == 0,
	}
}
