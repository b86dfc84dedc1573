// Package unreached lists hosts that were not touched, and why.
package unreached

import (
	_ "embed"

	"trustaudit/internal/audit"
	discover "trustaudit/internal/probe/discover/fact"
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
	Needs:    []string{discover.Host{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return &fold{pass: p} },
}

type fold struct {
	pass     *audit.Pass
	silent   int64
	answered bool
}

func (f *fold) See(fact audit.Fact) {
	host, ok := fact.(discover.Host)
	switch {
	case !ok:
	case host.Refused != "":
		f.pass.Unread(1, "not touched: "+host.Refused)
		f.pass.Found(host.Address, audit.Note, audit.Evidence{Locator: host.Address, Excerpt: host.Refused})
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
