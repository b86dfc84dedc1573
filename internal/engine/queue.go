package engine

import (
	"net"
	"slices"
	"strings"
	"sync"

	"trustaudit/internal/audit"
)

// How many units that need no items are done in parallel: endpoints and hosts,
// which mostly wait, and parts of networks, each of which is some hundred
// connections. The scope bounds what one host sees of it.
const (
	networkWorkers = 256
	blockWorkers   = 8
)

const phases = audit.FollowUp + 1

// queue holds the units that wait for their turn: of those that are there, one of
// the earliest phase is next. What is found is looked at while other hosts are still
// to be found out, so that a slow one keeps no other waiting; but a follow-up asks what
// others have done with, and waits for all that is to be done at its host, other
// follow-ups included, or anywhere if it is about none.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond

	planned map[string]bool // unit IDs ever put in
	blocks  []audit.Unit    // those over a part of a network
	units   [phases][]audit.Unit
	pending [phases]int    // in the queue, under way, or still to be listed
	hosts   map[string]int // the same by host, of follow-ups those under way

	active, sweeping int
	stopped          bool
	discovered       chan struct{} // closed when the first phase has nothing left
}

func newQueue() *queue {
	q := &queue{planned: map[string]bool{}, hosts: map[string]int{}, discovered: make(chan struct{})}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// plan reports whether a unit is new. Looks at the same thing are the same unit.
func (q *queue) plan(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.planned[id] {
		return false
	}
	q.planned[id] = true
	return true
}

func (q *queue) put(u audit.Unit, block bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if block {
		q.blocks = append(q.blocks, u)
	} else {
		q.units[u.Phase] = append(q.units[u.Phase], u)
	}
	q.pending[u.Phase]++
	if u.Phase < audit.FollowUp {
		q.hosts[host(u)]++
	}
	q.changed.Broadcast()
}

// hold keeps a phase from ending until it is let go.
func (q *queue) hold(phase audit.Phase) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending[phase]++
}

func (q *queue) letGo(phase audit.Phase) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.less(phase)
}

func (q *queue) less(phase audit.Phase) {
	q.pending[phase]--
	if phase == audit.Discover && q.pending[phase] == 0 {
		close(q.discovered)
	}
	q.changed.Broadcast()
}

// next waits for the unit whose turn it is. There is none when nothing is left, or
// the run stops.
func (q *queue) next() (u audit.Unit, block, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.stopped && q.pending != [phases]int{} {
		if len(q.blocks) > 0 && q.sweeping < blockWorkers {
			u, q.blocks = q.blocks[0], q.blocks[1:]
			q.sweeping++
			return u, true, true
		}
		if phase, i := q.earliest(); i >= 0 && q.active < networkWorkers {
			u = q.units[phase][i]
			q.units[phase] = slices.Delete(q.units[phase], i, i+1)
			q.active++
			if phase == audit.FollowUp {
				q.hosts[host(u)]++
			}
			return u, false, true
		}
		q.changed.Wait()
	}
	return audit.Unit{}, false, false
}

// earliest is where the unit stands whose turn it is, below 0 if it is none's.
func (q *queue) earliest() (phase audit.Phase, i int) {
	for phase := range audit.FollowUp {
		if len(q.units[phase]) > 0 {
			return phase, 0
		}
	}
	return audit.FollowUp, slices.IndexFunc(q.units[audit.FollowUp], func(u audit.Unit) bool {
		if host := host(u); host != "" {
			return q.hosts[host] == 0
		}
		return q.pending[audit.Discover]+q.pending[audit.Observe] == 0
	})
}

// host is the one that a unit is about, if it is.
func host(u audit.Unit) string {
	switch u.Target.Scheme() {
	case "net":
		return u.Subject
	case "tcp", "udp":
		if _, endpoint, ok := strings.Cut(string(u.Target), "://"); ok {
			if host, _, err := net.SplitHostPort(endpoint); err == nil {
				return host
			}
		}
	}
	return ""
}

// done takes note that a unit was committed, and what it planned put in. One that
// was not is never done: its phase does not end.
func (q *queue) done(u audit.Unit, block bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if block {
		q.sweeping--
	} else {
		q.active--
	}
	q.hosts[host(u)]--
	q.less(u.Phase)
}

func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	q.changed.Broadcast()
}

// left says whether something is still to be done.
func (q *queue) left() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pending != [phases]int{}
}

// phase is the earliest one that has something left.
func (q *queue) phase() audit.Phase {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := func(n int) bool { return n > 0 }
	if i := slices.IndexFunc(q.pending[:], left); i >= 0 {
		return audit.Phase(i)
	}
	return audit.FollowUp
}
