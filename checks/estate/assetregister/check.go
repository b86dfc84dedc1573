// Package assetregister holds the machines that answered against the register
// that the trust supplied.
package assetregister

import (
	_ "embed"
	"net/netip"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	discover "trustaudit/internal/probe/discover/fact"
	register "trustaudit/internal/probe/register/fact"
	sweep "trustaudit/internal/probe/sweep/fact"
	tls "trustaudit/internal/probe/tls/fact"
)

//go:embed doc.md
var doc string

// Check fails for machines that answered and that the register does not have, and
// for those it has and that did not answer.
var Check = audit.Check{
	ID:       "ESTATE-ASSET-REGISTER",
	Title:    "The asset register and the network do not agree",
	Doc:      doc,
	Evidence: "host.discovery",
	Severity: audit.Low,
	Needs: []string{register.Asset{}.FactKind(), discover.Host{}.FactKind(), sweep.Block{}.FactKind(),
		tls.TLS{}.FactKind()},
	Reach: audit.ReachEstate,
	Judge: func(p *audit.Pass) audit.Fold {
		return &fold{pass: p, answered: map[netip.Addr]bool{}, left: map[netip.Addr]bool{}, names: map[netip.Addr][]string{}}
	},
}

// maxHosts bounds what is remembered; what lies beyond is told as not looked at.
const maxHosts = 200_000

type fold struct {
	pass     *audit.Pass
	assets   []audit.Asset
	answered map[netip.Addr]bool // hosts that were looked at, and whether they answered
	left     map[netip.Addr]bool // addresses that were not, or not quite
	names    map[netip.Addr][]string
	swept    []netip.Prefix
	more     int64
}

func (f *fold) See(fact audit.Fact) {
	switch fact := fact.(type) {
	case register.Asset:
		if len(f.assets) < maxHosts {
			f.assets = append(f.assets, fact.Asset)
		} else {
			f.more++
		}
	case discover.Host:
		a, err := netip.ParseAddr(fact.Address)
		switch {
		case err != nil:
		case fact.Refused != "", !fact.Answered && fact.Unclear > 0:
			f.leave(a)
		default:
			f.host(a, fact.Answered)
			f.names[a] = append(f.names[a], fact.Names...)
		}
	case sweep.Block:
		if p, err := netip.ParsePrefix(fact.Network); err == nil {
			f.swept = append(f.swept, p)
		}
		for _, r := range fact.Refused {
			if a, err := netip.ParseAddr(r.Address); err == nil {
				f.leave(a)
			}
		}
	case tls.TLS:
		f.certificate(fact)
	}
}

func (f *fold) host(a netip.Addr, answered bool) {
	if _, known := f.answered[a]; !known && len(f.answered) >= maxHosts {
		f.more++
		return
	}
	f.answered[a] = f.answered[a] || answered
}

// leave remembers an address that was not looked at, whose silence says nothing.
func (f *fold) leave(a netip.Addr) {
	if len(f.left) >= maxHosts {
		f.more++
		return
	}
	f.left[a] = true
}

// certificate keeps the names that a machine shows of itself.
func (f *fold) certificate(seen tls.TLS) {
	at, err := netip.ParseAddrPort(seen.Endpoint)
	if err != nil || len(seen.Chain) == 0 || len(f.names) >= maxHosts {
		return
	}
	f.names[at.Addr()] = append(f.names[at.Addr()], seen.Chain[0].Names...)
}

func (f *fold) End() {
	if len(f.assets) == 0 {
		return
	}
	addresses, names := map[netip.Addr]bool{}, map[string]bool{}
	for _, asset := range f.assets {
		for _, a := range asset.Addresses {
			addresses[a] = true
		}
		for _, n := range asset.Names {
			names[n], names[label(n)] = true, true
		}
	}
	f.unknown(addresses, names)
	f.missing()
	if f.more > 0 {
		f.pass.Unread(f.more, "more machines than can be compared")
	}
}

// unknown finds machines that answered and are not registered, by address or by a
// name that they show.
func (f *fold) unknown(addresses map[netip.Addr]bool, names map[string]bool) {
	for a, answered := range f.answered {
		if !answered {
			continue
		}
		f.pass.Seen(1)
		known := addresses[a] || slices.ContainsFunc(f.names[a], func(n string) bool {
			n = strings.ToLower(n)
			return names[n] || names[label(n)]
		})
		if !known {
			f.pass.Found(a.String(), audit.Low, audit.Evidence{Locator: a.String(), Excerpt: "answers, and is not in the register"})
		}
	}
}

// missing finds registered machines that were looked for and did not answer. What
// is registered by a name alone cannot be looked for.
func (f *fold) missing() {
	shown := map[string]bool{}
	for _, all := range f.names {
		for _, n := range all {
			shown[strings.ToLower(n)], shown[label(strings.ToLower(n))] = true, true
		}
	}
	for _, asset := range f.assets {
		bears := func(n string) bool { return shown[n] || shown[label(n)] }
		switch looked := slices.IndexFunc(asset.Addresses, f.inScope); {
		case slices.ContainsFunc(asset.Addresses, func(a netip.Addr) bool { return f.answered[a] }), slices.ContainsFunc(asset.Names, bears):
			f.pass.Seen(1)
		case looked >= 0:
			f.pass.Seen(1)
			at := asset.Addresses[looked].String()
			f.pass.Found(at, audit.Low, audit.Evidence{Locator: at, Excerpt: "is in the register, and did not answer"})
		case slices.ContainsFunc(asset.Addresses, func(a netip.Addr) bool { return f.left[a] }):
			f.pass.Unread(1, "registered at an address that was not looked at")
		case len(asset.Addresses) == 0:
			f.pass.Unread(1, "registered by a name alone, which no machine that answered shows")
		}
	}
}

// inScope says whether an address was looked at.
func (f *fold) inScope(a netip.Addr) bool {
	if _, looked := f.answered[a]; looked {
		return true
	}
	return !f.left[a] && slices.ContainsFunc(f.swept, func(p netip.Prefix) bool { return p.Contains(a) })
}

// label is the first part of a name.
func label(name string) string {
	first, _, _ := strings.Cut(name, ".")
	return first
}
