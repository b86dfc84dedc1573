// Package unreached lists hosts that were not touched, and why.
package unreached

import (
	_ "embed"
	"fmt"

	"trustaudit/internal/audit"
	discover "trustaudit/internal/probe/discover/fact"
	sweep "trustaudit/internal/probe/sweep/fact"
)

//go:embed doc.md
var doc string

// Check is inconclusive while hosts of the scope were left alone. It never
// fails.
var Check = audit.Check{
	ID:       "NETWORK-UNREACHED",
	Title:    "Hosts in scope were not looked at",
	Doc:      doc,
	Evidence: "host.discovery",
	Severity: audit.Note,
	Needs:    []string{discover.Host{}.FactKind(), sweep.Block{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return &fold{pass: p} },
}

type fold struct {
	pass     *audit.Pass
	silent   int64
	answered bool
}

func (f *fold) See(fact audit.Fact) {
	switch fact := fact.(type) {
	case sweep.Block:
		f.block(fact)
	case discover.Host:
		f.host(fact)
	}
}

// block counts the addresses at which nothing answered; of the others the look at
// each host tells.
func (f *fold) block(b sweep.Block) {
	f.silent += int64(b.Silent)
	for _, r := range b.Refused {
		f.refused(r.Address, r.Reason)
	}
}

func (f *fold) refused(address, reason string) {
	f.unread(address, "not touched: "+reason, reason)
}

func (f *fold) unread(address, why, words string) {
	f.pass.Unread(1, why)
	f.pass.Found(address, audit.Note, audit.Evidence{Locator: address, Excerpt: words})
}

func (f *fold) host(host discover.Host) {
	switch {
	case host.Refused != "":
		f.refused(host.Address, host.Refused)
	case host.Unclear > 0:
		f.answered = f.answered || host.Answered
		why := "this machine could not knock at every port: " + host.Why
		f.unread(host.Address, why, fmt.Sprintf("%s; left out: %d", why, host.Unclear))
	case !host.Answered:
		f.silent++
	default:
		f.answered = true
		f.pass.Seen(1)
	}
}

// End counts the addresses that never answered: most have no machine. But a
// host or network in which nothing answers at all was not looked at.
func (f *fold) End() {
	if f.silent > 0 {
		if !f.answered {
			f.pass.Unread(f.silent, "nothing answered at any of its addresses")
		}
		f.pass.Found("addresses without an answer", audit.Note, audit.Evidence{
			Locator: "addresses without an answer", Count: f.silent,
			Excerpt: "no answer on any of the ports that were tried",
		})
	}
}
