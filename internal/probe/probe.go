// Package probe is the seam to whatever is looked at. A probe does all the I/O
// on one unit and emits facts; it concludes nothing. Each probe has a folder of
// its own below this one, with its fact types in a leaf package named fact that
// checks may import.
package probe

import (
	"context"
	"iter"
	"log/slog"
	"net"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/content"
	"trustaudit/internal/source"
)

// Probe is one way of looking, as a struct value in the generated list.
type Probe struct {
	Name  string
	Doc   string // what it looks at, and every kind of packet it sends
	Phase audit.Phase
	// Applies says whether the probe looks at a target that the scope names.
	Applies func(audit.Target) bool
	// Plan says what further looks a fact calls for; nil plans none. It is a
	// pure function: the same facts plan the same units.
	Plan func(audit.Target, audit.Fact) []Look
	// Observe looks at one unit. An error fails the unit: every check that
	// needs its facts is then inconclusive on the target.
	Observe func(context.Context, *Session) error
	Facts   []audit.Fact // a prototype of each kind it emits
}

// ConnectTimeout is how long Session.Dial tries to connect, once it is its turn:
// waiting for the rate and for other connections to the host does not count.
const ConnectTimeout = 1500 * time.Millisecond

// Look is a unit that a probe asks for, before the planner numbers it.
type Look struct {
	Target  audit.Target
	Subject string
}

// Session is a probe's only way to the outside.
type Session struct {
	Unit audit.Unit
	// Scope is what the engagement allows, for a probe that must know its ports.
	Scope audit.Scope
	// Flows are those the trust declared.
	Flows  []audit.Flow
	Key    *audit.Key
	Limits audit.Limits
	// Allowed says whether the engagement names a test for a host.
	Allowed func(test, host string) bool
	// Dial connects, if the scope permits it. A refusal by the scope has a
	// method Refused() string that says why.
	Dial func(ctx context.Context, network, address string) (Conn, error)
	// Items are the unit's items, for a unit over a source.
	Items iter.Seq2[source.Item, error]
	// Emit records a fact. An error (a full disk) must end the probe.
	Emit func(audit.Fact) error
	// Reveal keeps the raw locator of a masked one, sealed to the engagement.
	Reveal func(id, raw string) error
	// Contain returns what examines stored files in a contained process; nil when
	// they are to be examined in this one.
	Contain func() content.Contained
	// Scratch, when set, holds what the probe left in it in an earlier unit of
	// the same run and target, nil at first: buffers that are dear to make. No
	// two units under way share one, and no fact may depend on it.
	Scratch *any
	Log     *slog.Logger
	Now     func() time.Time
}

// Conn is a connection to a target, whose traffic is accounted for.
type Conn interface {
	net.Conn
	// Say announces in words what is about to be sent ("AUTH TLS"); the
	// auditor's record of contacts lists it. Sending without saying is a defect.
	Say(what string)
}
