package scope

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// pace spaces connections evenly: no two starts are closer than the interval,
// whatever was left unused before. It is a token bucket of a single token.
type pace struct {
	interval time.Duration
	now      func() time.Time
	turn     chan struct{} // held by whoever waits for the next start
	next     time.Time     // guarded by turn
}

func newPace(rate float64, now func() time.Time) *pace {
	interval := min(float64(time.Second)/rate, float64(24*time.Hour))
	return &pace{interval: time.Duration(interval), now: now, turn: make(chan struct{}, 1)}
}

// wait returns when a connection may start. One that gives up takes no start
// from those behind it.
func (p *pace) wait(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if d := p.next.Sub(p.now()); d > 0 {
		// A clock that was set back must not stop the run.
		timer := time.NewTimer(min(d, p.interval))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.next = p.now().Add(p.interval)
	return nil
}

// slots bounds the connections at once to one address. It remembers only
// addresses in use.
type slots struct {
	perHost int
	mu      sync.Mutex
	byAddr  map[netip.Addr]*slot
}

type slot struct {
	taken chan struct{}
	users int // holding or waiting; guarded by slots.mu
}

func newSlots(perHost int) *slots {
	return &slots{perHost: perHost, byAddr: map[netip.Addr]*slot{}}
}

// acquire waits for a free connection to the address; release gives it back.
func (s *slots) acquire(ctx context.Context, a netip.Addr) (release func(), err error) {
	s.mu.Lock()
	one := s.byAddr[a]
	if one == nil {
		one = &slot{taken: make(chan struct{}, s.perHost)}
		s.byAddr[a] = one
	}
	one.users++
	s.mu.Unlock()
	select {
	case one.taken <- struct{}{}:
		return func() { <-one.taken; s.leave(a, one) }, nil
	case <-ctx.Done():
		s.leave(a, one)
		return nil, context.Cause(ctx)
	}
}

func (s *slots) leave(a netip.Addr, one *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(s.byAddr, a)
	}
}
