package journal

import (
	"time"

	"trustaudit/internal/audit"
)

// The kinds of the records of a scan, beside those the journal itself knows.
const (
	KindOpened       = "opened"       // Opened, always the first block
	KindPlan         = "plan"         // Plan
	KindContact      = "contact"      // scope.Contact
	KindAdjudication = "adjudication" // audit.Adjudication
	KindAttestation  = "attestation"  // audit.Attestation
)

// Opened says what was run, with what, on whose authority. It is enough to
// judge the journal years later.
type Opened struct {
	Tool             string           `json:"tool"`
	Version          string           `json:"version"`
	Started          time.Time        `json:"started"`
	Engagement       audit.Engagement `json:"engagement"` // locators masked
	EngagementDigest string           `json:"engagement_digest"`
	Probes           []ProbeText      `json:"probes"`
	Limits           []string         `json:"limits,omitempty"` // what such a scan cannot see, in words
}

// ProbeText is what a journal keeps of a probe.
type ProbeText struct {
	Name  string   `json:"name"`
	Doc   string   `json:"doc"`
	Facts []string `json:"facts"` // kinds
}

// Plan says that the listing of a store has ended: which units make it up, in
// order. The last plan of a probe and target holds; blocks of units that are
// not in it have been superseded.
type Plan struct {
	Probe    string       `json:"probe"`
	Target   audit.Target `json:"target"`
	Units    []string     `json:"units"`
	Items    int64        `json:"items"`
	Complete bool         `json:"complete"`         // the store was listed to its end
	Reason   string       `json:"reason,omitempty"` // why not
}

// Planned is the fact that a probe asked for a further look. It stands in the
// block of the unit whose fact called for it, so that both are kept or neither.
type Planned struct {
	Probe   string       `json:"probe"`
	Target  audit.Target `json:"target"`
	Subject string       `json:"subject,omitempty"`
}

// FactKind names the kind and version.
func (Planned) FactKind() string { return "engine.planned/1" }

// Finished says that every planned unit was handled.
type Finished struct {
	At     time.Time `json:"at"`
	Units  int64     `json:"units"`
	Failed int64     `json:"failed"`
}

// Closed ends a journal for good.
type Closed struct {
	At time.Time `json:"at"`
	By string    `json:"by,omitempty"`
}
