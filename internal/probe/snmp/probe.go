// Package snmp looks at agents that describe and often control a machine over SNMP.
package snmp

import (
	"context"

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
	Plan:    datagram.Plan(service, port),
	Observe: datagram.Observe(service, look),
	Facts:   []audit.Fact{channel.Seen{}},
}

// look asks one agent.
func look(ctx context.Context, l *datagram.Look) {
	answer, err := l.Ask(ctx, discovery())
	switch failure := converse.Classify(ctx, err); {
	case err == nil:
		if engine, ok := parseReport(answer); ok {
			l.Seen.Product = maker(engine)
			l.Seen.Has("snmp.version", "3", "")
		}
	case failure == converse.Closed:
		return
	case failure != converse.Silent: // to those of version 1 alone it is no question
		l.Seen.Lacks("snmp.version", converse.Why(ctx, err))
		return
	}
	if len(l.Seen.Traits) == 0 && !l.Allowed(namedTest, l.Host) {
		return // most hosts have no agent
	}
	if l.Named(namedTest, "encryption", "snmp.version", "access") {
		public(ctx, l)
	}
}

// public tries the community that everybody knows, in both old versions.
func public(ctx context.Context, l *datagram.Look) {
	let, told := false, true
	for _, v := range []version{v1, v2c} {
		answer, err := l.Ask(ctx, v.get())
		if ctx.Err() != nil {
			return
		}
		if err != nil && converse.Classify(ctx, err) != converse.Silent {
			l.Seen.Lacks("snmp.version", v.name+": "+converse.Why(ctx, err))
			told = false
		}
		if err != nil {
			continue // an agent does not answer a community that it does not know
		}
		described, ok := v.parse(answer)
		if !ok {
			continue
		}
		if l.Seen.Product == "" {
			l.Seen.Product = converse.Clean(described)
		}
		if !let {
			l.Seen.Has("encryption", "none", "SNMP version "+v.name)
			l.Seen.Has("access", "anyone-reads", `the community "public" is answered`)
		}
		let = true
		l.Seen.Has("snmp.version", v.name, "")
	}
	if let || len(l.Seen.Traits) == 0 {
		return
	}
	// Agents keep silent to a community that they do not know, whatever they answer to another.
	l.Seen.Lacks("encryption", "whether versions 1 and 2c, which are in clear, are answered to another community shows only to those who know it")
	switch {
	case !told:
		l.Seen.Lacks("access", `whether the community "public" is answered could not be asked`)
	default:
		l.Seen.Has("access", "login", `the community "public" is not answered`)
	}
}
