package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// State is what a check concludes of a target.
type State string

// The states, worst first. Fail outweighs inconclusive, which outweighs pass;
// not-applicable is counted, never listed.
const (
	Fail          State = "fail"
	Inconclusive  State = "inconclusive"
	StatePass     State = "pass"
	NotApplicable State = "not-applicable"
)

// Severity of a finding. The zero Severity is none.
type Severity int

// The severities. A note informs and fails nothing.
const (
	Note Severity = iota + 1
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"none", "note", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[s] }

// MarshalJSON writes the severity in words.
func (s Severity) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads the severity in words.
func (s *Severity) UnmarshalJSON(data []byte) error {
	var word string
	if err := json.Unmarshal(data, &word); err != nil {
		return err
	}
	i := slices.Index(severityNames[:], word)
	if i < 0 {
		return fmt.Errorf("read severity: %q is none of %v", word, severityNames)
	}
	*s = Severity(i)
	return nil
}

// Coverage says how much of what should be examined was.
type Coverage struct {
	Total  int64 `json:"total"`
	Seen   int64 `json:"seen"`
	Unread int64 `json:"unread"`
}

// Result is what one check concludes of one target.
type Result struct {
	Check        string       `json:"check"`
	Evidence     EvidenceKind `json:"evidence"`
	Target       Target       `json:"target"`
	State        State        `json:"state"`
	Reason       string       `json:"reason,omitempty"`
	Severity     Severity     `json:"severity"` // of the worst finding
	Coverage     Coverage     `json:"coverage"`
	Findings     []Finding    `json:"findings,omitempty"`
	MoreFindings int64        `json:"more_findings,omitempty"` // beyond the list's bound; an estimate beyond some thousand
}

// Finding is a cause at a place.
type Finding struct {
	ID        string     `json:"id"`
	Locator   string     `json:"locator"`
	Excerpt   string     `json:"excerpt,omitempty"` // of the first exemplar
	Severity  Severity   `json:"severity"`
	Count     int64      `json:"count"`
	Exemplars []Evidence `json:"exemplars,omitempty"`
}

// Evidence is what a finding rests on, with nothing in it that identifies a
// patient.
type Evidence struct {
	Locator string `json:"locator"`
	Excerpt string `json:"excerpt,omitempty"` // masked
	Setting string `json:"setting,omitempty"` // what to set in the product found, to mend it
	Count   int64  `json:"count"`
	Digest  string `json:"digest,omitempty"` // keyed
}

// Verdict is the auditor's word on a finding.
type Verdict string

// The verdicts. A finding without one is open.
const (
	Confirmed Verdict = "confirmed"
	Dismissed Verdict = "dismissed" // a false positive
	Accepted  Verdict = "accepted"  // the trust bears the risk until a date
)

// Adjudication is the auditor's word on one finding, with the trust's answer.
// It is signed with the auditor's key and lies in the journal.
type Adjudication struct {
	Finding   string    `json:"finding"`
	Count     int64     `json:"count,omitempty"`    // of the finding as it was judged; 0: not told
	Severity  Severity  `json:"severity,omitempty"` // likewise
	Verdict   Verdict   `json:"verdict"`
	By        string    `json:"by"`
	Reason    string    `json:"reason"`
	Until     string    `json:"until,omitempty"` // accepted risks end: YYYY-MM-DD
	Response  string    `json:"response,omitempty"`
	Owner     string    `json:"owner,omitempty"`
	Due       string    `json:"due,omitempty"` // YYYY-MM-DD
	At        time.Time `json:"at"`
	Key       string    `json:"key,omitempty"`       // fingerprint of the signing key
	Signature []byte    `json:"signature,omitempty"` // over the record with Signature empty
}
