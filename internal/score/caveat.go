package score

import (
	"fmt"
	"slices"

	"trustaudit/internal/audit"
)

// caveats says what a reader must know before leaning on the opinion. more is
// how many grounds are not listed.
func (s *scorer) caveats(outcome audit.Outcome, o audit.Opinion, more int) []string {
	var words []string
	say := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch outcome.Confidence {
	case audit.RowInferred:
		say("The required level is inferred, not confirmed (%s).", outcome.Source)
	case audit.RowMemory:
		say("The required level is recalled, not confirmed (%s).", outcome.Source)
	}
	if s.draft {
		say("The edition is a draft.")
	}
	words = append(words, s.unread(outcome)...)
	if accepted := s.accepted(outcome); accepted > 0 {
		say("%s accepted as a risk: still counted as failing.", plural(accepted, "finding"))
	}
	for _, level := range []struct {
		whose string
		level audit.Level
	}{{"claimed", o.Claimed}, {"assessed", o.Assessed}} {
		if level.level != "" && !slices.Contains(outcome.Levels, level.level) {
			say("The %s level, %s, is none that this outcome has.", level.whose, levelWords(level.level))
		}
	}
	if o.Proposed != "" && o.Assessed.Rank() > o.Proposed.Rank() {
		say("The assessor concludes %s, above %s, the highest level that the evidence leaves.", levelWords(o.Assessed), levelWords(o.Proposed))
	}
	if more > 0 {
		say("There are %d more grounds than are listed.", more)
	}
	return words
}

// unread says, check by check, what was left open of the evidence that bears
// on the outcome.
func (s *scorer) unread(outcome audit.Outcome) []string {
	var words []string
	for _, list := range s.bearing(outcome) {
		for i := 0; i < len(list); {
			check, targets, left := list[i].Check, 0, audit.Coverage{}
			for ; i < len(list) && list[i].Check == check; i++ {
				if list[i].Coverage.Unread > 0 || list[i].State == audit.Inconclusive {
					targets++
					left.Unread += list[i].Coverage.Unread
					left.Total += list[i].Coverage.Total
				}
			}
			if targets > 0 {
				words = append(words, fmt.Sprintf("%s left %d of %d unread on %s.", check, left.Unread, left.Total, plural(targets, "target")))
			}
		}
	}
	return words
}

// accepted counts the accepted risks among what speaks against the outcome.
func (s *scorer) accepted(outcome audit.Outcome) int {
	n := 0
	for _, list := range s.bearing(outcome) {
		for _, r := range list {
			for _, f := range r.Findings {
				if f.Severity > audit.Note && s.verdicts[f.ID].Verdict == audit.Accepted {
					n++
				}
			}
		}
	}
	return n
}

// bearing returns the results of each kind of evidence that bears on the
// outcome, each kind once, in the edition's order.
func (s *scorer) bearing(outcome audit.Outcome) [][]audit.Result {
	var kinds []audit.EvidenceKind
	var lists [][]audit.Result
	for _, b := range outcome.Bearings {
		if !slices.Contains(kinds, b.Evidence) {
			kinds = append(kinds, b.Evidence)
			lists = append(lists, s.results[b.Evidence])
		}
	}
	return lists
}

// Unmatched says which claims and attestations name an outcome that the edition
// does not have: they are not part of any opinion.
func Unmatched(edition *audit.Edition, claims []audit.Claim, attestations []audit.Attestation) []string {
	known := map[string]bool{}
	for _, o := range edition.Outcomes() {
		known[o.ID] = true
	}
	var words []string
	for _, c := range claims {
		if !known[c.Outcome] {
			words = append(words, fmt.Sprintf("The trust claims a level for %s, which edition %s does not have.", c.Outcome, edition.ID))
		}
	}
	for _, a := range attestations {
		if !known[a.Outcome] {
			words = append(words, fmt.Sprintf("The assessor concludes on %s, which edition %s does not have.", a.Outcome, edition.ID))
		}
	}
	return bound(words)
}
