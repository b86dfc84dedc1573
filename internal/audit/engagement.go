package audit

import (
	"net/netip"
	"time"
)

// EngagementKind says on whose behalf an engagement is run. It decides what a
// report may call itself: only an Audit is an independent assessment.
type EngagementKind string

// The kinds of engagement.
const (
	IndependentAudit EngagementKind = "audit"
	SelfAssessment   EngagementKind = "self-assessment"
	Demonstration    EngagementKind = "demonstration"
)

// Engagement is what the client authorised, as plain data. Package engagement
// reads and validates it; the zero Engagement authorises nothing.
type Engagement struct {
	Reference     string         `json:"reference"`
	Kind          EngagementKind `json:"kind"`
	Client        Organisation   `json:"client"`
	Auditor       Auditor        `json:"auditor"`
	Authority     Authority      `json:"authority"`
	Edition       string         `json:"edition"` // Edition.ID
	Scope         Scope          `json:"scope"`
	NamedTests    []NamedTest    `json:"named_tests,omitempty"`
	CountTestData bool           `json:"count_test_data"`
	WithoutOCR    bool           `json:"without_ocr,omitempty"` // pictures are not read
	SamplingSeed  string         `json:"sampling_seed,omitempty"`
	FollowUpOf    string         `json:"follow_up_of,omitempty"` // reference of an earlier engagement
	Flows         []Flow         `json:"flows,omitempty"`        // declared by the trust
	Assets        []Asset        `json:"assets,omitempty"`       // of the register that the trust supplied
	Claims        []Claim        `json:"claims,omitempty"`
	Attestations  []Attestation  `json:"attestations,omitempty"`
	Limits        Limits         `json:"limits"`
}

// Organisation is the body that is audited.
type Organisation struct {
	Name    string `json:"name"`
	ODSCode string `json:"ods_code"`
}

// Auditor is the person who conducts the engagement, and for whom.
type Auditor struct {
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
}

// Authority is the letter that permits the engagement.
type Authority struct {
	Letter   string `json:"letter"`
	SignedBy string `json:"signed_by"`
	Date     string `json:"date"` // YYYY-MM-DD
}

// Scope is what may be touched. The zero Scope permits nothing; package scope
// is its only enforcer.
type Scope struct {
	Stores   []Store        `json:"stores,omitempty"`
	Networks []netip.Prefix `json:"networks,omitempty"`
	Hosts    []string       `json:"hosts,omitempty"`   // names or addresses
	Exclude  []string       `json:"exclude,omitempty"` // addresses, prefixes or names: never touched
	Fragile  []string       `json:"fragile,omitempty"` // as Exclude, and named in the report
	Ports    []Port         `json:"ports,omitempty"`   // empty: the shipped list
	Window   Window         `json:"window"`
	// ReverseDNS allows the machine's name service to be asked for the names of hosts
	// that answered.
	ReverseDNS bool     `json:"reverse_dns,omitempty"`
	Rate       float64  `json:"rate"`               // connections per second, over all hosts
	NetRate    float64  `json:"net_rate,omitempty"` // in one network of 256 addresses
	HostRate   float64  `json:"host_rate,omitempty"`
	PerHost    int      `json:"per_host"`        // connections at once to one host
	Roots      [][]byte `json:"roots,omitempty"` // certificates (DER) of the authorities that the client trusts beside the public ones
	// MailDomains are those whose records of mail are looked up.
	MailDomains []MailDomain `json:"mail_domains,omitempty"`
}

// Store is a place that holds data: a folder or a database, named by URL.
type Store struct {
	Name     string   `json:"name"`
	URL      string   `json:"url"`                 // file:///srv/share, sqlite:///srv/pas.db
	ServedBy []string `json:"served_by,omitempty"` // host:port of the channels that serve it
}

// MailDomain is a domain that the client sends mail from.
type MailDomain struct {
	Name      string   `json:"name"`
	Selectors []string `json:"selectors,omitempty"` // of its DKIM keys
}

// Port is a TCP port to look at, with what the engagement says it carries.
type Port struct {
	Number  uint16 `json:"number"`
	Service string `json:"service,omitempty"` // "mllp", "ftp", …: a hint, never believed without a look
}

// Window is when targets may be touched. The zero Window is always open.
type Window struct {
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Contains reports whether t lies in the window.
func (w Window) Contains(t time.Time) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.Until.IsZero() || t.Before(w.Until))
}

// NamedTest is a test that goes beyond looking (an anonymous log-in, say) and
// that the engagement allows for the hosts and networks it lists, and no others.
type NamedTest struct {
	Test  string   `json:"test"`
	Hosts []string `json:"hosts"`
}

// Limits bound the work on one item. Hitting one makes the item partial, never
// silently complete. A zero field means the default.
type Limits struct {
	Depth     int           `json:"depth,omitempty"`      // containers inside containers
	Expansion int64         `json:"expansion,omitempty"`  // bytes unpacked from one item
	Members   int64         `json:"members,omitempty"`    // children of one item
	ItemTime  time.Duration `json:"item_time,omitempty"`  // per top-level item
	ItemBytes int64         `json:"item_bytes,omitempty"` // bytes read of one item; 0: all
	Ratio     int64         `json:"ratio,omitempty"`      // bytes unpacked from one item for each byte of it
	Pages     int64         `json:"pages,omitempty"`      // pages or pictures read of one document
}

// WithDefaults fills the zero fields.
func (l Limits) WithDefaults() Limits {
	if l.Depth == 0 {
		l.Depth = 8
	}
	if l.Expansion == 0 {
		l.Expansion = 4 << 30
	}
	if l.Members == 0 {
		l.Members = 1_000_000
	}
	if l.ItemTime == 0 {
		l.ItemTime = 10 * time.Minute
	}
	if l.Ratio == 0 {
		l.Ratio = 2000
	}
	if l.Pages == 0 {
		l.Pages = 20_000
	}
	return l
}

// Asset is one machine under its aliases, as the trust's register has it.
type Asset struct {
	Names     []string     `json:"names,omitempty"` // in lower case
	Addresses []netip.Addr `json:"addresses,omitempty"`
	Kind      string       `json:"kind,omitempty"` // of machine, in the register's words, in lower case: "label printer"
}

// Flow is data that travels: declared in the trust's register, or discovered.
type Flow struct {
	From       string `json:"from"`                 // a Target or a host
	To         string `json:"to"`                   // a Target or host:port
	Medium     string `json:"medium"`               // "ftp", "mllp", "smb", …
	Protection string `json:"protection,omitempty"` // as declared
	Data       string `json:"data,omitempty"`       // what is said to travel
	Declared   bool   `json:"declared"`
}

// Claim is the level that the trust says it holds for an outcome.
type Claim struct {
	Outcome string `json:"outcome"`
	Level   Level  `json:"level"`
}

// Attestation is the level that the assessor concludes for an outcome, from
// documents, interviews and what the scan saw. It always has a reason. One that
// is added to a journal is signed; the last on an outcome holds.
type Attestation struct {
	Outcome   string `json:"outcome"`
	Level     Level  `json:"level"`
	By        string `json:"by"`
	Reason    string `json:"reason"`
	Date      string `json:"date"`
	Key       string `json:"key,omitempty"`       // fingerprint of the signing key
	Signature []byte `json:"signature,omitempty"` // over the record with Signature empty
}
