// Package datagram holds what the probes of UDP services share: which hosts are
// asked and where, and how one question is put.
package datagram

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
)

// scheme begins the targets of UDP services.
const scheme = "udp://"

// Plan has every host that answered looked at: at the ports that the engagement
// names for the service, or else at its usual one.
func Plan(service string, usual uint16) func(audit.Target, audit.Fact) []probe.Look {
	return func(_ audit.Target, f audit.Fact) []probe.Look {
		host, ok := f.(discover.Host)
		if !ok || !host.Answered {
			return nil
		}
		var looks []probe.Look
		look := func(port uint16) {
			looks = append(looks, probe.Look{Target: audit.Target(scheme + net.JoinHostPort(host.Address, strconv.Itoa(int(port))))})
		}
		for _, p := range host.Declared {
			if p.Service == service {
				look(p.Number)
			}
		}
		if len(looks) == 0 {
			look(usual)
		}
		return looks
	}
}

// Look is a look at one service under way.
type Look struct {
	*probe.Session
	Address string
	Host    string
	Seen    channel.Seen
}

// Observe makes what looks at a service the Observe of its probe. Where nothing
// answers nothing is to be said: most hosts have no such service.
func Observe(service string, look func(context.Context, *Look)) func(context.Context, *probe.Session) error {
	return func(ctx context.Context, s *probe.Session) error {
		address, ok := strings.CutPrefix(string(s.Unit.Target), scheme)
		host, _, err := net.SplitHostPort(address)
		if !ok || err != nil {
			return fmt.Errorf("look at %s: %s is no UDP target", service, s.Unit.Target)
		}
		l := &Look{Session: s, Address: address, Host: host, Seen: channel.Seen{Endpoint: "udp/" + address, Service: service}}
		look(ctx, l)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("look at %s at %s: %w", service, address, err)
		}
		return s.Emit(l.Seen)
	}
}

// Ask puts a question to the service.
func (l *Look) Ask(ctx context.Context, q Question) ([]byte, error) {
	return Ask(ctx, l.Dial, l.Address, q)
}

// Named says whether the engagement allows a test on the host. Where it does not,
// the traits that it would tell are said to be untested.
func (l *Look) Named(test string, traits ...string) bool {
	if l.Allowed(test, l.Host) {
		return true
	}
	for _, trait := range traits {
		l.Seen.Lacks(trait, fmt.Sprintf("not tested: the engagement does not name %s for this host", test))
	}
	return false
}

// Nobody says whether a question failed as it does where nothing listens.
func Nobody(ctx context.Context, err error) bool {
	f := converse.Classify(ctx, err)
	return err != nil && (f == converse.Silent || f == converse.Closed)
}

// waits is how long each of the two tries of a question is waited for: a datagram
// may be lost.
var waits = [...]time.Duration{500 * time.Millisecond, time.Second}

// maxAnswer is how much of an answer is kept.
const maxAnswer = 8 << 10

// Question is a datagram with what it is, in words.
type Question struct {
	Say     string
	Send    []byte
	Network string // "udp" unless set
}

// Ask puts a question and returns the first answer. It is put again once; a host
// that says the port is closed is not waited for.
func Ask(ctx context.Context, dial converse.Dial, address string, q Question) ([]byte, error) {
	conn, err := dial(ctx, cmp.Or(q.Network, "udp"), address)
	if err != nil {
		return nil, fmt.Errorf("open a socket to %s: %w", address, err)
	}
	defer conn.Close()
	for _, wait := range waits {
		var answer []byte
		answer, err = once(ctx, conn, q, wait)
		if err == nil {
			return answer, nil
		}
		if converse.Classify(ctx, err) != converse.Silent {
			break
		}
	}
	return nil, fmt.Errorf("ask %s: %w", address, err)
}

// once sends the question and waits a while for the answer.
func once(ctx context.Context, conn probe.Conn, q Question, wait time.Duration) ([]byte, error) {
	limit, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	late := make(chan struct{})
	stop := context.AfterFunc(limit, func() {
		_ = conn.SetDeadline(time.Unix(1, 0))
		close(late)
	})
	conn.Say(q.Say)
	buf := make([]byte, maxAnswer)
	n, err := conn.Write(q.Send)
	if err == nil {
		n, err = conn.Read(buf)
	}
	if !stop() {
		<-late
		_ = conn.SetDeadline(time.Time{}) // for the next try
	}
	if err != nil {
		return nil, err
	}
	return buf[:n], nil
}
