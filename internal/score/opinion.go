package score

import (
	"cmp"
	"slices"
	"time"

	"trustaudit/internal/audit"
)

// maxGrounds bounds the grounds that an opinion lists.
const maxGrounds = 20

// Input is what opinions are formed from.
type Input struct {
	Edition       *audit.Edition
	Results       []audit.Result // after Adjudicate
	Claims        []audit.Claim
	Attestations  []audit.Attestation
	Adjudications []audit.Adjudication
	At            time.Time // when the scan ended
	Unfinished    bool      // looks remain that have left no result yet: nothing is supported
}

// Opinions forms an opinion on every outcome, in the edition's order.
func Opinions(in Input) []audit.Opinion {
	s := newScorer(in)
	var opinions []audit.Opinion
	for _, objective := range in.Edition.Objectives {
		for _, principle := range objective.Principles {
			for _, outcome := range principle.Outcomes {
				o := s.opinion(outcome)
				o.Objective, o.Principle = objective.ID, principle.ID
				opinions = append(opinions, o)
			}
		}
	}
	return opinions
}

// scorer holds the input by what it is looked up by.
type scorer struct {
	draft        bool
	unfinished   bool
	results      map[audit.EvidenceKind][]audit.Result
	claims       map[string]audit.Level
	attestations map[string]audit.Attestation
	verdicts     map[string]audit.Adjudication // in force, by finding
}

func newScorer(in Input) *scorer {
	s := &scorer{
		draft: in.Edition.Status == audit.EditionDraft, unfinished: in.Unfinished,
		results: map[audit.EvidenceKind][]audit.Result{}, claims: map[string]audit.Level{},
		attestations: map[string]audit.Attestation{},
	}
	s.verdicts, _ = InForce(in.Adjudications, in.At)
	for _, r := range in.Results {
		s.results[r.Evidence] = append(s.results[r.Evidence], r)
	}
	for _, list := range s.results {
		slices.SortFunc(list, func(a, b audit.Result) int {
			return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Target, b.Target))
		})
	}
	for _, c := range in.Claims {
		s.claims[c.Outcome] = c.Level
	}
	for _, a := range in.Attestations {
		s.attestations[a.Outcome] = a
	}
	return s
}

// ground is one ground of an opinion, with what puts it in order.
type ground struct {
	audit.Because
	severity audit.Severity
	cap      audit.Level
}

func (s *scorer) opinion(outcome audit.Outcome) audit.Opinion {
	attestation := s.attestations[outcome.ID]
	o := audit.Opinion{
		Outcome: outcome.ID, Title: outcome.Title, Required: outcome.Required, Confidence: outcome.Confidence,
		Mandated: outcome.Mandated, Claimed: s.claims[outcome.ID],
		Assessed: attestation.Level, Assessor: attestation.By, Reason: attestation.Reason,
		Standing: audit.NotAssessed,
	}
	against, support := s.against(outcome), s.support(outcome)
	grounds := against
	switch {
	case len(against) > 0 && against[0].Effect == audit.Refutes:
		o.Standing, o.Proposed = audit.Refuted, audit.NotAchieved
	case len(against) > 0:
		o.Standing, o.Proposed = audit.Capped, lowestCap(against)
	case len(support) > 0 && !s.unfinished:
		o.Standing, grounds = audit.Supported, support
	}
	for _, g := range grounds[:min(len(grounds), maxGrounds)] {
		o.Because = append(o.Because, g.Because)
	}
	o.Caveats = s.caveats(outcome, o, len(grounds)-len(o.Because))
	if s.unfinished && len(against) == 0 && len(support) > 0 {
		o.Caveats = append(o.Caveats, "The scan has not finished: what was clean so far supports nothing yet.")
	}
	return o
}

// against lists what refutes or caps the outcome, worst first.
func (s *scorer) against(outcome audit.Outcome) []ground {
	var grounds []ground
	for _, b := range outcome.Bearings {
		for _, r := range s.results[b.Evidence] {
			if r.State == audit.Fail && b.Effect != audit.Supports {
				grounds = append(grounds, newGround(b, r))
			}
		}
	}
	rank := map[audit.Effect]int{audit.Refutes: 0, audit.Caps: 1}
	slices.SortStableFunc(grounds, func(a, b ground) int {
		return cmp.Or(cmp.Compare(rank[a.Effect], rank[b.Effect]), cmp.Compare(a.cap.Rank(), b.cap.Rank()),
			cmp.Compare(b.severity, a.severity), cmp.Compare(a.Check, b.Check),
			cmp.Compare(a.Target, b.Target), cmp.Compare(a.Indicator, b.Indicator))
	})
	return grounds
}

// support lists what supports the outcome. Nothing does while any evidence that
// bears on it failed or was left open: silence is never a pass.
func (s *scorer) support(outcome audit.Outcome) []ground {
	var grounds []ground
	for _, b := range outcome.Bearings {
		for _, r := range s.results[b.Evidence] {
			switch {
			case r.State == audit.NotApplicable && r.Coverage.Unread == 0:
			case r.State != audit.StatePass || r.Coverage.Unread > 0:
				return nil
			case b.Effect == audit.Supports:
				grounds = append(grounds, newGround(b, r))
			}
		}
	}
	return grounds
}

func newGround(b audit.Bearing, r audit.Result) ground {
	return ground{
		Because: audit.Because{
			Check: r.Check, Target: r.Target, State: r.State,
			Indicator: b.Indicator, Effect: b.Effect, Says: b.Says,
		},
		severity: r.Severity, cap: b.Cap,
	}
}

func lowestCap(grounds []ground) audit.Level {
	lowest := audit.Achieved
	for _, g := range grounds {
		if g.cap.Rank() < lowest.Rank() {
			lowest = g.cap
		}
	}
	return lowest
}
