// Package talk is what the probes of services that speak first in clear share: the
// plan, one fact of what was seen, a conversation that is bounded in time and
// bytes, and the look at TLS where the service changes to it.
package talk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

// talkTime bounds one connection's talk. Services often look up the caller's name
// before they greet.
const talkTime = 8 * time.Second

// Look is a look at one service under way.
type Look struct {
	*probe.Session
	Address string
	Host    string
	Port    string
	InTLS   bool // the service is spoken to within TLS, which another probe looks at
	Seen    channel.Seen
	// Asked are the traits that the look is to tell: of those that it did not get
	// to when it failed, it is said why.
	Asked   []string
	secured *tlsfact.TLS
}

// Plan plans a look at endpoints that are one of the services, or are declared to
// be. The unit's subject is the service.
func Plan(services ...string) func(audit.Target, audit.Fact) []probe.Look {
	return func(_ audit.Target, f audit.Fact) []probe.Look {
		endpoint, ok := f.(discover.Endpoint)
		if !ok {
			return nil
		}
		for _, service := range []string{endpoint.Service, endpoint.Declared} {
			if slices.Contains(services, service) {
				return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address), Subject: service}}
			}
		}
		return nil
	}
}

// within is what the subject of a unit ends in whose service is to be found in TLS.
const within = " in TLS"

// PlanWithin plans a look at endpoints that are the service, as Plan does, and one
// within TLS at those that speak it where the service usually does, that are declared
// to be the service, or that answered as it does within TLS.
func PlanWithin(service string, ports ...string) func(audit.Target, audit.Fact) []probe.Look {
	plan := Plan(service)
	return func(t audit.Target, f audit.Fact) []probe.Look {
		endpoint, ok := f.(discover.Endpoint)
		if !ok || endpoint.Service != "tls" {
			return plan(t, f)
		}
		_, port, err := net.SplitHostPort(endpoint.Address)
		declared := endpoint.Declared == service || endpoint.Declared == service+"s"
		// What is declared as something else may be clinical, and is not asked for it.
		byPort := slices.Contains(ports, port) && (endpoint.Declared == "" || endpoint.Declared == "tls")
		if err != nil || !declared && !byPort && endpoint.Inside != service {
			return nil
		}
		return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address), Subject: service + within}}
	}
}

// Observe makes what looks at a service the Observe of its probe. An error of look
// is why something could not be told, not the probe's failure.
func Observe(look func(context.Context, *Look) error) func(context.Context, *probe.Session) error {
	return func(ctx context.Context, s *probe.Session) error {
		address := s.Unit.Target.Endpoint()
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return fmt.Errorf("look at %s: %s is not an endpoint", s.Unit.Subject, s.Unit.Target)
		}
		service, inTLS := strings.CutSuffix(s.Unit.Subject, within)
		l := &Look{Session: s, Address: address, Host: host, Port: port, InTLS: inTLS,
			Seen: channel.Seen{Endpoint: address, Service: service}}
		err = look(ctx, l)
		if errors.Is(err, errBarred) {
			l.barred()
		}
		switch f := converse.Classify(ctx, err); {
		case errors.Is(err, errHungUp) && (f == converse.Closed || f == converse.Silent):
			l.lacks(errHungUp.Error())
		case err != nil:
			l.lacks(converse.Why(ctx, err))
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("look at %s at %s: %w", l.Seen.Service, address, err)
		}
		if err := s.Emit(l.Seen); err != nil || l.secured == nil {
			return err
		}
		return tls.Emit(s, *l.secured, l.Seen.Service)
	}
}

// barred tells what a service shows that speaks to nobody without a certificate.
func (l *Look) barred() {
	for _, name := range l.Asked {
		switch {
		case l.told(name):
		case name == "access":
			l.Seen.Has(name, "login", "")
		case name == "encryption" && l.InTLS:
			l.Seen.Has(name, "always", "")
		}
	}
}

// lacks says of each trait that the look did not get to why it is not told.
func (l *Look) lacks(why string) {
	for _, name := range l.Asked {
		if !l.told(name) {
			l.Seen.Lacks(name, why)
		}
	}
}

// told says whether something was said of a trait.
func (l *Look) told(name string) bool {
	return slices.ContainsFunc(l.Seen.Traits, func(t channel.Trait) bool { return t.Name == name }) ||
		slices.ContainsFunc(l.Seen.Untold, func(u channel.Untold) bool { return u.Name == name })
}

// Named says whether the engagement allows a test on the host. Where it does not,
// the trait that it would tell is said to be untested.
func (l *Look) Named(test, trait string) bool {
	if l.Allowed(test, l.Host) {
		return true
	}
	l.Seen.Lacks(trait, fmt.Sprintf("not tested: the engagement does not name %s for this host", test))
	return false
}

// Upgrade looks at TLS on connections on which it has just been agreed: first, if
// there is one, and then those that open opens. Via is how the service was asked.
func (l *Look) Upgrade(ctx context.Context, via string, first probe.Conn, open tls.Opener) {
	opener := func(ctx context.Context) (probe.Conn, error) {
		if conn := first; conn != nil {
			first = nil
			return conn, nil
		}
		return open(ctx)
	}
	seen := tls.Look(ctx, l.Session, opener, via)
	l.secured = &seen
	if first != nil {
		first.Close()
	}
}

// Offer looks at TLS as Upgrade does, where the service has agreed to it, and tells
// by that whether it encrypts. It is false where the service turns out to speak none.
func (l *Look) Offer(ctx context.Context, via string, first probe.Conn, open tls.Opener) bool {
	l.Upgrade(ctx, via, first, open)
	switch {
	case l.Speaks():
		l.Seen.Has("encryption", "offered", "")
	case l.Unspoken() != "":
		l.Seen.Lacks("encryption", l.Unspoken())
	default:
		l.Seen.Has("encryption", "none", "agrees to "+via+" and then speaks no TLS")
		return false
	}
	return true
}

// Encrypts tells whether a service encrypts that does so from the first byte or not
// at all; clear is what shows that it does not.
func (l *Look) Encrypts(clear string) {
	if l.InTLS {
		l.Seen.Has("encryption", "always", "")
		return
	}
	l.Seen.Has("encryption", "none", clear)
}

// ClearLogin tells that passwords are taken as they are: from everybody where the
// service was told to encrypt nothing, and else from those who do not ask for TLS.
func (l *Look) ClearLogin(how string) {
	value := "optional"
	if slices.ContainsFunc(l.Seen.Traits, func(t channel.Trait) bool { return t.Name == "encryption" && t.Value == "none" }) {
		value = "yes"
	}
	l.Seen.Has("login.clear", value, how)
}

// Speaks says whether TLS was looked at and spoken.
func (l *Look) Speaks() bool { return l.secured != nil && l.secured.Spoken }

// Unspoken is why it could not be told whether TLS is spoken; "" when it could.
func (l *Look) Unspoken() string {
	if l.secured == nil || l.secured.Spoken {
		return ""
	}
	return l.secured.Reason
}

// Product names the product that a greeting speaks of, with its version where that
// follows; the known names are tried in order. What else greetings hold (the time,
// the host's name) is not the product's.
func Product(greeting string, known ...string) string {
	small := strings.ToLower(greeting)
	for _, name := range known {
		i := strings.Index(small, strings.ToLower(name))
		if i < 0 {
			continue
		}
		version, _, _ := strings.Cut(strings.TrimLeft(greeting[i+len(name):], " /-"), " ")
		if version != "" && version[0] >= '0' && version[0] <= '9' {
			return converse.Clean([]byte(name + " " + version))
		}
		return name
	}
	return ""
}
