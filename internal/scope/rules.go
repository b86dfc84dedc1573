package scope

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"trustaudit/internal/audit"
)

// rules is the scope in the form in which it is asked.
type rules struct {
	networks []netip.Prefix
	hosts    []Host
	never    []ban // excluded and fragile
}

// ban is one line of exclude or fragile.
type ban struct {
	reason string // "excluded (10.0.0.9)"
	prefix netip.Prefix
	name   string
}

func newRules(s audit.Scope) (*rules, error) {
	r := &rules{}
	for _, p := range s.Networks {
		p = unmapPrefix(p)
		if err := CheckWidth(p); err != nil {
			return nil, err
		}
		r.networks = append(r.networks, p.Masked())
	}
	for _, s := range s.Hosts {
		h, err := ParseHost(s)
		if err != nil {
			return nil, fmt.Errorf("host %w", err)
		}
		r.hosts = append(r.hosts, h)
	}
	if err := r.ban(s.Exclude, "excluded"); err != nil {
		return nil, err
	}
	if err := r.ban(s.Fragile, "fragile"); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *rules) ban(list []string, word string) error {
	for _, s := range list {
		b := ban{reason: fmt.Sprintf("%s (%s)", word, s)}
		if strings.Contains(s, "/") {
			p, err := ParsePrefix(s)
			if err != nil {
				return fmt.Errorf("%s: %w", word, err)
			}
			b.prefix = p
		} else {
			h, err := ParseHost(s)
			if err != nil {
				return fmt.Errorf("%s: %w", word, err)
			}
			b.name = h.Name
			if h.Name == "" {
				b.prefix = netip.PrefixFrom(h.Addr, h.Addr.BitLen())
			}
		}
		r.never = append(r.never, b)
	}
	return nil
}

// bannedAddr says why an address is never touched, as far as the scope's own
// words tell; banned names are for the exclusions to resolve.
func (r *rules) bannedAddr(a netip.Addr) string {
	for _, face := range faces(a) {
		for _, b := range r.never {
			if b.name == "" && b.prefix.Contains(face) {
				return b.reason
			}
		}
	}
	return ""
}

// bannedName says why a name is never touched.
func (r *rules) bannedName(name string) string {
	for _, b := range r.never {
		if b.name != "" && b.name == name {
			return b.reason
		}
	}
	return ""
}

// lists reports whether the scope names the address itself.
func (r *rules) lists(a netip.Addr) bool {
	return slices.Contains(r.hosts, Host{Addr: a}) ||
		slices.ContainsFunc(r.networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// listsName reports whether the scope names the host.
func (r *rules) listsName(name string) bool { return slices.Contains(r.hosts, Host{Name: name}) }

// listsAddresses reports whether the scope names any address at all.
func (r *rules) listsAddresses() bool {
	return len(r.networks) > 0 || slices.ContainsFunc(r.hosts, func(h Host) bool { return h.Name == "" })
}

// covered reports whether a shorter prefix of the scope contains the address.
func (r *rules) covered(a netip.Addr, bits int) bool {
	return slices.ContainsFunc(r.networks, func(p netip.Prefix) bool { return p.Bits() < bits && p.Contains(a) })
}

// refuse says why the address, asked for under the given name (or none), must
// not be dialled; "" permits it.
func (r *rules) refuse(name string, a netip.Addr) string {
	switch {
	case a.Zone() != "":
		return "an address with a zone"
	case notAHost(a) != "":
		return notAHost(a)
	case r.bannedAddr(a) != "":
		return r.bannedAddr(a)
	case r.lists(a):
		return ""
	case name == "" || !r.listsName(name):
		return "not in the scope"
	case local(a) && !isLocalhost(name):
		return "a name that leads to this machine or link"
	}
	return ""
}

func isLocalhost(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
