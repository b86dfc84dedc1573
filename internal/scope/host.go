package scope

import (
	"fmt"
	"net/netip"
	"strings"
)

// The narrowest prefixes that a scope may name. A wider IPv6 prefix cannot be
// walked in a lifetime, a wider IPv4 one is no trust's network.
const (
	minBitsIPv4 = 8
	minBitsIPv6 = 112
)

// Host is one host as a scope or a probe names it: by address or by name.
// Exactly one of the two is set.
type Host struct {
	Addr netip.Addr // never IPv4-mapped, never with a zone
	Name string     // in lower case, without a trailing dot
}

func (h Host) String() string {
	if h.Name != "" {
		return h.Name
	}
	return h.Addr.String()
}

// ParseHost reads an address or a name. It refuses what resolvers read
// differently from people: addresses with a zone, and names that are numbers
// in disguise (2130706433, 0x7f.1, 127.1).
func ParseHost(s string) (Host, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		if addr.Zone() != "" {
			return Host{}, fmt.Errorf("%q has a zone: write the address without %%%s", s, addr.Zone())
		}
		return Host{Addr: addr.Unmap()}, nil
	}
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if err := checkName(name); err != nil {
		return Host{}, fmt.Errorf("%q %w", s, err)
	}
	return Host{Name: name}, nil
}

func checkName(name string) error {
	if name == "" {
		return fmt.Errorf("is empty: write an address such as 10.0.0.5 or a name such as pas.example.nhs.uk")
	}
	if len(name) > 253 {
		return fmt.Errorf("is longer than a host name can be (253 characters)")
	}
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if err := checkLabel(label); err != nil {
			return err
		}
		last = label
	}
	if isNumber(last) {
		return fmt.Errorf("is a number where a name should stand: write the address as four numbers, 10.0.0.5")
	}
	return nil
}

func checkLabel(label string) error {
	if label == "" || len(label) > 63 {
		return fmt.Errorf("is not a host name: its parts must have 1 to 63 characters")
	}
	for _, r := range label {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
		case r > 0x7e:
			return fmt.Errorf("is not a host name in ASCII: write it in its xn-- form")
		default:
			return fmt.Errorf("is not a host name: %q must not stand in one", r)
		}
	}
	return nil
}

// isNumber reports whether resolvers would read the last label of a name as
// (part of) an IPv4 address.
func isNumber(label string) bool {
	digits, hex := strings.CutPrefix(label, "0x")
	allowed := "0123456789"
	if hex {
		allowed += "abcdef"
	}
	return strings.Trim(digits, allowed) == ""
}

// ParsePrefix reads a network in CIDR form. Bits beyond the prefix must be
// zero, and the network must not be wider than can be walked.
func ParsePrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
			return netip.Prefix{}, fmt.Errorf("%q is one address: write %s, or list it as a host", s, netip.PrefixFrom(addr, addr.BitLen()))
		}
		return netip.Prefix{}, fmt.Errorf("%q is not a network: write it as 10.0.0.0/24 or 2001:db8::/120", s)
	}
	p = unmapPrefix(p)
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q has bits beyond its length: write %s for the network, or %s for the one address",
			s, p.Masked(), netip.PrefixFrom(p.Addr(), p.Addr().BitLen()))
	}
	return p, nil
}

// CheckWidth refuses a network that is too wide to be walked.
func CheckWidth(p netip.Prefix) error {
	switch {
	case !p.IsValid():
		return fmt.Errorf("network is not valid")
	case p.Addr().Is4() && p.Bits() < minBitsIPv4:
		return fmt.Errorf("network %s is too wide: write networks of /%d or longer", p, minBitsIPv4)
	case p.Addr().Is6() && p.Bits() < minBitsIPv6:
		return fmt.Errorf("network %s cannot be walked: write IPv6 networks of /%d or longer, or list the hosts", p, minBitsIPv6)
	}
	return nil
}

// unmapPrefix turns an IPv4-mapped IPv6 prefix into the IPv4 one it means.
func unmapPrefix(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}

// notAHost says why an address can never be a target, whatever the scope says.
func notAHost(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "not an address"
	case a.IsUnspecified(), a.Is4() && a.As4()[0] == 0:
		return "an address that stands for this machine or none, not for a host"
	case a.IsMulticast(), a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "an address of many hosts"
	}
	return ""
}

// local reports whether the address leads back to this machine or link. A name
// that is not listed for it must not lead there.
func local(a netip.Addr) bool {
	return a.IsLoopback() || a.IsLinkLocalUnicast()
}

// faces lists the address and the IPv4 address that it carries inside (NAT64,
// 6to4, IPv4-compatible), so that a translator is no way around an exclusion.
func faces(a netip.Addr) []netip.Addr {
	all := []netip.Addr{a}
	if !a.Is6() {
		return all
	}
	b := a.As16()
	embedded := func(at int) netip.Addr { return netip.AddrFrom4([4]byte(b[at : at+4])) }
	switch {
	case b[0] == 0x20 && b[1] == 0x02:
		return append(all, embedded(2))
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a),
		netip.MustParsePrefix("64:ff9b:1::/48").Contains(a),
		netip.MustParsePrefix("::/96").Contains(a) && !a.IsLoopback():
		return append(all, embedded(12))
	}
	return all
}
