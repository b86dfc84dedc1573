package report

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	discoverfact "trustaudit/internal/probe/discover/fact"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

// endpoint is what the probes saw of one endpoint.
type endpoint struct {
	found discoverfact.Endpoint
	tls   *tlsfact.TLS
	seen  []channel.Seen
}

func (s *Survey) channel(address string) *endpoint {
	e := s.channels[address]
	if e == nil {
		e = &endpoint{}
		s.channels[address] = e
	}
	return e
}

// Channels lists the endpoints that answered, each with its grade by the policy
// and the worst state that a check concluded on it.
func (s *Survey) Channels(results []audit.Result) []audit.ChannelRow {
	worst := map[audit.Target]audit.State{}
	for _, r := range results {
		if stateRank(r.State) > stateRank(worst[r.Target]) {
			worst[r.Target] = r.State
		}
	}
	var rows []audit.ChannelRow
	for _, address := range slices.Sorted(maps.Keys(s.channels)) {
		e := s.channels[address]
		target := targetOf(address)
		row := audit.ChannelRow{Target: target, State: cmp.Or(worst[target], audit.Inconclusive)}
		row.Service, row.Protection = e.words()
		grade(&row, channel.Shipped().Grade(e.seen...))
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b audit.ChannelRow) int {
		return cmp.Or(cmp.Compare(standing(a), standing(b)), compareEndpoints(a.Target.Endpoint(), b.Target.Endpoint()))
	})
	return rows
}

// standing orders channels by their grade, the worst first; those without one come
// last.
func standing(c audit.ChannelRow) int {
	if c.Grade == "" {
		return 101
	}
	return c.Score
}

// compareEndpoints orders by address and port as numbers, where they are.
func compareEndpoints(a, b string) int {
	x, errX := netip.ParseAddrPort(a)
	y, errY := netip.ParseAddrPort(b)
	if errX != nil || errY != nil {
		return cmp.Compare(a, b)
	}
	return x.Compare(y)
}

// targetOf is the target of an endpoint: "udp/10.0.0.5:161" has one of its own kind.
func targetOf(address string) audit.Target {
	if rest, ok := strings.CutPrefix(address, "udp/"); ok {
		return audit.Target("udp://" + rest)
	}
	return audit.Target("tcp://" + address)
}

// grade puts a grade into words; where too little was seen there is none.
func grade(row *audit.ChannelRow, g channel.Graded) {
	if g.Grade == channel.Ungraded {
		return
	}
	row.Grade, row.Score, row.Before = string(g.Grade), g.Score, g.Before
	for _, c := range g.Caps {
		row.Caps = append(row.Caps, audit.Cap{From: c.From, To: c.To, Reason: c.Words(), Setting: c.Remedy})
	}
}

func stateRank(s audit.State) int {
	return slices.Index([]audit.State{"", audit.NotApplicable, audit.StatePass, audit.Inconclusive, audit.Fail}, s)
}

// words names the service and how it is protected. What could not be told is
// not called absent.
func (e *endpoint) words() (service, protection string) {
	if service, protection = e.told(); protection != "" {
		return called(service), protection
	}
	if e.tls != nil && e.tls.Spoken && e.found.Declared == "" && e.found.Inside != "" {
		return called(e.found.Inside) + " over TLS", e.versions()
	}
	if e.tls != nil && e.tls.Spoken {
		return called(cmp.Or(e.found.Declared, "tls")), e.versions()
	}
	service = called(e.found.Service)
	switch {
	case e.tls != nil && e.tls.Reason != "":
		return cmp.Or(service, "unidentified"), "not told: " + e.tls.Reason
	case service != "" && e.tls == nil:
		return service, "not tried: known by what it says"
	case e.tls == nil && len(e.seen) > 0: // such as what is asked over UDP
		return called(e.seen[0].Service), "not told"
	}
	protection = "no TLS seen"
	switch {
	case service != "":
	case e.found.Left != "":
		protection = e.found.Left
	case e.found.Greeting != "":
		protection += "; it says: " + e.found.Greeting
	}
	return cmp.Or(service, "unidentified"), protection
}

// called is a service by the name that people know it by; most are initials.
func called(service string) string {
	rest, perhaps := strings.CutPrefix(service, "perhaps ")
	if perhaps {
		return "perhaps " + called(rest)
	}
	switch service {
	case "beanstalkd", "epmd", "gpsd", "mail domain", "memcached", "rlogin", "rpcbind", "rsh", "rsh or syslog", "rsync", "syslog":
		return service
	case "asterisk manager", "cassandra", "checkmk", "firebird", "gearman", "kafka", "kerberos", "munin", "oracle", "printer", "raw printing", "redis", "telnet", "xpra":
		return strings.ToUpper(service[:1]) + service[1:]
	case "clickhouse":
		return "ClickHouse"
	case "hylafax":
		return "HylaFAX"
	case "iscsi":
		return "iSCSI"
	case "openwire":
		return "OpenWire"
	case "zookeeper":
		return "ZooKeeper"
	case "mongodb":
		return "MongoDB"
	case "mysql":
		return "MySQL"
	case "postgresql":
		return "PostgreSQL"
	case "sieve":
		return "ManageSieve"
	case "sqlserver":
		return "SQL Server"
	}
	return strings.ToUpper(service)
}

// told is what the probe of the endpoint's own protocol says of its encryption.
func (e *endpoint) told() (service, protection string) {
	for _, s := range e.seen {
		for _, u := range s.Untold {
			if encrypts(u.Name) {
				service, protection = s.Service, "not told: "+u.Reason
			}
		}
		for _, t := range s.Traits {
			if encrypts(t.Name) {
				service, protection = s.Service, e.encryption(t)
			}
		}
	}
	return service, protection
}

// encrypts says whether a trait tells if a service, or one of some kind, encrypts.
func encrypts(trait string) bool {
	return trait == "encryption" || strings.HasSuffix(trait, ".encryption")
}

func (e *endpoint) encryption(t channel.Trait) string {
	value, _, _ := strings.Cut(t.Value, "-") // "none-pages" is none, too
	words := map[string]string{"none": "none", "offered": "on request"}[value]
	switch {
	case value == "none" && t.Detail != "":
		return "none: " + t.Detail
	case value != "none" && e.tls != nil && e.tls.Spoken && words != "":
		return words + ": " + e.versions()
	case value != "none" && e.tls != nil && e.tls.Spoken:
		return e.versions()
	}
	return cmp.Or(words, "always")
}

// versions lists the protocol versions that an endpoint accepts.
func (e *endpoint) versions() string {
	if e.tls == nil {
		return "TLS, versions not told"
	}
	var accepted []string
	for _, v := range e.tls.Versions {
		if v.Accepted {
			accepted = append(accepted, v.Name)
		}
	}
	if len(accepted) == 0 {
		return "TLS, versions not told"
	}
	return strings.Join(accepted, ", ")
}
