// Package xmpp looks at services of instant messages: whether they encrypt, and
// whether one must.
package xmpp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how a service of instant messages (XMPP) encrypts, and whether it can be used without. Nobody logs in.

One connection opens an "XMPP stream", reads what the service offers, and asks for "XMPP starttls" where that is among it, or says "XMPP end of stream". A service that knows neither the name it was reached by nor the kind of stream is asked again by the name it gives itself, by those that the register of machines, the name service or the engagement's domains suggest, as localhost, and for the other kind, on a connection each, eight in all. After TLS was agreed to, that connection and further ones send one TLS hello each: ` + tls.Offers + `.

Discovery sends silent services an "XMPP stream" to trustaudit.invalid.`

// What is announced.
const (
	sayStream   = "XMPP stream"
	sayStartTLS = "XMPP starttls"
	sayEnd      = "XMPP end of stream"
)

// The two kinds of stream: a person's, and another server's.
const (
	client = "jabber:client"
	server = "jabber:server"
)

// Probe looks at XMPP services.
var Probe = probe.Probe{
	Name:    "xmpp",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan("xmpp"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: "xmpp", Say: sayStream, Send: stream{client, "trustaudit.invalid"}.open(), Ports: []uint16{5222, 5269},
		Fits: func(b []byte) bool { return strings.Contains(string(b), "http://etherx.jabber.org/streams") },
	}},
}

// stream is how a service is addressed.
type stream struct{ kind, to string }

func (s stream) open() []byte {
	return []byte(`<?xml version='1.0'?><stream:stream xmlns='` + s.kind + `' xmlns:stream='http://etherx.jabber.org/streams' to='` + s.to + `' version='1.0'>`)
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "encryption.required"}
	s := stream{client, l.Host}
	if l.Port == "5269" {
		s.kind = server
	}
	conn, offers, err := s.reach(ctx, l)
	if err != nil {
		return err
	}
	agreed, err := offers.secure(conn)
	if !agreed {
		_ = conn.Send(sayEnd, []byte("</stream:stream>"))
		conn.Close()
	}
	if err != nil {
		return err
	}
	if !agreed {
		l.Seen.Has("encryption", "none", offers.without())
		offers.logins(l)
		return nil
	}
	again := func(ctx context.Context) (probe.Conn, error) { return s.upgraded(ctx, l) }
	switch {
	case !l.Offer(ctx, sayStartTLS, conn, again):
	case offers.required():
		l.Seen.Has("encryption.required", "yes", "")
	default:
		l.Seen.Has("encryption.required", "no", "it goes on without starttls")
		offers.logins(l)
	}
	return nil
}

// maxTries is how often a service is addressed anew.
const maxTries = 8

// errNameless says that a service is known by another name than was found out.
var errNameless = errors.New("it serves none of the names that it was called by: the engagement is to name the host as those do who use it")

// reach opens a stream as the service wants to be addressed.
func (s *stream) reach(ctx context.Context, l *talk.Look) (*talk.Conn, features, error) {
	names := guesses(ctx, l)
	for range maxTries {
		conn, said, err := s.call(ctx, l)
		if err != nil {
			return nil, "", err
		}
		if !strings.Contains(said, "stream:error") {
			return conn, features(said), nil
		}
		conn.Close()
		better, nameless := s.mend(said), strings.Contains(said, "host-unknown")
		if better == *s && nameless && len(names) > 0 {
			better.to, names = names[0], names[1:]
		}
		if better == *s && nameless {
			return nil, "", errNameless
		}
		if better == *s {
			break
		}
		*s = better
	}
	return nil, "", errors.New("the service ends the stream with an error")
}

// sayable is a name that can stand in a stream's head as it is.
var sayable = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)

// guesses are the names by which a service may know itself that was called by
// another, as most are called by an address: the machine's own and the domain it is
// in, the domains of the trust, the one that such services are delivered with, and
// those of other hosts.
func guesses(ctx context.Context, l *talk.Look) []string {
	var names []string
	address, err := netip.ParseAddr(l.Host)
	if err != nil {
		names = append(names, l.Host)
	}
	for _, asset := range l.Assets {
		if err == nil && slices.Contains(asset.Addresses, address) {
			names = append(names, asset.Names...)
		}
	}
	if err == nil && l.Scope.ReverseDNS {
		// Without an answer there is one guess less.
		own, _ := l.Lookup(ctx, "PTR", l.Host)
		names = append(names, own...)
	}
	for _, name := range slices.Clone(names) {
		if _, domain, ok := strings.Cut(name, "."); ok {
			names = append(names, domain)
		}
	}
	for _, d := range l.Scope.MailDomains {
		names = append(names, d.Name)
	}
	names = append(names, "localhost")
	for _, host := range l.Scope.Hosts {
		if _, err := netip.ParseAddr(host); err == nil {
			continue
		}
		if _, domain, ok := strings.Cut(host, "."); ok && strings.Contains(domain, ".") {
			names = append(names, domain)
		}
	}
	var out []string
	for _, name := range names {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if sayable.MatchString(name) && name != strings.ToLower(l.Host) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

var from = regexp.MustCompile(`<stream:stream[^>]*\sfrom=['"]([A-Za-z0-9.:\[\]-]{1,253})['"]`)

// mend gives the stream that a service would rather have.
func (s stream) mend(said string) stream {
	switch name := from.FindStringSubmatch(said); {
	case strings.Contains(said, "invalid-namespace") && s.kind == client:
		s.kind = server
	case strings.Contains(said, "invalid-namespace"):
		s.kind = client
	case name != nil:
		s.to = name[1]
	}
	return s
}

// call connects, opens the stream and reads what the service says to that.
func (s stream) call(ctx context.Context, l *talk.Look) (*talk.Conn, string, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return nil, "", err
	}
	err = conn.Send(sayStream, s.open())
	said := ""
	if err == nil {
		said, err = conn.Until("</stream:features>", "<stream:features/>", "</stream:error>", "</stream:stream>")
	}
	if err == nil && !strings.Contains(said, "http://etherx.jabber.org/streams") {
		err = errors.New("the answer is not XMPP's")
	}
	if err != nil {
		conn.Close()
		return nil, "", err
	}
	return conn, said, nil
}

// upgraded opens a further stream and changes it to TLS.
func (s stream) upgraded(ctx context.Context, l *talk.Look) (probe.Conn, error) {
	conn, said, err := s.call(ctx, l)
	if err != nil {
		return nil, err
	}
	agreed, err := features(said).secure(conn)
	if err == nil && !agreed {
		err = errors.New("starttls is refused this time")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// features are what a service offers, as it says it.
type features string

var startTLS = regexp.MustCompile(`(?s)<starttls\s[^>]*(/>|>.*?</starttls>)`)

// otherwise are the ways on without TLS: log-ins of today and of before 2004, and
// servers that believe one another's names.
var otherwise = regexp.MustCompile(`<mechanism|/iq-auth|dialback`)

// required says whether TLS is: by the word, or since nothing else is on offer.
func (f features) required() bool {
	return strings.Contains(startTLS.FindString(string(f)), "<required") || !otherwise.MatchString(string(f))
}

// without says why there is no TLS where it was not agreed to.
func (f features) without() string {
	if startTLS.MatchString(string(f)) {
		return "it offers starttls and refuses it"
	}
	return "it does not offer starttls"
}

var plain = regexp.MustCompile(`<mechanism>\s*PLAIN\s*</mechanism>`)

// logins tells whether passwords are taken as they are, on the stream as it began.
func (f features) logins(l *talk.Look) {
	if plain.MatchString(string(f)) {
		l.ClearLogin("the mechanism PLAIN before TLS")
	}
}

// secure asks for TLS if it is offered, and says whether it is agreed to.
func (f features) secure(conn *talk.Conn) (bool, error) {
	if !startTLS.MatchString(string(f)) {
		return false, nil
	}
	if err := conn.Send(sayStartTLS, []byte("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")); err != nil {
		return false, err
	}
	said, err := conn.Until(">")
	if err != nil {
		return false, fmt.Errorf("read the answer to starttls: %w", err)
	}
	if strings.Contains(said, "<proceed") && !strings.HasSuffix(said, "/>") {
		_, err = conn.Until("</proceed>")
	}
	return strings.Contains(said, "<proceed"), err
}
