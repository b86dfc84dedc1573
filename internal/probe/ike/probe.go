// Package ike looks at what VPN gateways agree to by IKE, without ever agreeing on
// a key.
package ike

import (
	"context"
	"errors"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/datagram"
	"trustaudit/internal/probe"
)

const doc = `Looks for VPN gateways (IKE) at UDP port 500 of each host that answered, or at the ports that the engagement names, and at what they agree to. Each datagram begins an exchange that is not gone on with; those of version 2 bring a key of another group than they propose, so that the gateway names its choice and keeps nothing.

Of version 2: "IKEv2 SA_INIT: strong", and where that is answered "IKEv2 SA_INIT: 3DES", "IKEv2 SA_INIT: DES", "IKEv2 SA_INIT: MD5", "IKEv2 SA_INIT: SHA-1", "IKEv2 SA_INIT: 768-bit MODP", "IKEv2 SA_INIT: 1024-bit MODP", "IKEv2 SA_INIT: 1536-bit MODP" and "IKEv2 SA_INIT: 2048-bit MODP with a short subgroup". Of version 1: "IKEv1 main mode: any", and where strong means are chosen "IKEv1 main mode: weak"; from a gateway that agrees to nothing then, "IKEv1 main mode: any, XAUTH" and "IKEv1 main mode: weak, XAUTH" likewise.

Only where the engagement names ike-aggressive for the host: "IKEv1 aggressive mode: 1024-bit MODP" and, each unless the one before is answered, "IKEv1 aggressive mode: 2048-bit MODP", "IKEv1 aggressive mode: 1024-bit MODP, XAUTH" and "IKEv1 aggressive mode: 2048-bit MODP, XAUTH".`

// namedTest allows aggressive mode to be asked for.
const namedTest = "ike-aggressive"

// Where gateways listen, and IKE in the words of discovery.
const (
	port    = 500
	service = "ike"
)

// Probe looks at VPN gateways.
var Probe = probe.Probe{
	Name:    "ike",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    datagram.Plan(service, port),
	Observe: datagram.Observe(service, func(ctx context.Context, l *datagram.Look) { (&look{Look: l}).versions(ctx) }),
	Facts:   []audit.Fact{channel.Seen{}},
}

// look is a look at one gateway under way.
type look struct {
	*datagram.Look
	agreed bool // it has agreed to something
	spoken bool // it has answered
}

// versions asks for each version. Where nothing answers, nothing is said: most
// hosts are no gateway.
func (l *look) versions(ctx context.Context) {
	err := l.version2(ctx)
	if f := converse.Classify(ctx, err); err != nil && f != converse.Silent {
		if f != converse.Closed && f != converse.Cancelled {
			l.Seen.Lacks("ike.version", converse.Why(ctx, err))
		}
		return
	}
	l.version1(ctx)
	if ctx.Err() != nil || !l.spoken {
		return
	}
	l.aggressive(ctx)
	if l.agreed {
		l.Seen.Has("encryption", "always", "")
	} else {
		l.Seen.Lacks("ike.version", "the gateway agrees to nothing with this caller")
	}
}

// put puts a question and returns what was agreed, which may be nothing. An answer
// that is none of IKE's counts as silence.
func (l *look) put(ctx context.Context, q question) (choice, error) {
	answer, err := l.Ask(ctx, datagram.Question{Say: q.say, Send: q.message})
	if err != nil {
		return choice{}, err
	}
	c, err := parse(answer, q)
	if err != nil {
		return choice{}, err
	}
	l.spoken, l.agreed = true, l.agreed || c.agreed
	return c, nil
}

// version2 asks what version 2 agrees to.
func (l *look) version2(ctx context.Context) error {
	all := questions2()
	strong, err := l.put(ctx, all[0])
	if errors.Is(err, errNotIKE) {
		return nil
	}
	if err != nil {
		return err
	}
	l.Seen.Has("ike.version", "2", "")
	for _, q := range all[1:] {
		c, err := l.put(ctx, q)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			l.Seen.Lacks(q.trait, q.value+": "+converse.Why(ctx, err))
		case c.agreed:
			l.Seen.Has(q.trait, q.value, "IKEv2")
		}
	}
	if strong.agreed {
		l.Seen.Has("ike.strong", channel.Yes, "")
	}
	return nil
}

// version1 asks what version 1 agrees to with the usual proofs; a gateway that has
// nothing for them is asked with another.
func (l *look) version1(ctx context.Context) {
	if !l.main(ctx, usualProofs()) && l.spoken && ctx.Err() == nil {
		l.main(ctx, withXAuth())
	}
}

// main asks what version 1 chooses of a list with the weakest first, and, if that is
// nothing weak, of the weak alone. It is true where something is agreed to.
func (l *look) main(ctx context.Context, p proofs) bool {
	for _, q := range questions1(p) {
		c, err := l.put(ctx, q)
		switch f := converse.Classify(ctx, err); {
		case err == nil, errors.Is(err, errNotIKE), f == converse.Cancelled:
		case f == converse.Silent && q.first: // as who does not speak the version
		case f == converse.Closed && !l.spoken: // no gateway, of a host that says so now and then
		default:
			l.Seen.Lacks("ike.cipher", "IKEv1: "+converse.Why(ctx, err))
		}
		if err != nil || !c.agreed {
			return !q.first
		}
		if q.first {
			l.Seen.Has("ike.version", "1", "")
		}
		old, weak := c.old()
		l.Seen.Traits = append(l.Seen.Traits, old...)
		if weak {
			return true
		}
	}
	return true
}

// aggressive asks whether a gateway hands out a digest of its key.
func (l *look) aggressive(ctx context.Context) {
	if !l.Named(namedTest, "ike.aggressive") {
		return
	}
	for _, q := range append(questionsAggressive(usualProofs()), questionsAggressive(withXAuth())...) {
		c, err := l.put(ctx, q)
		if ctx.Err() != nil {
			return
		}
		if err == nil && c.digest {
			l.Seen.Has("ike.aggressive", channel.Yes, q.value)
			return
		}
		if err == nil && c.unnamed {
			l.Seen.Lacks("ike.aggressive", "the gateway minds the name, not the mode: whether it hands out a digest of its key shows to those whose name it knows")
			return
		}
		if f := converse.Classify(ctx, err); err != nil && f != converse.Silent && !errors.Is(err, errNotIKE) {
			l.Seen.Lacks("ike.aggressive", converse.Why(ctx, err))
			return
		}
	}
	l.Seen.Has("ike.aggressive", channel.No, "")
}
