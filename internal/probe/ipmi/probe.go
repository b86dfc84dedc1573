// Package ipmi looks at management controllers: small computers within servers
// that hold their power switch, keyboard and screen.
package ipmi

import (
	"context"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/datagram"
	"trustaudit/internal/probe"
)

const doc = `Looks for management controllers (IPMI) at UDP port 623 of each host that answered, or at the ports that the engagement names. One datagram, "Get Channel Authentication Capabilities", is answered before any session: by it clients learn how to log in.

Only where the engagement names ipmi-session for the host, an "Open Session Request with cipher suite 0" asks whether the controller begins sessions in which nothing is proved. The session is never activated, and no user is named.`

// namedTest allows a session to be asked for.
const namedTest = "ipmi-session"

// Where controllers listen, and IPMI in the words of discovery.
const (
	port    = 623
	service = "ipmi"
)

// Probe looks at management controllers.
var Probe = probe.Probe{
	Name:    "ipmi",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    datagram.Plan(service, port),
	Observe: datagram.Observe(service, look),
	Facts:   []audit.Fact{channel.Seen{}},
}

// look asks one controller.
func look(ctx context.Context, l *datagram.Look) {
	answer, err := l.Ask(ctx, capabilities())
	if datagram.Nobody(ctx, err) {
		return
	}
	if err != nil {
		l.Seen.Lacks("ipmi.version", converse.Why(ctx, err))
		return
	}
	c, err := parseCapabilities(answer)
	if err != nil {
		return // something else listens there
	}
	c.describe(&l.Seen)
	// Before version 2 there are no cipher suites.
	if !c.version2 || !l.Named(namedTest, "ipmi.cipher") {
		return
	}
	answer, err = l.Ask(ctx, openSession())
	opened := false
	if err == nil {
		opened, err = parseOpened(answer)
	}
	switch {
	case err != nil:
		l.Seen.Lacks("ipmi.cipher", converse.Why(ctx, err))
	case opened:
		l.Seen.Has("ipmi.cipher", "0", "")
	default:
		l.Seen.Has("ipmi.cipher", "not 0", "")
	}
}
