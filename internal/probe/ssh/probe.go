// Package ssh looks at the algorithms and keys of SSH servers, without logging in.
package ssh

import (
	"context"
	"fmt"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
)

const doc = `Looks at which algorithms an SSH server offers and how long its keys are, and leaves before anybody could log in: no user name is ever sent, and no secret is agreed.

One connection sends "SSH-2.0-trustaudit" and reads the server's version and lists. Where a length is still to be told (of an RSA or DSA host key, or of the group for Diffie-Hellman), it goes on with "KEXINIT" and one exchange of keys: "KEX_DH_GEX_REQUEST" and "KEX_DH_GEX_INIT", or "KEX_ECDH_INIT", or "KEXDH_INIT". It ends with "DISCONNECT".`

// What is sent, in words.
const (
	sayVersion    = "SSH-2.0-trustaudit"
	sayInit       = "KEXINIT"
	sayDisconnect = "DISCONNECT"
)

// talkTime bounds the one connection. Servers often look up the caller's name
// before they speak, and old ones take a second over a key.
const talkTime = 10 * time.Second

// service is SSH in the words of discovery.
const service = "ssh"

// Probe looks at SSH servers.
var Probe = probe.Probe{
	Name:    "ssh",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: observe,
	Facts:   []audit.Fact{channel.Seen{}},
}

func plan(_ audit.Target, f audit.Fact) []probe.Look {
	endpoint, ok := f.(discover.Endpoint)
	if !ok || endpoint.Service != service && endpoint.Declared != service {
		return nil
	}
	return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address)}}
}

func observe(ctx context.Context, s *probe.Session) error {
	address := s.Unit.Target.Endpoint()
	if address == "" {
		return fmt.Errorf("look at SSH: %s is not an endpoint", s.Unit.Target)
	}
	seen := channel.Seen{Endpoint: address, Service: service}
	look(ctx, s, &seen)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("look at SSH at %s: %w", address, err)
	}
	return s.Emit(seen)
}

// look holds the one conversation.
func look(ctx context.Context, s *probe.Session, seen *channel.Seen) {
	conn, err := converse.Open(ctx, s.Dial, seen.Endpoint, talkTime)
	if err != nil {
		lacksAll(seen, converse.Why(ctx, err))
		return
	}
	defer conn.Close()
	t := newTalk(conn)
	version, err := t.versions()
	if err != nil {
		lacksAll(seen, converse.Why(ctx, err))
		return
	}
	seen.Product = converse.Clean([]byte(version.software))
	seen.Has("encryption", "always", "")
	seen.Has("ssh.protocol", version.protocol, "")
	if version.protocol == "1" {
		return // SSH-1 has no lists
	}
	offer, err := t.offer()
	if err != nil {
		seen.Lacks("ssh.kex", converse.Why(ctx, err))
		return
	}
	offer.describe(seen)
	if err := t.lengths(offer, seen); err != nil {
		seen.Lacks("ssh.key.bits", converse.Why(ctx, err))
		return
	}
	// The other side's reply to that changes nothing.
	_ = t.send(sayDisconnect, disconnect())
}

// lacksAll says that nothing could be told.
func lacksAll(seen *channel.Seen, reason string) {
	seen.Lacks("encryption", reason)
	seen.Lacks("ssh.kex", reason)
}
