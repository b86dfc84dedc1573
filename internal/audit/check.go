package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
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
	Judge    func(*Pass) Fold
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

// maxExemplars bounds a finding's exemplars, maxFindings a result's findings:
// results stay readable however bad the estate is. Counts stay exact.
const (
	maxExemplars = 20
	maxFindings  = 200
)

// Pass is a check's way to report on one target.
type Pass struct {
	Check   *Check
	Target  Target
	Options Options

	coverage Coverage
	reasons  []string
	findings map[string]*Finding
}

// NewPass returns a pass of check over target.
func NewPass(check *Check, target Target, options Options) *Pass {
	return &Pass{Check: check, Target: target, Options: options, findings: map[string]*Finding{}}
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
	if reason != "" && len(p.reasons) < maxExemplars && !slices.Contains(p.reasons, reason) {
		p.reasons = append(p.reasons, reason)
	}
}

// Found reports a cause at a place. Reports of the same locator add up: counts
// sum, the worst severity stays, and the exemplars are the same whatever order
// they came in. A zero severity means the check's own.
func (p *Pass) Found(locator string, severity Severity, evidence Evidence) {
	if severity == 0 {
		severity = p.Check.Severity
	}
	f := p.findings[locator]
	if f == nil {
		f = &Finding{ID: FindingID(p.Check.ID, p.Target, locator), Locator: locator}
		p.findings[locator] = f
	}
	f.Severity = max(f.Severity, severity)
	f.Count += max(1, evidence.Count)
	f.Exemplars = keepExemplar(f.Exemplars, evidence)
}

// keepExemplar inserts e into the sorted list and drops what exceeds the
// bound: most occurrences first, then by locator.
func keepExemplar(list []Evidence, e Evidence) []Evidence {
	order := func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Locator, b.Locator), cmp.Compare(a.Excerpt, b.Excerpt))
	}
	i, _ := slices.BinarySearchFunc(list, e, order)
	if i >= maxExemplars {
		return list
	}
	list = slices.Insert(list, i, e)
	return list[:min(len(list), maxExemplars)]
}

// Result concludes the pass. This is the one place where silence is kept from
// passing: a pass needs something seen and nothing unread.
func (p *Pass) Result() Result {
	r := Result{Check: p.Check.ID, Evidence: p.Check.Evidence, Target: p.Target, Coverage: p.coverage}
	for _, f := range p.findings {
		f.Excerpt = f.Exemplars[0].Excerpt
		r.Findings = append(r.Findings, *f)
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Locator, b.Locator))
	})
	if len(r.Findings) > maxFindings {
		r.MoreFindings = int64(len(r.Findings) - maxFindings)
		r.Findings = r.Findings[:maxFindings]
	}
	slices.Sort(p.reasons)
	r.State, r.Severity, r.Reason = conclude(r.Findings, p.coverage, p.reasons)
	return r
}

func conclude(findings []Finding, c Coverage, reasons []string) (State, Severity, string) {
	worst := Severity(0)
	for _, f := range findings {
		worst = max(worst, f.Severity)
	}
	why := joinReasons(reasons)
	switch {
	case worst > Note:
		return Fail, worst, why
	case c.Unread > 0:
		return Inconclusive, worst, why
	case c.Seen > 0:
		return StatePass, worst, ""
	default:
		return NotApplicable, worst, ""
	}
}

func joinReasons(reasons []string) string {
	out := ""
	for i, r := range reasons {
		if i > 0 {
			out += "; "
		}
		out += r
	}
	return out
}

// FindingID is the same for the same check at the same place, so that years
// compare and an adjudication finds its finding again.
func FindingID(check string, target Target, locator string) string {
	sum := sha256.Sum256([]byte(check + "\x00" + string(target) + "\x00" + locator))
	return hex.EncodeToString(sum[:6])
}
