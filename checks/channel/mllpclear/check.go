// Package mllpclear finds listeners for HL7 messages that do not speak TLS.
package mllpclear

import (
	_ "embed"

	"trustaudit/internal/audit"
	mllp "trustaudit/internal/probe/mllp/fact"
)

//go:embed doc.md
var doc string

// Check fails for a listener that the engagement calls MLLP and that does not
// speak TLS.
var Check = audit.Check{
	ID:       "CHANNEL-MLLP-CLEAR",
	Title:    "A listener takes clinical messages in clear",
	Doc:      doc,
	Evidence: "proto.cleartext",
	Severity: audit.High,
	Needs:    []string{mllp.MLLP{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	listener, ok := fact.(mllp.MLLP)
	switch {
	case !ok:
	case listener.TLS:
		f.pass.Seen(1)
	case listener.Reason != "":
		f.pass.Unread(1, listener.Reason)
	case !listener.Declared:
		f.pass.Unread(1, "unidentified, no TLS")
	default:
		f.pass.Seen(1)
		f.pass.Found(listener.Endpoint, audit.High, audit.Evidence{
			Locator: listener.Endpoint, Excerpt: "does not answer an offer of TLS",
		})
	}
}

func (fold) End() {}
