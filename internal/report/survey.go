package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	contentfact "trustaudit/internal/probe/content/fact"
	discoverfact "trustaudit/internal/probe/discover/fact"
	ftpfact "trustaudit/internal/probe/ftp/fact"
	mllpfact "trustaudit/internal/probe/mllp/fact"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

// Survey gathers from the facts what a report lists beside its findings: what
// each store holds, which channels there are, what was not looked at. It is
// shown each fact once, as the checks are.
type Survey struct {
	stores   map[audit.Target]*audit.InventoryRow
	whole    map[audit.Target]int64 // containers that are partial by their members alone
	channels map[string]*channel    // by host:port
	networks map[audit.Target]*audit.CoverageRow
	unseen   map[unseen]int64
}

type unseen struct {
	target audit.Target
	reason string
}

// channel is what the probes saw of one endpoint.
type channel struct {
	endpoint discoverfact.Endpoint
	tls      *tlsfact.TLS
	ftp      *ftpfact.FTP
	mllp     *mllpfact.MLLP
}

// NewSurvey returns an empty survey.
func NewSurvey() *Survey {
	return &Survey{
		stores: map[audit.Target]*audit.InventoryRow{}, whole: map[audit.Target]int64{}, channels: map[string]*channel{},
		networks: map[audit.Target]*audit.CoverageRow{}, unseen: map[unseen]int64{},
	}
}

// Kinds lists the fact kinds a survey wants to see.
func (*Survey) Kinds() []string {
	return []string{
		contentfact.Item{}.FactKind(), discoverfact.Host{}.FactKind(), discoverfact.Endpoint{}.FactKind(),
		ftpfact.FTP{}.FactKind(), mllpfact.MLLP{}.FactKind(), tlsfact.TLS{}.FactKind(),
	}
}

// See takes a fact.
func (s *Survey) See(target audit.Target, fact audit.Fact) {
	switch f := fact.(type) {
	case contentfact.Item:
		s.item(target, f)
	case discoverfact.Host:
		s.host(target, f)
	case discoverfact.Endpoint:
		s.channel(f.Address).endpoint = f
	case ftpfact.FTP:
		s.channel(f.Endpoint).ftp = &f
	case mllpfact.MLLP:
		s.channel(f.Endpoint).mllp = &f
	case tlsfact.TLS:
		s.channel(f.Endpoint).tls = &f
	}
}

func (s *Survey) channel(address string) *channel {
	c := s.channels[address]
	if c == nil {
		c = &channel{}
		s.channels[address] = c
	}
	return c
}

func (s *Survey) item(target audit.Target, f contentfact.Item) {
	row := s.stores[target]
	if row == nil {
		row = &audit.InventoryRow{Target: target}
		s.stores[target] = row
	}
	row.Items++
	row.Records += f.Records
	if f.Identifiable {
		row.Identifiable++
		if f.TestData {
			row.TestData++
		}
	}
	switch f.Status {
	case contentfact.Read:
		row.Read++
		return
	case contentfact.Partial:
		row.Partial++
		if f.ByChildren { // the members have rows of their own
			s.whole[target]++
			return
		}
	case contentfact.Sealed:
		row.Sealed++
	case contentfact.Skipped:
		row.Skipped++
	default:
		row.Unreadable++
	}
	s.miss(target, string(f.Status)+": "+reasonClass(f.Reason), 1)
}

// reasonClass is a reason without its figures, so that like reasons are
// counted together rather than listed apart.
func reasonClass(reason string) string {
	reason = cmp.Or(reason, "no reason given")
	if i := strings.IndexAny(reason, "0123456789"); i > 0 && strings.Contains(reason, "member") {
		return strings.TrimRight(reason[:i], " (:,")
	}
	return reason
}

// maxUnseen bounds the reasons kept apart.
const maxUnseen = 500

func (s *Survey) miss(target audit.Target, reason string, n int64) {
	key := unseen{target, reason}
	if _, known := s.unseen[key]; !known && len(s.unseen) >= maxUnseen {
		key.reason = "other reasons"
	}
	s.unseen[key] += n
}

func (s *Survey) host(target audit.Target, f discoverfact.Host) {
	row := s.networks[target]
	if row == nil {
		row = &audit.CoverageRow{Target: target, Kind: "network", What: "addresses"}
		s.networks[target] = row
	}
	row.Coverage.Total++
	if f.Refused != "" {
		row.Coverage.Unread++
		s.miss(target, "not touched: "+f.Refused, 1)
		return
	}
	row.Coverage.Seen++
}

// Inventory lists the stores.
func (s *Survey) Inventory() []audit.InventoryRow {
	var rows []audit.InventoryRow
	for _, t := range slices.Sorted(maps.Keys(s.stores)) {
		rows = append(rows, *s.stores[t])
	}
	return rows
}

// Coverage lists how much of each store and network was looked at.
func (s *Survey) Coverage() []audit.CoverageRow {
	var rows []audit.CoverageRow
	for _, inv := range s.Inventory() {
		row := audit.CoverageRow{Target: inv.Target, Kind: "folder", What: "files and members"}
		if inv.Target.Scheme() == "sqlite" {
			row.Kind, row.What = "database", "tables"
		}
		row.Coverage = audit.Coverage{Total: inv.Items, Seen: inv.Read + inv.Sealed + s.whole[inv.Target]}
		row.Coverage.Unread = row.Coverage.Total - row.Coverage.Seen
		rows = append(rows, row)
	}
	for _, t := range slices.Sorted(maps.Keys(s.networks)) {
		rows = append(rows, *s.networks[t])
	}
	return rows
}

// NotLookedAt lists what was in scope and not examined, and why.
func (s *Survey) NotLookedAt() []audit.NotLookedAt {
	var rows []audit.NotLookedAt
	for key, n := range s.unseen {
		rows = append(rows, audit.NotLookedAt{Target: key.target, Reason: key.reason, Count: n})
	}
	slices.SortFunc(rows, func(a, b audit.NotLookedAt) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return rows
}

// Channels lists the endpoints that answered, with the worst state that a
// check concluded on each.
func (s *Survey) Channels(results []audit.Result) []audit.ChannelRow {
	worst := map[audit.Target]audit.State{}
	for _, r := range results {
		if r.Target.Scheme() == "tcp" && stateRank(r.State) > stateRank(worst[r.Target]) {
			worst[r.Target] = r.State
		}
	}
	var rows []audit.ChannelRow
	for _, address := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[address]
		target := audit.Target("tcp://" + address)
		row := audit.ChannelRow{Target: target, State: cmp.Or(worst[target], audit.Inconclusive)}
		row.Service, row.Protection = c.words()
		rows = append(rows, row)
	}
	return rows
}

func stateRank(s audit.State) int {
	return slices.Index([]audit.State{"", audit.NotApplicable, audit.StatePass, audit.Inconclusive, audit.Fail}, s)
}

// words names the service and how it is protected.
func (c *channel) words() (service, protection string) {
	switch {
	case c.ftp != nil && c.ftp.AuthTLS:
		return "FTP", "TLS on request: " + c.versions()
	case c.ftp != nil:
		return "FTP", "none: no TLS offered"
	case c.mllp != nil && c.mllp.TLS:
		return "MLLP", c.versions()
	case c.mllp != nil:
		return "MLLP (as declared)", "none: no TLS offered"
	case c.tls != nil && c.tls.Spoken:
		return strings.ToUpper(cmp.Or(c.endpoint.Declared, "TLS")), c.versions()
	case c.endpoint.Service != "":
		return strings.ToUpper(c.endpoint.Service), "not examined"
	default:
		return "unidentified", "no TLS seen"
	}
}

// versions lists the protocol versions that an endpoint accepts.
func (c *channel) versions() string {
	if c.tls == nil {
		return "TLS"
	}
	var accepted []string
	for _, v := range c.tls.Versions {
		if v.Accepted {
			accepted = append(accepted, v.Name)
		}
	}
	if len(accepted) == 0 {
		return "TLS, versions not told"
	}
	return strings.Join(accepted, ", ")
}
