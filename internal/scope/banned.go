package scope

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// The bounds on knowing the addresses of excluded names.
const (
	banFresh   = time.Minute     // how long an answer is believed
	banLookup  = 5 * time.Second // to wait for one
	banRemains = 4096            // addresses of one name
)

// banned knows the addresses of the excluded and fragile names. An address
// that such a name has led to stays banned for the run, whatever later answers
// say.
type banned struct {
	resolve func(context.Context, string) ([]netip.Addr, error)
	turn    chan struct{} // held while the names are looked at
	names   []*bannedName // guarded by turn
}

type bannedName struct {
	name   string
	reason string
	addrs  map[netip.Addr]bool
	asked  time.Time
}

func newBanned(never []ban, resolve func(context.Context, string) ([]netip.Addr, error)) *banned {
	b := &banned{resolve: resolve, turn: make(chan struct{}, 1)}
	for _, n := range never {
		if n.name != "" {
			b.names = append(b.names, &bannedName{name: n.name, reason: n.reason, addrs: map[netip.Addr]bool{}})
		}
	}
	return b
}

// refuse says why one of the addresses must not be touched; "" when none is a
// banned name's. A name that cannot be resolved bans everything: the host it
// stands for could be behind any address.
func (b *banned) refuse(ctx context.Context, addrs []netip.Addr, now time.Time) (string, error) {
	if len(b.names) == 0 {
		return "", nil
	}
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	for _, n := range b.names {
		if !n.refresh(ctx, b.resolve, now) {
			if ctx.Err() != nil {
				return "", context.Cause(ctx)
			}
			return fmt.Sprintf("cannot be told apart from %s, which does not resolve: list its address instead", n.reason), nil
		}
		if slices.ContainsFunc(addrs, n.has) {
			return n.reason, nil
		}
	}
	return "", nil
}

func (n *bannedName) has(a netip.Addr) bool {
	return slices.ContainsFunc(faces(a), func(face netip.Addr) bool { return n.addrs[face] })
}

// refresh looks the name up unless that was done lately, and reports whether
// its addresses are known.
func (n *bannedName) refresh(ctx context.Context, resolve func(context.Context, string) ([]netip.Addr, error), now time.Time) bool {
	if age := now.Sub(n.asked); !n.asked.IsZero() && age >= 0 && age < banFresh {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, banLookup)
	defer cancel()
	addrs, err := resolve(ctx, n.name)
	if err != nil || len(addrs) == 0 || len(n.addrs)+len(addrs) > banRemains {
		return false
	}
	for _, a := range addrs {
		for _, face := range faces(a.WithZone("").Unmap()) {
			n.addrs[face] = true
		}
	}
	n.asked = now
	return true
}
