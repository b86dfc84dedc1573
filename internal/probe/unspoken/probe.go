// Package unspoken tells of services to which nothing can be said without harm:
// whatever arrives at a printer is printed, what arrives at a log is logged, what
// arrives at a shell is an order, and what arrives at a line of an instrument may be
// taken for a result.
package unspoken

import (
	"context"
	"net"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
)

const doc = `Tells of printers' ports (raw printing, LPD), of logs by syslog, of shells for other machines (rexec, rlogin, rsh) and of lines of laboratory instruments (ASTM) that they carry what they do in clear. It opens no connection and sends nothing: that the port is open, and, for instruments, that it answers no offer of TLS, was seen by discovery; what it is for is what the port, the engagement, or the call of an instrument says.`

// Probe tells of services that are not spoken to.
var Probe = probe.Probe{
	Name:    "unspoken",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: observe,
	Facts:   []audit.Fact{channel.Seen{}},
}

// line is a kind of service that is not spoken to.
type line struct {
	service  string
	declared []string // what engagements call it
	ports    []string // where it usually is; none for what shares its port with others
	words    string
}

// lines are those that are known. That none of them has TLS at its port is a matter
// of their protocols, but for syslog and instruments.
func lines() []line {
	return []line{
		{"raw printing", []string{"raw", "jetdirect", "printer", "print", "printing", "pdl-datastream", "label", "zpl"}, []string{"9100"}, "raw printing"},
		{"lpd", []string{"lpd"}, []string{"515"}, "printing by LPD"},
		{"syslog", []string{"syslog"}, []string{"601"}, "logs by syslog"},
		{"rexec", []string{"rexec"}, []string{"512"}, "orders by rexec, with their passwords"},
		{"rlogin", []string{"rlogin"}, []string{"513"}, "terminals by rlogin"},
		{"rsh", []string{"rsh"}, nil, "orders by rsh"},
		{"rsh or syslog", nil, []string{"514"}, "orders by rsh or logs by syslog"},
		{"astm", []string{"astm", "lis"}, nil, "results of instruments"},
	}
}

// syslogTLS is where syslog is in TLS, which is not tried either.
const syslogTLS = "6514"

// plan knows a line by what the engagement says of the port, or by the port alone.
// The subject is the service; what the port alone says is told apart.
func plan(_ audit.Target, f audit.Fact) []probe.Look {
	endpoint, ok := f.(discover.Endpoint)
	if ok && endpoint.Service == "astm" {
		return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address), Subject: "astm" + calls}}
	}
	if !ok || endpoint.Service != "" || !endpoint.Silent || endpoint.Answered {
		return nil
	}
	_, port, err := net.SplitHostPort(endpoint.Address)
	if err != nil || port == syslogTLS {
		return nil
	}
	for _, l := range lines() {
		target := audit.Target("tcp://" + endpoint.Address)
		switch {
		case slices.Contains(l.declared, endpoint.Declared):
			return []probe.Look{{Target: target, Subject: l.service + declared}}
		case slices.Contains(l.ports, port) && endpoint.Declared == "" && endpoint.Left == "": // a port that all have alike says nothing
			return []probe.Look{{Target: target, Subject: l.service}}
		}
	}
	return nil
}

// What the subject of a unit ends in whose service is declared, or gave itself away.
const (
	declared = ", as declared"
	calls    = ", as its calls say"
)

func observe(ctx context.Context, s *probe.Session) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	seen := channel.Seen{Endpoint: s.Unit.Target.Endpoint()}
	for _, l := range lines() {
		switch s.Unit.Subject {
		case l.service:
			seen.Service = l.service
			seen.Has("encryption", "none-assumed", l.words+", as its port says")
		case l.service + declared:
			seen.Service = l.service
			seen.Has("encryption", "none-assumed", l.words+declared)
		case l.service + calls:
			seen.Service = l.service
			seen.Has("encryption", "none-assumed", l.words+calls)
		}
	}
	return s.Emit(seen)
}
