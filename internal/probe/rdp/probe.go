// Package rdp looks at how Remote Desktop servers protect a session before
// anybody logs in.
package rdp

import (
	"context"
	"fmt"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at which kinds of security a Remote Desktop server accepts, from what it answers to the first packet. No cookie or user name is sent, and nobody is logged in.

Each connection sends one request: "RDP request: standard security", "RDP request: TLS", or "RDP request: TLS or NLA", and leaves. Where TLS is agreed, further connections send the last request and then one TLS hello each: ` + tls.Offers + `.`

// talkTime bounds each connection.
const talkTime = 5 * time.Second

// service is Remote Desktop in the words of discovery.
const service = "rdp"

// Probe looks at Remote Desktop servers.
var Probe = probe.Probe{
	Name:    "rdp",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: observe,
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: service, Say: either.say, Send: either.request(), Ports: []uint16{3389},
		Fits: func(answer []byte) bool { _, err := parse(answer); return err == nil },
	}},
}

func observe(ctx context.Context, s *probe.Session) error {
	address := s.Unit.Target.Endpoint()
	if address == "" {
		return fmt.Errorf("look at RDP: %s is not an endpoint", s.Unit.Target)
	}
	seen := channel.Seen{Endpoint: address, Service: service}
	l := look{session: s, address: address}
	if err := l.ask(ctx); err != nil {
		seen.Lacks("rdp.security", converse.Why(ctx, err))
		seen.Lacks("encryption", converse.Why(ctx, err))
	}
	l.describe(&seen)
	var secured tlsfact.TLS
	if l.tls {
		secured = tls.Look(ctx, s, l.upgrade, either.say)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("look at RDP at %s: %w", address, err)
	}
	if err := s.Emit(seen); err != nil || !l.tls {
		return err
	}
	return tls.Emit(s, secured, service)
}

// look is a look under way.
type look struct {
	session  *probe.Session
	address  string
	standard verdict
	plainTLS verdict // TLS without NLA
	nla      verdict
	tls      bool
}

// verdict says whether a kind of security is accepted.
type verdict int

const (
	untold verdict = iota
	accepted
	declined
)

// ask puts the requests, until it is plain what is accepted. A server that tells
// that it insists on NLA has told all.
func (l *look) ask(ctx context.Context) error {
	a, err := l.request(ctx, standard)
	if err != nil {
		return err
	}
	l.standard = declined
	switch {
	case a.failure == needsNLA:
		l.plainTLS, l.nla, l.tls = declined, accepted, true
		return nil
	case a.failure == 0 && a.chosen == standard.protocols:
		l.standard = accepted
		if a.old {
			l.plainTLS, l.nla = declined, declined // it knows nothing else
			return nil
		}
	}
	if a, err = l.request(ctx, plain); err != nil {
		return err
	}
	l.plainTLS = declined
	if a.failure == 0 && a.chosen == plain.protocols {
		l.plainTLS, l.tls = accepted, true
	}
	if a, err = l.request(ctx, either); err != nil {
		return err
	}
	l.nla = declined
	if a.failure == 0 && a.chosen > plain.protocols {
		l.nla, l.tls = accepted, true
	}
	return nil
}

// request puts one request on a connection of its own.
func (l *look) request(ctx context.Context, k kind) (answer, error) {
	conn, a, err := l.open(ctx, k)
	if err != nil {
		return a, err
	}
	return a, conn.Close()
}

// open connects, puts a request and reads the answer.
func (l *look) open(ctx context.Context, k kind) (probe.Conn, answer, error) {
	conn, err := converse.Open(ctx, l.session.Dial, l.address, talkTime)
	if err != nil {
		return nil, answer{}, err
	}
	conn.Say(k.say)
	if _, err = conn.Write(k.request()); err != nil {
		conn.Close()
		return nil, answer{}, fmt.Errorf("send the request: %w", err)
	}
	a, err := read(conn)
	if err != nil {
		conn.Close()
		return nil, a, err
	}
	return conn, a, nil
}

// upgrade opens a connection on which TLS has just been agreed.
func (l *look) upgrade(ctx context.Context) (probe.Conn, error) {
	conn, a, err := l.open(ctx, either)
	if err != nil {
		return nil, err
	}
	if a.failure != 0 || a.chosen == standard.protocols {
		conn.Close()
		return nil, fmt.Errorf("TLS is refused this time (%d)", a.failure)
	}
	return conn, nil
}

// describe puts what was answered into traits. Standard security does encrypt,
// with RC4 and a key that is in everybody's hands.
func (l *look) describe(seen *channel.Seen) {
	has := func(v verdict, value string) {
		if v == accepted {
			seen.Has("rdp.security", value, "")
		}
	}
	has(l.standard, "standard")
	has(l.plainTLS, "TLS")
	has(l.nla, "NLA")
	if l.standard == untold || l.plainTLS == untold || l.nla == untold {
		return
	}
	seen.Has("encryption", "always", "")
	seen.Has("rdp.nla", channel.Answer(l.nla == accepted && l.plainTLS == declined && l.standard == declined), "")
}
