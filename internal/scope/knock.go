package scope

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"trustaudit/internal/probe"
)

// Knock tries the doors of hosts: which accept a TCP connection. Hosts are tried
// side by side, the ports of one host one after another, all under the rates; what
// became of each is told to heard, with the connection where there is one. heard
// closes it, and is called from several goroutines for different hosts; when it
// says no, the rest of that host's ports are left alone.
//
// One record before and one after stand for all doors: a sweep of a large network
// would otherwise be millions. Doors that accept have an end of their own.
func (g *Guard) Knock(ctx context.Context, who Who, doors []probe.Door, heard probe.Heard) error {
	contact := Contact{Unit: who.Unit, Probe: who.Probe, Network: "tcp", Address: describe(doors), Doors: count(doors)}
	if reason := g.closed(); reason != "" {
		return g.refuse(contact, reason)
	}
	ctx, cancel := g.Bound(ctx)
	defer cancel()
	contact.At, contact.Event = g.config.Now(), EventAttempt
	if err := g.config.Record(contact); err != nil {
		return fmt.Errorf("%w %s: %w", errRecord, contact.Address, err)
	}
	k := &knock{guard: g, contact: contact, heard: heard}
	var hosts sync.WaitGroup
	for _, d := range doors {
		hosts.Go(func() { k.host(ctx, d) })
	}
	hosts.Wait()
	contact.At, contact.Event, contact.Reason = g.config.Now(), EventEnded, fmt.Sprintf("%d accepted", k.accepted.Load())
	contact.Doors = k.tried.Load()
	if err := g.config.Record(contact); err != nil {
		return fmt.Errorf("record end of contact with %s: %w", contact.Address, err)
	}
	if reason := g.closed(); reason != "" {
		return g.refuse(contact, reason)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// knock is a round of knocking under way.
type knock struct {
	guard    *Guard
	contact  Contact
	heard    probe.Heard
	tried    atomic.Int64
	accepted atomic.Int64
}

// host tries the ports of one host.
func (k *knock) host(ctx context.Context, d probe.Door) {
	a, err := k.guard.address(ctx, k.contact, d.Host)
	if err != nil {
		k.heard(ctx, d.Host, 0, nil, err)
		return
	}
	wait := probe.ConnectTimeout
	var quiet []uint16 // ports that were given less time than a lost packet takes to be sent again
	for _, port := range d.Ports {
		began := time.Now()
		conn, err := k.door(ctx, d.Host, netip.AddrPortFrom(a, port), wait)
		if err == nil || isRefusal(err) {
			wait = patience(time.Since(began))
		}
		if isTimeout(err) && wait < probe.ConnectTimeout && len(quiet) < mostAgain && ctx.Err() == nil {
			quiet = append(quiet, port)
			continue
		}
		if !k.told(ctx, d.Host, port, conn, err) {
			return
		}
	}
	for _, port := range quiet {
		conn, err := k.door(ctx, d.Host, netip.AddrPortFrom(a, port), probe.ConnectTimeout)
		if !k.told(ctx, d.Host, port, conn, err) {
			return
		}
	}
}

// mostAgain is how many silent ports of a host that answers are tried again, for
// long enough that a lost packet is sent again. Behind a filter they are many more,
// and stay silent.
const mostAgain = 12

// told tells what became of a port, and whether to go on.
func (k *knock) told(ctx context.Context, host string, port uint16, conn *Conn, err error) bool {
	if ctx.Err() == nil && k.tell(ctx, host, port, conn, err) {
		return true
	}
	if conn != nil {
		conn.Close()
	}
	return false
}

// tell keeps a nil connection from becoming one that is none.
func (k *knock) tell(ctx context.Context, host string, port uint16, conn *Conn, err error) bool {
	if conn == nil {
		return k.heard(ctx, host, port, nil, err)
	}
	return k.heard(ctx, host, port, conn, err)
}

// patience is how long a host has for the next answer that gave one in the time.
func patience(took time.Duration) time.Duration {
	return min(max(200*time.Millisecond+20*took, 300*time.Millisecond), probe.ConnectTimeout)
}

// address is the one address of a host that is knocked at.
func (g *Guard) address(ctx context.Context, contact Contact, host string) (netip.Addr, error) {
	contact.Address = host
	h, err := ParseHost(host)
	if err != nil {
		return netip.Addr{}, g.refuse(contact, err.Error())
	}
	addrs, err := g.lookup(ctx, h)
	if err != nil {
		return netip.Addr{}, g.gaveUp(contact, err)
	}
	permitted, reason := g.permitted(h, addrs)
	if reason == "" {
		if reason, err = g.bans.refuse(ctx, addrs, g.config.Now()); err != nil {
			return netip.Addr{}, g.gaveUp(contact, err)
		}
	}
	if reason != "" {
		return netip.Addr{}, g.refuse(contact, reason)
	}
	return permitted[0], nil
}

// door tries one endpoint, once it is its turn.
func (k *knock) door(ctx context.Context, host string, at netip.AddrPort, wait time.Duration) (*Conn, error) {
	g := k.guard
	if err := k.dead(at); err != nil {
		return nil, err
	}
	release, err := g.slots.acquire(ctx, at.Addr())
	if err != nil {
		return nil, err
	}
	if err = g.rates.wait(ctx, at.Addr()); err == nil && g.closed() != "" {
		err = ErrWindow
	}
	if err != nil {
		release()
		return nil, err
	}
	k.tried.Add(1)
	raw, err := g.try(ctx, "tcp", at.String(), wait)
	if err != nil && isRefusal(err) && g.doors.known(at) {
		raw, err = k.again(ctx, at)
	}
	if err != nil {
		release()
		if err := k.dead(at); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("connect to %s: %w", at, cause(ctx, err))
	}
	k.accepted.Add(1)
	g.doors.opened(at)
	contact := k.contact
	contact.Address, contact.IP, contact.Doors = net.JoinHostPort(host, strconv.Itoa(int(at.Port()))), at.Addr(), 0
	conn := &Conn{guard: g, raw: raw, contact: contact, at: at, release: release}
	bound, cancel := g.Bound(ctx)
	conn.start(bound, cancel)
	return conn, nil
}

// dead is the refusal to touch an endpoint that seems to have died; nil where it does
// not.
func (k *knock) dead(at netip.AddrPort) error {
	reason := k.guard.doors.refuse(at)
	if reason == "" {
		return nil
	}
	contact := k.contact
	contact.Address, contact.IP = at.String(), at.Addr()
	return k.guard.dead(contact, reason)
}

// again gives an endpoint that accepted before, and refuses now, a moment to come back.
func (k *knock) again(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	if err := pause(ctx, afterRefusal); err != nil {
		return nil, err
	}
	raw, err := k.guard.try(ctx, "tcp", at.String(), probe.ConnectTimeout)
	if err != nil && isRefusal(err) {
		k.guard.doors.die(at)
	}
	return raw, err
}

// describe says in a line what is knocked at.
func describe(doors []probe.Door) string {
	if len(doors) == 0 {
		return "nothing"
	}
	hosts := doors[0].Host
	if n := len(doors); n > 1 {
		hosts = fmt.Sprintf("%s to %s (%d hosts)", hosts, doors[n-1].Host, n)
	}
	ports := doors[0].Ports
	switch len(ports) {
	case 0:
		return hosts
	case 1:
		return fmt.Sprintf("%s, port %d", hosts, ports[0])
	}
	return fmt.Sprintf("%s, %d ports from %d to %d", hosts, len(ports), ports[0], ports[len(ports)-1])
}

func count(doors []probe.Door) (n int64) {
	for _, d := range doors {
		n += int64(len(d.Ports))
	}
	return n
}
