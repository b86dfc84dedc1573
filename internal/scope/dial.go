package scope

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/probe"
)

// lookupTime bounds the wait for the addresses of a name.
const lookupTime = 5 * time.Second

// Dial connects to address ("host:port", the port in figures) if the scope
// permits it, waiting for its turn under the rate and the bound per host. A
// contact that is not permitted is a *Refusal. The connection ends when ctx
// does, or the window; the caller must close it.
//
// network is "tcp", "tcp4" or "tcp6"; or "udp", "udp4" or "udp6" for a socket that
// sends to that address alone and hears from it alone (with probe.UDPAnyPort, from
// that host alone).
func (g *Guard) Dial(ctx context.Context, who Who, network, address string) (*Conn, error) {
	contact := Contact{Unit: who.Unit, Probe: who.Probe, Network: network, Address: address}
	host, port, err := split(network, address)
	if err != nil {
		return nil, g.refuse(contact, err.Error())
	}
	if reason := g.closed(); reason != "" {
		return nil, g.refuse(contact, reason)
	}
	ctx, cancel := g.Bound(ctx)
	conn, err := g.reach(ctx, contact, host, port)
	if err == nil {
		conn.start(ctx, cancel)
		return conn, nil
	}
	cancel()
	return nil, err
}

// split takes an address apart, as strictly as the scope reads its own hosts.
func split(network, address string) (Host, string, error) {
	if !slices.Contains([]string{"tcp", "tcp4", "tcp6", "udp", "udp4", "udp6", probe.UDPAnyPort}, network) {
		return Host{}, "", fmt.Errorf("network %q: only TCP and UDP are spoken", network)
	}
	hostText, portText, err := net.SplitHostPort(address)
	if err != nil {
		return Host{}, "", fmt.Errorf("not an address of the form host:port")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return Host{}, "", fmt.Errorf("%q is not a port from 1 to 65535", portText)
	}
	host, err := ParseHost(hostText)
	return host, strconv.FormatUint(port, 10), err
}

// reach decides on the addresses of the host and connects to the first that
// answers.
func (g *Guard) reach(ctx context.Context, contact Contact, host Host, port string) (*Conn, error) {
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, g.gaveUp(contact, err)
	}
	permitted, reason := g.permitted(host, addrs)
	if reason == "" {
		if reason, err = g.bans.refuse(ctx, addrs, g.config.Now()); err != nil {
			return nil, g.gaveUp(contact, err)
		}
	}
	if reason != "" {
		return nil, g.refuse(contact, reason)
	}
	last := fmt.Errorf("connect to %s: it has no address for %s", contact.Address, contact.Network)
	for _, a := range suited(contact.Network, permitted) {
		conn, err := g.connectTwice(ctx, contact, a, port)
		if err == nil {
			return conn, nil
		}
		last = err
		if ctx.Err() != nil || errors.Is(err, ErrOutside) || errors.Is(err, errRecord) {
			break
		}
	}
	return nil, last
}

// gaveUp returns why no attempt was made: a closed window is a refusal, an
// impatient caller is not.
func (g *Guard) gaveUp(contact Contact, err error) error {
	if errors.Is(err, ErrWindow) {
		return g.refuse(contact, ErrWindow.Error())
	}
	return err
}

// lookup returns the addresses of the host.
func (g *Guard) lookup(ctx context.Context, host Host) ([]netip.Addr, error) {
	if host.Name == "" {
		return []netip.Addr{host.Addr}, nil
	}
	// Nothing is asked of a name service that cannot lead into the scope.
	if g.rules.bannedName(host.Name) != "" || (!g.rules.listsName(host.Name) && !g.rules.listsAddresses()) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := g.config.Resolve(ctx, host.Name)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", host, cause(ctx, err))
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("look up %s: it has no address", host)
	}
	unmapped := make([]netip.Addr, len(addrs))
	for i, a := range addrs {
		unmapped[i] = a.Unmap()
	}
	return unmapped, nil
}

// permitted returns the addresses that may be dialled, or why none may. A host
// that has one banned address is that banned host: none of its others may be.
func (g *Guard) permitted(host Host, addrs []netip.Addr) ([]netip.Addr, string) {
	if reason := g.rules.bannedName(host.Name); reason != "" {
		return nil, reason
	}
	var permitted []netip.Addr
	first := "not in the scope"
	for i, a := range addrs {
		if reason := g.rules.bannedAddr(a); reason != "" {
			return nil, reason
		}
		reason := g.rules.refuse(host.Name, a)
		if reason == "" {
			permitted = append(permitted, a)
		} else if i == 0 {
			first = reason
		}
	}
	if len(permitted) == 0 {
		return nil, first
	}
	return permitted, ""
}

// suited returns the first addresses that the network can carry.
func suited(network string, addrs []netip.Addr) []netip.Addr {
	var suit []netip.Addr
	for _, a := range addrs {
		either := !strings.HasSuffix(network, "4") && !strings.HasSuffix(network, "6")
		if len(suit) < maxTries && (either || strings.HasSuffix(network, "4") == a.Is4()) {
			suit = append(suit, a)
		}
	}
	return suit
}

// connectTwice connects to an endpoint unless it died; one that accepted before
// and refuses now has a moment to come back.
func (g *Guard) connectTwice(ctx context.Context, contact Contact, a netip.Addr, port string) (*Conn, error) {
	at := endpoint(contact.Network, a, port)
	if reason := g.doors.refuse(at); reason != "" {
		return nil, g.dead(contact, reason)
	}
	conn, err := g.connect(ctx, contact, a, port)
	if err == nil || !isRefusal(err) || !g.doors.known(at) {
		return conn, err
	}
	if err := pause(ctx, afterRefusal); err != nil {
		return nil, g.gaveUp(contact, err)
	}
	if conn, err = g.connect(ctx, contact, a, port); err != nil && isRefusal(err) {
		g.doors.die(at)
	}
	return conn, err
}

// endpoint is where a TCP connection leads; the zero value where there is none.
func endpoint(network string, a netip.Addr, port string) netip.AddrPort {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, uint16(n))
}

// connect waits for its turn, records the attempt and makes it.
func (g *Guard) connect(ctx context.Context, contact Contact, a netip.Addr, port string) (*Conn, error) {
	release, err := g.slots.acquire(ctx, a)
	if err != nil {
		return nil, g.gaveUp(contact, fmt.Errorf("wait for a connection to %s: %w", a, err))
	}
	if err := g.rates.wait(ctx, a); err != nil {
		release()
		return nil, g.gaveUp(contact, fmt.Errorf("wait for the rate: %w", err))
	}
	// The wait may have outlasted the window.
	if reason := g.closed(); reason != "" {
		release()
		return nil, g.refuse(contact, reason)
	}
	contact.At, contact.Event, contact.IP = g.config.Now(), EventAttempt, a
	if err := g.config.Record(contact); err != nil {
		release()
		return nil, fmt.Errorf("%w %s: %w", errRecord, contact.Address, err)
	}
	at := endpoint(contact.Network, a, port)
	raw, err := g.try(ctx, contact.Network, net.JoinHostPort(a.String(), port), probe.ConnectTimeout)
	conn := &Conn{guard: g, raw: raw, contact: contact, at: at, release: release}
	if err != nil {
		if isTimeout(err) && g.doors.known(at) {
			g.rates.hosts.of(a).slow()
		}
		err = fmt.Errorf("connect to %s: %w", contact.Address, cause(ctx, err))
		return nil, errors.Join(err, conn.end(err))
	}
	g.rates.hosts.of(a).ease()
	g.doors.opened(at)
	return conn, nil
}

// try connects, and waits no longer for it than is given.
func (g *Guard) try(ctx context.Context, network, address string, within time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return g.config.Connect(ctx, network, address)
}

var errRecord = errors.New("record attempt at")

// cause prefers why a context ended to what its end broke.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
