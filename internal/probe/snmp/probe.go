// Package snmp looks at agents that describe and often control a machine over SNMP.
package snmp

import (
	"context"
	"fmt"
	"net"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/datagram"
	"trustaudit/internal/probe"
)

const doc = `Looks for SNMP agents at UDP port 161 of each host that answered, or at the ports that the engagement names. One datagram, "SNMPv3 engine discovery", is answered by whoever speaks version 3; it names no user.

Only where the engagement names snmp-public for the host, two more ask for the description of the system with the community that everybody knows: "SNMPv1 GET sysDescr, community public" and "SNMPv2c GET sysDescr, community public". Nothing is ever set.`

// namedTest allows a community to be tried.
const namedTest = "snmp-public"

// Where agents listen, and SNMP in the words of discovery.
const (
	port    = 161
	service = "snmp"
)

// Probe looks at SNMP agents.
var Probe = probe.Probe{
	Name:    "snmp",
	Doc:     doc,
	Phase:   audit.Observe,
	Applies: func(audit.Target) bool { return false },
	Plan:    func(_ audit.Target, f audit.Fact) []probe.Look { return datagram.Plan(f, service, port) },
	Observe: observe,
	Facts:   []audit.Fact{channel.Seen{}},
}

func observe(ctx context.Context, s *probe.Session) error {
	address, err := datagram.Address(s)
	if err != nil {
		return fmt.Errorf("look at SNMP: %w", err)
	}
	seen, err := look(ctx, s, address)
	if err != nil {
		return fmt.Errorf("look at SNMP at %s: %w", address, err)
	}
	return s.Emit(seen)
}

// look asks one agent. Where nothing answers, nothing is said: most hosts have no
// agent.
func look(ctx context.Context, s *probe.Session, address string) (channel.Seen, error) {
	seen := channel.Seen{Endpoint: datagram.Endpoint(address), Service: service}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return seen, err
	}
	answer, err := datagram.Ask(ctx, s.Dial, address, discovery())
	failure := converse.Classify(ctx, err)
	if err == nil {
		if engine, ok := parseReport(answer); ok {
			seen.Product = maker(engine)
			seen.Has("snmp.version", "3", "")
		}
	}
	if ctx.Err() != nil {
		return seen, ctx.Err()
	}
	if err != nil && failure != converse.Silent {
		if failure != converse.Closed {
			seen.Lacks("snmp.version", converse.Why(ctx, err))
		}
		return seen, nil
	}
	if !s.Allowed(namedTest, host) {
		if len(seen.Traits) > 0 {
			const untested = "not tested: the engagement does not name " + namedTest + " for this host"
			seen.Lacks("encryption", untested)
			seen.Lacks("snmp.version", untested)
			seen.Lacks("access", untested)
		}
		return seen, nil
	}
	return seen, public(ctx, s, address, &seen)
}

// public tries the community that everybody knows, in both old versions.
func public(ctx context.Context, s *probe.Session, address string, seen *channel.Seen) error {
	let, told := false, true
	for _, v := range []version{v1, v2c} {
		answer, err := datagram.Ask(ctx, s.Dial, address, v.get())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && converse.Classify(ctx, err) != converse.Silent {
			seen.Lacks("snmp.version", v.name+": "+converse.Why(ctx, err))
			told = false
		}
		if err != nil {
			continue // an agent does not answer a community that it does not know
		}
		described, ok := v.parse(answer)
		if !ok {
			continue
		}
		if seen.Product == "" {
			seen.Product = converse.Clean(described)
		}
		if !let {
			seen.Has("encryption", "none", "SNMP version "+v.name)
			seen.Has("access", "anyone-reads", `the community "public" is answered`)
		}
		let = true
		seen.Has("snmp.version", v.name, "")
	}
	if let || len(seen.Traits) == 0 {
		return nil
	}
	// Agents keep silent to a community that they do not know, whatever they answer to another.
	seen.Lacks("encryption", "whether versions 1 and 2c, which are in clear, are answered to another community shows only to those who know it")
	switch {
	case !told:
		seen.Lacks("access", `whether the community "public" is answered could not be asked`)
	default:
		seen.Has("access", "login", `the community "public" is not answered`)
	}
	return nil
}
