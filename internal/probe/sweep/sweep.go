// Package sweep finds out at which addresses of a network anything answers.
package sweep

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"trustaudit/internal/audit"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/discover"
	"trustaudit/internal/probe/sweep/fact"
)

const doc = `Looks at which addresses of a network answer at all. At each of the eight ports that tell best it knocks at every address that has not answered yet: a TCP connection is opened and closed, and nothing is sent. A refusal is an answer too. Where the engagement names ports, those are knocked at instead, the telling ones first, eight at the most.`

// most is how many ports are knocked at.
const most = 8

// Probe looks at the parts of a network.
var Probe = probe.Probe{
	Name:    "sweep",
	Doc:     doc,
	Phase:   audit.Discover,
	Blocks:  true,
	Applies: func(t audit.Target) bool { return t.Scheme() == "net" && strings.Contains(string(t), "/") },
	Observe: observe,
	Facts:   []audit.Fact{fact.Block{}},
}

func observe(ctx context.Context, s *probe.Session) error {
	b := &block{seen: fact.Block{Network: s.Unit.Subject, Addresses: len(s.Addresses)}, unclear: map[string]string{}}
	for _, a := range s.Addresses {
		if a.Refused != "" {
			b.seen.Refused = append(b.seen.Refused, fact.Refused{Address: a.Host, Reason: a.Refused})
			continue
		}
		b.left = append(b.left, a.Host)
	}
	for _, port := range discover.Telling(s.Scope, most) {
		if err := b.knock(ctx, s, port); err != nil {
			return fmt.Errorf("knock at port %d of %s: %w", port, s.Unit.Subject, err)
		}
	}
	b.end()
	sortAddresses(b.seen.Live)
	return s.Emit(b.seen)
}

// block is a part of a network under way.
type block struct {
	seen fact.Block
	left []string // that have not answered

	mu       sync.Mutex
	answered map[string]bool
	refused  map[string]string
	unclear  map[string]string // why this machine could not knock, by address: the first reason
}

// knock tries one port of all addresses that have not answered.
func (b *block) knock(ctx context.Context, s *probe.Session, port uint16) error {
	if len(b.left) == 0 {
		return nil
	}
	b.answered, b.refused = map[string]bool{}, map[string]string{}
	doors := make([]probe.Door, len(b.left))
	for i, host := range b.left {
		doors[i] = probe.Door{Host: host, Ports: []uint16{port}}
	}
	if err := s.Knock(ctx, doors, b.heard); err != nil {
		return err
	}
	b.left = slices.DeleteFunc(b.left, func(host string) bool {
		if reason := b.refused[host]; reason != "" {
			b.seen.Refused = append(b.seen.Refused, fact.Refused{Address: host, Reason: reason})
			return true
		}
		if b.answered[host] {
			b.seen.Live = append(b.seen.Live, host)
		}
		return b.answered[host]
	})
	return nil
}

// end tells of the addresses that never answered. Silence says something only of
// those at which this machine could knock: a filter of its own, or an address that
// the system takes for a broadcast, is no silence.
func (b *block) end() {
	for _, host := range b.left {
		if why := b.unclear[host]; why != "" {
			b.seen.Refused = append(b.seen.Refused, fact.Refused{Address: host, Reason: why})
		} else {
			b.seen.Silent++
		}
	}
}

func (b *block) heard(ctx context.Context, host string, port uint16, conn probe.Conn, err error) bool {
	if conn != nil {
		conn.Close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch failure := converse.Classify(ctx, err); {
	case err == nil, failure == converse.Closed:
		b.answered[host] = true
	case failure == converse.Forbidden:
		b.refused[host] = converse.Why(ctx, err)
	case failure == converse.Unclear && b.unclear[host] == "":
		b.unclear[host] = fmt.Sprintf("this machine could not knock at port %d: %s", port, converse.Why(ctx, err))
	}
	return false
}

// sortAddresses sorts by number, not by text.
func sortAddresses(all []string) {
	slices.SortFunc(all, func(a, b string) int {
		x, errX := netip.ParseAddr(a)
		y, errY := netip.ParseAddr(b)
		if errX != nil || errY != nil {
			return 0
		}
		return x.Compare(y)
	})
}
