package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	contentfact "trustaudit/internal/probe/content/fact"
	discoverfact "trustaudit/internal/probe/discover/fact"
	sweepfact "trustaudit/internal/probe/sweep/fact"
	tlsfact "trustaudit/internal/probe/tls/fact"
	volumefact "trustaudit/internal/probe/volume/fact"
)

// Survey gathers from the facts what a report lists beside its findings: what
// each store holds, which channels there are, what was not looked at. It is
// shown each fact once, as the checks are.
type Survey struct {
	stores   map[audit.Target]*audit.InventoryRow
	seen     map[audit.Target]int64 // items that count as looked at, by the rule that the checks go by
	channels map[string]*endpoint   // by host:port
	networks map[audit.Target]*audit.CoverageRow
	volumes  map[audit.Target]volumefact.Volume // of stores
	unseen   unseen
}

// NewSurvey returns an empty survey.
func NewSurvey() *Survey {
	return &Survey{
		stores: map[audit.Target]*audit.InventoryRow{}, seen: map[audit.Target]int64{}, channels: map[string]*endpoint{},
		networks: map[audit.Target]*audit.CoverageRow{}, volumes: map[audit.Target]volumefact.Volume{}, unseen: unseen{},
	}
}

// Kinds lists the fact kinds a survey wants to see.
func (*Survey) Kinds() []string {
	return []string{
		channel.Seen{}.FactKind(), contentfact.Item{}.FactKind(), discoverfact.Host{}.FactKind(), discoverfact.Endpoint{}.FactKind(),
		sweepfact.Block{}.FactKind(),
		tlsfact.TLS{}.FactKind(), volumefact.Volume{}.FactKind(),
	}
}

// See takes a fact.
func (s *Survey) See(target audit.Target, fact audit.Fact) {
	switch f := fact.(type) {
	case contentfact.Item:
		s.item(target, f)
	case discoverfact.Host:
		s.host(target, f)
	case sweepfact.Block:
		s.block(target, f)
	case channel.Seen:
		if len(f.Traits)+len(f.Untold) == 0 {
			return // nobody answered where a service might have been
		}
		c := s.channel(f.Endpoint)
		c.seen = append(c.seen, f)
	case discoverfact.Endpoint:
		s.channel(f.Address).found = f
	case tlsfact.TLS:
		s.channel(f.Endpoint).tls = &f
	case volumefact.Volume:
		s.volumes[audit.Target(f.Store)] = f
	}
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
	case contentfact.Partial:
		row.Partial++
	case contentfact.Sealed:
		row.Sealed++
	case contentfact.Skipped:
		row.Skipped++
	default:
		row.Unreadable++
	}
	_, unread := f.Unread()
	if !unread {
		s.seen[target]++
	}
	// What a strong seal hides counts as seen, and is listed all the same:
	// nobody knows what it is.
	if unread || f.Status == contentfact.Sealed {
		s.unseen.add(target, string(f.Status)+": "+reasonClass(f.Reason), 1)
	}
}

// reasonClass is a reason that counts members without its figures, so that like
// reasons are counted together rather than listed apart.
func reasonClass(reason string) string {
	reason = cmp.Or(reason, "no reason given")
	if i := strings.IndexAny(reason, "0123456789"); i > 0 && strings.Contains(reason, "member") {
		return strings.TrimRight(reason[:i], " (:,")
	}
	return reason
}

func (s *Survey) network(target audit.Target) *audit.CoverageRow {
	row := s.networks[target]
	if row == nil {
		row = &audit.CoverageRow{Target: target, Kind: "network", What: "addresses"}
		s.networks[target] = row
	}
	return row
}

// block counts the addresses of a part of a network that did not answer or were
// not touched; those that answered have a look of their own.
func (s *Survey) block(target audit.Target, f sweepfact.Block) {
	row := s.network(target)
	row.Coverage.Total += int64(f.Silent + len(f.Refused))
	row.Coverage.Seen += int64(f.Silent)
	row.Coverage.Unread += int64(len(f.Refused))
	for _, r := range f.Refused {
		s.unseen.add(target, "not touched: "+r.Reason, 1)
	}
}

func (s *Survey) host(target audit.Target, f discoverfact.Host) {
	row := s.network(target)
	row.Coverage.Total++
	why := ""
	switch {
	case f.Refused != "":
		why = "not touched: " + f.Refused
	case f.Unclear > 0:
		why = "this machine could not knock at every port: " + f.Why
	}
	if why != "" {
		row.Coverage.Unread++
		s.unseen.add(target, why, 1)
		return
	}
	row.Coverage.Seen++
}

// Inventory lists the stores.
func (s *Survey) Inventory() []audit.InventoryRow {
	var rows []audit.InventoryRow
	for _, t := range slices.Sorted(maps.Keys(s.stores)) {
		row := *s.stores[t]
		if v, told := s.volumes[t]; told {
			row.Volume = volumeWords(v)
		}
		rows = append(rows, row)
	}
	return rows
}

func volumeWords(v volumefact.Volume) string {
	if v.Encrypted {
		return "encrypted: " + v.How
	}
	return "not encrypted by this machine" // a drive, an array or a host below may do so
}

// Coverage lists how much of each store and network was looked at.
func (s *Survey) Coverage() []audit.CoverageRow {
	var rows []audit.CoverageRow
	for _, inv := range s.Inventory() {
		row := audit.CoverageRow{Target: inv.Target, Kind: "folder", What: "files and members"}
		if inv.Target.Scheme() == "sqlite" {
			row.Kind, row.What = "database", "tables"
		}
		row.Coverage = audit.Coverage{Total: inv.Items, Seen: s.seen[inv.Target]}
		row.Coverage.Unread = row.Coverage.Total - row.Coverage.Seen
		rows = append(rows, row)
	}
	for _, t := range slices.Sorted(maps.Keys(s.networks)) {
		rows = append(rows, *s.networks[t])
	}
	return rows
}
