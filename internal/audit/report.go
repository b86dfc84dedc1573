package audit

import (
	"io"
	"time"
)

// ReportSchema names the shape of Report in JSON. Renderer stands in the data
// so that a verifier of another version says "not comparable", never "forged".
const (
	ReportSchema   = "trustaudit-report/1"
	RenderersBuild = "1"
)

// Format renders a report.
type Format struct {
	Name      string // as on the command line: "pdf"
	Extension string // ".pdf"
	MediaType string
	Render    func(io.Writer, *Report) error
}

// Report is everything a renderer needs, and nothing that identifies a
// patient. It is a pure function of the journal, the edition, the claims and
// the adjudications: equal inputs, equal bytes.
type Report struct {
	Schema      string          `json:"schema"`
	Renderer    string          `json:"renderer"`
	ID          string          `json:"id"` // from the journal's head
	Title       string          `json:"title"`
	Kind        EngagementKind  `json:"kind"`
	Tool        Tool            `json:"tool"`
	Engagement  EngagementPart  `json:"engagement"`
	Edition     EditionPart     `json:"edition"`
	Run         RunPart         `json:"run"`
	Warnings    []string        `json:"warnings,omitempty"` // what a reader must know before believing a word
	Scope       ScopePart       `json:"scope"`
	Coverage    []CoverageRow   `json:"coverage"`
	NotLookedAt []NotLookedAt   `json:"not_looked_at,omitempty"`
	Limits      []string        `json:"limits,omitempty"`   // what this platform or this method cannot see
	Findings    []ReportFinding `json:"findings,omitempty"` // worst first
	Checks      []CheckSummary  `json:"checks"`
	Opinions    []Opinion       `json:"opinions"`
	Counts      Counts          `json:"counts"`
	Inventory   []InventoryRow  `json:"inventory,omitempty"`
	Channels    []ChannelRow    `json:"channels,omitempty"`
	Sent        []SentRow       `json:"sent,omitempty"` // by the probes that contacted anything
	Conclusion  Conclusion      `json:"conclusion"`
}

// Tool is what did the scan.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// EngagementPart is what the report says of the engagement.
type EngagementPart struct {
	Reference  string       `json:"reference"`
	Client     Organisation `json:"client"`
	Auditor    Auditor      `json:"auditor"`
	Authority  Authority    `json:"authority"`
	FollowUpOf string       `json:"follow_up_of,omitempty"`
	TestData   bool         `json:"count_test_data"`
	NamedTests []NamedTest  `json:"named_tests,omitempty"`
}

// EditionPart is what the report says of the standard it judges by.
type EditionPart struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	Year       string        `json:"year"`
	Status     EditionStatus `json:"status"`
	Confidence Confidence    `json:"confidence"`
	LevelRule  string        `json:"level_rule"`
	StatusRule string        `json:"status_rule"`
	Digest     string        `json:"digest"` // SHA-256 of the edition's data file
}

// RunPart ties the report to its journal.
type RunPart struct {
	Started    time.Time `json:"started"`
	Ended      time.Time `json:"ended"`
	Head       string    `json:"head"`   // hash of the journal's last block
	Blocks     int64     `json:"blocks"` // how many there are
	Closed     bool      `json:"closed"` // the journal has ended
	Complete   bool      `json:"complete"`
	Units      int64     `json:"units"`
	Facts      int64     `json:"facts"`
	Contacts   int64     `json:"contacts"` // connections tried, and questions to the name service
	Refused    int64     `json:"refused"`  // contacts that the scope refused
	BytesSent  int64     `json:"bytes_sent"`
	Engagement string    `json:"engagement_digest"`
}

// ScopePart lists the scope in words, with stores under their public names.
type ScopePart struct {
	Stores   []string `json:"stores,omitempty"`
	Networks []string `json:"networks,omitempty"`
	Hosts    []string `json:"hosts,omitempty"`
	Exclude  []string `json:"exclude,omitempty"`
	Fragile  []string `json:"fragile,omitempty"`
	Ports    []string `json:"ports,omitempty"`
	From     string   `json:"from,omitempty"`
	Until    string   `json:"until,omitempty"`
}

// CoverageRow says how much of one target was looked at.
type CoverageRow struct {
	Target   Target   `json:"target"`
	Kind     string   `json:"kind"` // in words: "folder", "database", "network", "channel"
	Coverage Coverage `json:"coverage"`
	What     string   `json:"what"` // what is counted: "files", "tables", "addresses", …
}

// NotLookedAt is material that was in scope and was not examined.
type NotLookedAt struct {
	Target Target `json:"target"`
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// ReportFinding is a finding with everything said of it.
type ReportFinding struct {
	Finding
	Check        string        `json:"check"`
	Title        string        `json:"title"`
	Target       Target        `json:"target"`
	Bearings     []Bearing     `json:"bears_on,omitempty"`
	Remedy       string        `json:"remedy,omitempty"`
	Adjudication *Adjudication `json:"adjudication,omitempty"`
}

// CheckSummary is a check's text and how its results fell.
type CheckSummary struct {
	ID            string       `json:"id"`
	Title         string       `json:"title"`
	Evidence      EvidenceKind `json:"evidence"`
	Reach         Reach        `json:"reach"`
	Fail          int64        `json:"fail"`
	Inconclusive  int64        `json:"inconclusive"`
	Pass          int64        `json:"pass"`
	NotApplicable int64        `json:"not_applicable"`
}

// Count counts n results of a state; n below 0 takes them back.
func (c *CheckSummary) Count(s State, n int64) {
	switch s {
	case Fail:
		c.Fail += n
	case Inconclusive:
		c.Inconclusive += n
	case StatePass:
		c.Pass += n
	default:
		c.NotApplicable += n
	}
}

// Counts are the findings by severity, dismissed ones apart.
type Counts struct {
	Critical  int64 `json:"critical"`
	High      int64 `json:"high"`
	Medium    int64 `json:"medium"`
	Low       int64 `json:"low"`
	Note      int64 `json:"note"`
	Dismissed int64 `json:"dismissed"`
	Accepted  int64 `json:"accepted"`
}

// InventoryRow counts the patient data of one store.
type InventoryRow struct {
	Target       Target `json:"target"`
	Items        int64  `json:"items"`
	Read         int64  `json:"read"`
	Partial      int64  `json:"partial"`
	Sealed       int64  `json:"sealed"`
	Unreadable   int64  `json:"unreadable"`
	Skipped      int64  `json:"skipped"`
	Identifiable int64  `json:"identifiable"` // items
	TestData     int64  `json:"test_data"`    // of these, test data alone
	Records      int64  `json:"records"`      // identifiable records
	// Volume says how the volume of a local store is encrypted, where the platform
	// tells: "encrypted: LUKS2", "not encrypted by this machine".
	Volume string `json:"volume,omitempty"`
}

// ChannelRow is one endpoint and how it protects what it carries.
type ChannelRow struct {
	Target     Target `json:"target"`
	Service    string `json:"service"`    // "FTP", "TLS", "MLLP", "unidentified"
	Protection string `json:"protection"` // in words
	State      State  `json:"state"`      // the worst result on it
	// Grade is what the policy calls it (open, weak, acceptable, sound, ungraded),
	// Before its score of 100 before any cap, Score after all of them, and Caps what
	// each did, the mildest first.
	Grade  string `json:"grade,omitempty"`
	Score  int    `json:"score,omitempty"`
	Before int    `json:"before,omitempty"`
	Caps   []Cap  `json:"caps,omitempty"`
}

// Cap is one bound on a channel's score.
type Cap struct {
	From    int    `json:"from"`
	To      int    `json:"to"`
	Reason  string `json:"reason"` // with the clause, and since when it is weak
	Setting string `json:"setting,omitempty"`
}

// SentRow is what one probe sent in the run, by the record of contacts.
type SentRow struct {
	Probe       string     `json:"probe"`
	Connections int64      `json:"connections"` // tried; questions to the name service are no connections
	Bytes       int64      `json:"bytes"`
	Kinds       []SentKind `json:"kinds,omitempty"` // those its doc lists in their order, then others
}

// SentKind is one kind of packet.
type SentKind struct {
	Words    string `json:"words"`
	Times    int64  `json:"times"`              // 0: it may be sent, and was not
	Unlisted bool   `json:"unlisted,omitempty"` // no probe's doc lists it: a defect of the tool
}

// Conclusion is the overall word, by rule.
type Conclusion struct {
	Words     string   `json:"words"`     // one sentence
	Below     int64    `json:"below"`     // outcomes the evidence holds below the required level
	Supported int64    `json:"supported"` // outcomes supported
	Untested  int64    `json:"untested"`  // outcomes not assessed by the scan
	Actions   []string `json:"actions"`   // the first things to do, most urgent first
}
