// Package vnc looks at what VNC servers ask of those who want to see the screen.
package vnc

import (
	"context"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at which types of security a VNC server offers: whether it asks for a password, and whether it encrypts. It leaves before anybody is let in; the screen is not seen.

One connection answers the server's version with "RFB 003.003", "RFB 003.007" or "RFB 003.008" and reads the types. Only where VeNCrypt is among them it goes on to ask for VeNCrypt's own list: "VeNCrypt", "VeNCrypt 0.2".`

// service is VNC in the words of discovery.
const service = "vnc"

// Probe looks at VNC servers.
var Probe = probe.Probe{
	Name:    "vnc",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "access"}
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	offered, err := ask(conn)
	if err != nil {
		return err
	}
	offered.describe(&l.Seen)
	return nil
}
