// Package mllpclient finds listeners for HL7 messages that do not ask a sender
// who it is.
package mllpclient

import (
	_ "embed"

	"trustaudit/internal/audit"
	mllp "trustaudit/internal/probe/mllp/fact"
)

//go:embed doc.md
var doc string

// Check fails for a listener that speaks TLS and asks no client certificate.
var Check = audit.Check{
	ID:       "CHANNEL-MLLP-ANY-SENDER",
	Title:    "A listener takes clinical messages from any sender",
	Doc:      doc,
	Evidence: "auth.peer",
	Severity: audit.Medium,
	Needs:    []string{mllp.MLLP{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	listener, ok := fact.(mllp.MLLP)
	switch {
	case !ok || !listener.TLS:
	case listener.ClientCertificate == "asked":
		f.pass.Seen(1)
	case listener.ClientCertificate == "not asked":
		f.pass.Seen(1)
		f.pass.Found(listener.Endpoint, audit.Medium, audit.Evidence{
			Locator: listener.Endpoint, Excerpt: "speaks TLS, asks no client certificate",
		})
	default:
		f.pass.Unread(1, "whether a client certificate is asked for could not be told")
	}
}

func (fold) End() {}
