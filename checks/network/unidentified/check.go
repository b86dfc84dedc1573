// Package unidentified lists open ports of which nobody could tell what they
// are.
package unidentified

import (
	_ "embed"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	discover "trustaudit/internal/probe/discover/fact"
	tls "trustaudit/internal/probe/tls/fact"
)

//go:embed doc.md
var doc string

// Check is inconclusive while there are open ports that neither their greeting
// nor a probe identified. It never fails.
var Check = audit.Check{
	ID:       "NETWORK-UNIDENTIFIED",
	Title:    "Open ports could not be identified",
	Doc:      doc,
	Evidence: "host.discovery",
	Severity: audit.Note,
	Needs:    []string{discover.Endpoint{}.FactKind(), tls.TLS{}.FactKind(), channel.Seen{}.FactKind()},
	Reach:    audit.ReachEstate,
	Judge: func(p *audit.Pass) audit.Fold {
		return &fold{pass: p, open: map[string]string{}, told: map[string]bool{}}
	},
}

// maxEndpoints bounds how many endpoints are told apart. Those beyond it count
// as unidentified.
const maxEndpoints = 100_000

type fold struct {
	pass *audit.Pass
	open map[string]string // endpoints that accepted, and why they are unknown
	told map[string]bool   // endpoints that a probe identified
	more int64             // endpoints beyond the bound
}

// unknown says in which way an endpoint kept what it is to itself; "" where it did
// not.
func unknown(e discover.Endpoint) string {
	switch {
	case e.Service != "":
		return ""
	case e.Left != "":
		return "it could not be asked what it is: " + e.Left
	case !e.Silent:
		return "its greeting is not recognised"
	case e.Asked == 0:
		return "says nothing by itself, and was sent nothing: whatever arrives there may be printed, logged or run"
	case e.Answered:
		return "it answers what it is asked in no way that is recognised"
	}
	return "says nothing by itself, and was not seen to speak TLS"
}

func (f *fold) See(fact audit.Fact) {
	switch fact := fact.(type) {
	case discover.Endpoint:
		before, met := f.open[fact.Address]
		switch {
		case met: // whichever came first; that nothing is unknown goes before all reasons
			f.open[fact.Address] = min(before, unknown(fact))
		case len(f.open) >= maxEndpoints:
			f.more++
		default:
			f.open[fact.Address] = unknown(fact)
		}
	case tls.TLS:
		f.identify(fact.Endpoint, fact.Spoken)
	case channel.Seen:
		f.identify(fact.Endpoint, len(fact.Traits) > 0)
	}
}

func (f *fold) identify(endpoint string, identified bool) {
	if identified && len(f.told) < maxEndpoints {
		f.told[endpoint] = true
	}
}

func (f *fold) End() {
	const reason = "open ports that neither their greeting nor a probe identified"
	for endpoint, words := range f.open {
		if words == "" || f.told[endpoint] {
			f.pass.Seen(1)
			continue
		}
		f.pass.Unread(1, reason)
		f.pass.Found(endpoint, audit.Note, audit.Evidence{Locator: endpoint, Excerpt: words})
	}
	if f.more > 0 {
		f.pass.Unread(f.more, "more open ports than can be told apart")
	}
}
