package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// EvidenceKind is the kind of evidence a check yields. Editions say which kinds
// bear on which indicator: "pii.file", "proto.cleartext", "tls.config", ….
type EvidenceKind string

// Reach is what a check folds over.
type Reach string

// The reaches of a check.
const (
	ReachTarget Reach = "target" // the facts of one target
	ReachEstate Reach = "estate" // the facts of every target, joined
)

// Check folds facts into a result. It is a plain value in its own folder; it
// does no I/O and knows no clock. An ID is never reused: a changed meaning is a
// new ID.
type Check struct {
	ID       string       // in words: STORED-PATIENT-DATA
	Title    string       // one line, as a statement of what is wrong
	Doc      string       // doc.md: what it looks at, why it matters, remedy, limits
	Evidence EvidenceKind // what an edition looks up
	Severity Severity     // of a finding, unless the fold knows better
	Needs    []string     // fact kinds
	Reach    Reach
	// CriticalAt makes a finding of this many occurrences critical; 0: never.
	CriticalAt int64
	Judge      func(*Pass) Fold
}

// Section returns the text under a heading of the check's doc ("Remedy"), or "".
func (c *Check) Section(heading string) string {
	_, text, _ := strings.Cut("\n"+c.Doc, "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return strings.TrimSpace(text)
}

// Fold consumes facts. See is called once for each fact of the kinds the check
// needs, in unit order; End once, after the last. What they conclude goes
// through the Pass.
type Fold interface {
	See(Fact)
	End()
}

// Options are what an engagement says that bears on judgement.
type Options struct {
	CountTestData bool
	Now           time.Time // when the scan ended: certificates are judged against it
}

// Pass is a check's way to report on one target.
type Pass struct {
	Check   *Check
	Target  Target
	Options Options
	// Origin is the target that the fact being seen was seen at. Whoever feeds
	// the fold sets it before each See; only an estate check needs to look.
	Origin Target

	coverage Coverage
	reasons  []string // the first maxExemplars in alphabetical order
	places   [Critical + 1]places
}

// NewPass returns a pass of check over target.
func NewPass(check *Check, target Target, options Options) *Pass {
	return &Pass{Check: check, Target: target, Options: options, Origin: target}
}

// Seen counts n things that were examined in full.
func (p *Pass) Seen(n int64) {
	p.coverage.Total += n
	p.coverage.Seen += n
}

// Unread counts n things that should have been examined and were not, and why.
// It keeps the check from passing.
func (p *Pass) Unread(n int64, reason string) {
	p.coverage.Total += n
	p.coverage.Unread += n
	reason = clip(reason)
	i, known := slices.BinarySearch(p.reasons, reason)
	if reason == "" || known || i >= maxExemplars {
		return
	}
	p.reasons = slices.Insert(p.reasons, i, reason)
	p.reasons = p.reasons[:min(len(p.reasons), maxExemplars)]
}

// Found reports a cause at a place. Reports of the same locator add up: counts
// sum, the worst severity stays, and the exemplars are the same whatever order
// they came in. Notes are counted only at places where there is nothing worse.
// A zero severity means the check's own.
func (p *Pass) Found(locator string, severity Severity, evidence Evidence) {
	if severity == 0 {
		severity = p.Check.Severity
	}
	evidence.Count = max(1, evidence.Count)
	evidence.Locator, evidence.Excerpt = clip(evidence.Locator), clip(evidence.Excerpt)
	p.places[severity].add(FindingID(p.Check.ID, p.Target, locator), locator, severity, evidence)
}

// Result concludes the pass. This is the one place where silence is kept from
// passing: a pass needs something seen and nothing unread.
func (p *Pass) Result() Result {
	r := Result{Check: p.Check.ID, Evidence: p.Check.Evidence, Target: p.Target, Coverage: p.coverage}
	all, total := merge(&p.places)
	for _, f := range all {
		if p.Check.CriticalAt > 0 && f.Severity > Note && f.Count >= p.Check.CriticalAt {
			f.Severity = Critical
		}
		f.Excerpt = f.Exemplars[0].Excerpt
		r.Findings = append(r.Findings, *f)
		r.Severity = max(r.Severity, f.Severity)
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Locator, b.Locator), cmp.Compare(a.ID, b.ID))
	})
	r.Findings = r.Findings[:min(len(r.Findings), maxFindings)]
	r.MoreFindings = total - int64(len(r.Findings))
	if r.State = StateOf(r.Severity, p.coverage); p.coverage.Unread > 0 {
		r.Reason = strings.Join(p.reasons, "; ")
	}
	return r
}

// StateOf is the one rule from what was found and what was looked at to a
// state. Notes fail nothing.
func StateOf(worst Severity, c Coverage) State {
	switch {
	case worst > Note:
		return Fail
	case c.Unread > 0:
		return Inconclusive
	case c.Seen > 0:
		return StatePass
	default:
		return NotApplicable
	}
}

// FindingID is the same for the same check at the same place, so that years
// compare and an adjudication finds its finding again.
func FindingID(check string, target Target, locator string) string {
	sum := sha256.Sum256([]byte(check + "\x00" + string(target) + "\x00" + locator))
	return hex.EncodeToString(sum[:6])
}
