package scope

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"time"

	"trustaudit/internal/audit"
)

// What holds where a scope or a Config is silent.
const (
	DefaultRate     = 250.0 // connections per second, over all hosts
	DefaultNetRate  = 250.0 // in one network of 256 addresses
	DefaultHostRate = 50.0  // to one host
	DefaultPerHost  = 1     // connections at once to one host
	MaxPerHost      = 4

	maxIdle  = time.Minute // to wait for a host to go on
	maxTries = 4           // addresses of one name that are tried
)

// ErrOutside is what every refusal is.
var ErrOutside = errors.New("outside the scope")

// ErrWindow ends waits and connections when the window closes.
var ErrWindow = errors.New("the window of the engagement is closed")

// Refusal is a contact that was not made because the scope does not permit it.
type Refusal struct {
	Address string // as asked for
	Reason  string
	Died    bool // the endpoint accepted before, and refuses since
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s is not to be touched: %s", r.Address, r.Reason)
}

// Unwrap makes every refusal an ErrOutside.
func (*Refusal) Unwrap() error { return ErrOutside }

// Refused returns the reason, for those who must not import this package.
func (r *Refusal) Refused() string { return r.Reason }

// Dead says whether the endpoint is left alone because it seems to have died.
func (r *Refusal) Dead() bool { return r.Died }

// Who asks for a contact.
type Who struct {
	Unit  string
	Probe string
}

// Config is what a Guard is made of.
type Config struct {
	Scope audit.Scope
	Now   func() time.Time
	// Record keeps a contact. When it fails, no contact is made. It may be
	// called from several goroutines at once.
	Record func(Contact) error
	// Mask takes what identifies a patient out of a store's path, for the
	// targets that stand for stores. Needed when the scope has stores.
	Mask func(string) string
	// Resolve looks up the addresses of a name. Default: the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Records looks up the records of a mail domain. Default: the system's resolver.
	Records func(ctx context.Context, kind, name string) ([]string, error)
	// Connect makes a connection to an address and port, both in figures.
	// Default: the system's.
	Connect func(ctx context.Context, network, address string) (net.Conn, error)
}

// Guard lets contacts through that the scope permits, and no others. It is
// safe for use by several goroutines.
type Guard struct {
	config Config
	window audit.Window
	rules  *rules
	stores []store
	rates  *rates
	doors  *doors
	slots  *slots
	bans   *banned
}

// New returns the guard of a scope, or says what is wrong with the scope.
func New(c Config) (*Guard, error) {
	if c.Now == nil || c.Record == nil || (c.Mask == nil && len(c.Scope.Stores) > 0) {
		return nil, errors.New("build scope: a clock, a record of contacts and (for stores) a mask are needed")
	}
	r, err := newRules(c.Scope)
	if err != nil {
		return nil, fmt.Errorf("build scope: %w", err)
	}
	perHost := cmp.Or(c.Scope.PerHost, DefaultPerHost)
	if perHost < 0 || perHost > MaxPerHost {
		return nil, fmt.Errorf("build scope: %d connections per host: at most %d connections to one host", perHost, MaxPerHost)
	}
	rate := cmp.Or(c.Scope.Rate, DefaultRate)
	netRate, hostRate := cmp.Or(c.Scope.NetRate, max(DefaultNetRate, rate)), cmp.Or(c.Scope.HostRate, DefaultHostRate)
	for _, r := range []float64{rate, netRate, hostRate} {
		if math.IsNaN(r) || math.IsInf(r, 0) || r <= 0 {
			return nil, fmt.Errorf("build scope: rate %v: a rate must be above 0", r)
		}
	}
	if c.Resolve == nil {
		c.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if c.Records == nil {
		c.Records = systemRecords
	}
	if c.Connect == nil {
		c.Connect = Connect
	}
	return &Guard{
		config: c, window: c.Scope.Window, rules: r,
		stores: storeTargets(c.Scope.Stores, c.Mask),
		rates:  newRates(rate, netRate, hostRate, c.Now),
		doors:  newDoors(c.Now),
		slots:  newSlots(perHost),
		bans:   newBanned(r.never, c.Resolve),
	}, nil
}

// Bound returns a context that also ends when the window closes; its cause
// tells the two apart. Work on a store, which makes no connection, is to run
// under it. A machine that sleeps wakes to a late timer: what must not be done
// outside the window asks Open as well.
func (g *Guard) Bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if g.window.Until.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, g.window.Until.Sub(g.config.Now()), ErrWindow)
}

// Open returns nil inside the window, and otherwise an error that says why
// nothing is permitted now and wraps ErrWindow.
func (g *Guard) Open() error {
	if reason := g.closed(); reason != "" {
		return fmt.Errorf("%w: %s", ErrWindow, reason)
	}
	return nil
}

// Store permits a store whose URL is exactly one of the scope's, inside the
// window. A refusal is recorded.
func (g *Guard) Store(who Who, rawURL string) error {
	reason := "not a store of the scope"
	for _, s := range g.stores {
		if s.store.URL == rawURL {
			reason = ""
		}
	}
	if reason == "" {
		reason = g.closed()
	}
	if reason == "" {
		return nil
	}
	address, network := "a store", "store"
	if u, err := url.Parse(rawURL); err == nil && g.config.Mask != nil {
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		address, network = maskURL(u.String(), g.config.Mask), u.Scheme
	}
	return g.refuse(Contact{Unit: who.Unit, Probe: who.Probe, Network: network, Address: address}, reason)
}

// closed says why the window permits nothing now; "" when it is open.
func (g *Guard) closed() string {
	now := g.config.Now()
	switch {
	case g.window.Contains(now):
		return ""
	case now.Before(g.window.From):
		return "the window opens at " + g.window.From.Format(time.RFC3339)
	}
	return "the window closed at " + g.window.Until.Format(time.RFC3339)
}

// refuse records a refusal and returns it.
func (g *Guard) refuse(c Contact, reason string) error {
	c.At, c.Event, c.Reason = g.config.Now(), EventRefused, reason
	refusal := &Refusal{Address: c.Address, Reason: reason}
	if err := g.config.Record(c); err != nil {
		return errors.Join(refusal, fmt.Errorf("record refusal: %w", err))
	}
	return refusal
}

// dead refuses what is left alone because it seems to have died.
func (g *Guard) dead(c Contact, reason string) error {
	err := g.refuse(c, reason)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		refusal.Died = true
	}
	return err
}
