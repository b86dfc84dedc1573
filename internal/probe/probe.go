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
	"trustaudit/internal/nuclei"
	"trustaudit/internal/source"
)

// Probe is one way of looking, as a struct value in the generated list.
type Probe struct {
	Name  string
	Doc   string // what it looks at, and every kind of packet it sends
	Phase audit.Phase
	// Applies says whether the probe looks at a target that the scope names; nil for
	// one that looks at what facts call for alone.
	Applies func(audit.Target) bool
	// Blocks says that a unit over a network of the scope is a part of it, up to 256
	// addresses, rather than one address; hosts that the scope names singly are not
	// looked at.
	Blocks bool
	// Plan says what further looks a fact calls for; nil plans none. It is a
	// pure function: the same facts plan the same units.
	Plan func(audit.Target, audit.Fact) []Look
	// Observe looks at one unit. An error fails the unit: every check that
	// needs its facts is then inconclusive on the target.
	Observe func(context.Context, *Session) error
	Facts   []audit.Fact // a prototype of each kind it emits
	// Hellos are how a service that says nothing by itself is asked whether it is
	// one that the probe looks at.
	Hellos []Hello
}

// Hello is one gentle question: bytes that its own service answers, that no other
// takes for an order, and that log nobody in. It is asked on a connection of its
// own. Discovery asks the hellos of all probes, never at ports where whatever
// arrives is printed or stored.
type Hello struct {
	Service string // what an answer that fits shows: "ldap"
	Say     string // in words, for the record of contacts
	Send    []byte // never with the bytes that end an HL7 message (1c 0d)
	Ports   []uint16
	Usual   bool // it is asked at Ports alone
	// BesideTLS says that a service which answers an offer of TLS is asked as well: it
	// may take connections in clear at the same port.
	BesideTLS bool
	// Fits says whether what has come so far is the service's answer; it is a pure
	// function, asked again as more comes.
	Fits func(answer []byte) bool
}

// UDPAnyPort is the network of a UDP socket that hears from the host that it sends
// to whichever port that answers from, as some protocols have it.
const UDPAnyPort = "udp-any-port"

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
	// Flows are those the trust declared, and Assets those of its register.
	Flows  []audit.Flow
	Assets []audit.Asset
	Key    *audit.Key
	Limits audit.Limits
	// Allowed says whether the engagement names a test for a host.
	Allowed func(test, host string) bool
	// Hellos are those of all probes, for discovery.
	Hellos []Hello
	// Dial connects ("tcp", or "udp" for a socket that hears from that address
	// alone), if the scope permits it. A refusal by the scope has a
	// method Refused() string that says why.
	Dial func(ctx context.Context, network, address string) (Conn, error)
	// Lookup asks the name service for records ("TXT", "MX") of a mail domain of the
	// scope, or of a name below one, or for the names ("PTR") of one of its addresses
	// where the scope allows it. No record is no error.
	Lookup func(ctx context.Context, kind, name string) ([]string, error)
	// Knock tries which ports of hosts accept a connection, many at once; see Heard.
	Knock func(ctx context.Context, doors []Door, heard Heard) error
	// Addresses are those of a unit that is a part of a network.
	Addresses []Address
	// Items are the unit's items, for a unit over a source.
	Items iter.Seq2[source.Item, error]
	// Emit records a fact. An error (a full disk) must end the probe.
	Emit func(audit.Fact) error
	// Reveal keeps the raw locator of a masked one, sealed to the engagement.
	Reveal func(id, raw string) error
	// Contain returns what examines stored files in a contained process; nil when
	// they are to be examined in this one.
	Contain func() content.Contained
	// Ask asks a web server ("http" or "https" at an endpoint) the questions of the
	// templates, by the helper that runs them; nil where that is not there.
	Ask func(ctx context.Context, service, address string) ([]nuclei.Line, error)
	// Scratch, when set, holds what the probe left in it in an earlier unit of
	// the same run and target, nil at first: buffers that are dear to make. No
	// two units under way share one, and no fact may depend on it.
	Scratch *any
	Log     *slog.Logger
	Now     func() time.Time
}

// Door is a host and the ports to knock at, in order.
type Door struct {
	Host  string
	Ports []uint16
}

// Heard takes what became of one port: a connection, which it closes, or an error.
// It is called for different hosts at the same time. A host that is not to be
// touched has one call, with port 0 and the refusal. When it returns false, the
// host's other ports are left alone.
type Heard func(ctx context.Context, host string, port uint16, conn Conn, err error) (goOn bool)

// Address is one host of a network that the scope names.
type Address struct {
	Host    string
	Refused string // why it is not to be touched: "fragile (10.0.0.9)"; empty when it may be
}

// Conn is a connection to a target, whose traffic is accounted for.
type Conn interface {
	net.Conn
	// Say announces in words what is about to be sent ("AUTH TLS"); the
	// auditor's record of contacts lists it. Sending without saying is a defect.
	Say(what string)
}
