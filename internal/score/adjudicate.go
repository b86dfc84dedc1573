package score

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"trustaudit/internal/audit"
)

// maxWords bounds a list of remarks.
const maxWords = 20

// InForce returns, by finding, the adjudications that hold at a time, and says
// which no longer do. The last one on a finding wins. A risk is accepted up to
// and including its last day; afterwards the finding is open again.
func InForce(adjudications []audit.Adjudication, at time.Time) (map[string]audit.Adjudication, []string) {
	last := map[string]audit.Adjudication{}
	for _, a := range adjudications {
		last[a.Finding] = a
	}
	var words []string
	for _, id := range slices.Sorted(maps.Keys(last)) {
		a := last[id]
		switch a.Verdict {
		case audit.Confirmed, audit.Dismissed:
			continue
		case audit.Accepted:
			ended, word := lapsed(a, at)
			if word != "" {
				words = append(words, word)
			}
			if !ended {
				continue
			}
		default:
			words = append(words, fmt.Sprintf("The adjudication of finding %s has no verdict that is known (%q): the finding is open.", id, a.Verdict))
		}
		delete(last, id)
	}
	return last, bound(words)
}

// lapsed says whether the acceptance of a risk has ended, and what there is to
// remark on it.
func lapsed(a audit.Adjudication, at time.Time) (ended bool, word string) {
	if a.Until == "" {
		return false, fmt.Sprintf("The risk of finding %s is accepted without a last day.", a.Finding)
	}
	until, err := time.Parse(time.DateOnly, a.Until)
	switch {
	case err != nil:
		return true, fmt.Sprintf("The risk of finding %s is accepted until %q, which is not a day: the finding is open.", a.Finding, a.Until)
	case !at.UTC().Before(until.AddDate(0, 0, 1)):
		return true, fmt.Sprintf("The risk of finding %s was accepted until %s: the finding is open again.", a.Finding, a.Until)
	}
	return false, ""
}

// Outgrown returns the adjudications without those whose finding has become
// worse since: who dismissed three files has not spoken of three hundred. It
// says which. A confirmed finding may grow.
func Outgrown(results []audit.Result, adjudications []audit.Adjudication) ([]audit.Adjudication, []string) {
	last := map[string]audit.Adjudication{}
	for _, a := range adjudications {
		last[a.Finding] = a
	}
	grown := map[string]bool{}
	var words []string
	for _, r := range results {
		for _, f := range r.Findings {
			a := last[f.ID]
			if a.Count == 0 || a.Verdict == audit.Confirmed || f.Count <= a.Count && f.Severity <= a.Severity {
				continue
			}
			grown[f.ID] = true
			words = append(words, fmt.Sprintf("Finding %s was %s at a count of %d (%s) and now has %d (%s): it is open again.",
				f.ID, a.Verdict, a.Count, a.Severity, f.Count, f.Severity))
		}
	}
	slices.Sort(words)
	held := slices.DeleteFunc(slices.Clone(adjudications), func(a audit.Adjudication) bool { return grown[a.Finding] })
	return held, bound(words)
}

// Adjudicate applies the auditor's word to the results: dismissed findings drop
// out and the state follows by the rule that made it. Accepted risks stay what
// they are, failing evidence. What was done, and what could not be, is said in
// words. The given results are left as they are.
func Adjudicate(results []audit.Result, adjudications []audit.Adjudication, at time.Time) ([]audit.Result, []string) {
	verdicts, words := InForce(adjudications, at)
	out := slices.Clone(results)
	known := map[string]bool{}
	var dismissed, accepted int
	for i := range out {
		kept := make([]audit.Finding, 0, len(out[i].Findings))
		for _, f := range out[i].Findings {
			known[f.ID] = true
			switch verdicts[f.ID].Verdict {
			case audit.Dismissed:
				dismissed++
				continue
			case audit.Accepted:
				accepted++
			}
			kept = append(kept, f)
		}
		if len(kept) < len(out[i].Findings) {
			out[i] = without(out[i], kept)
		}
	}
	if dismissed > 0 {
		words = append(words, plural(dismissed, "finding")+" dismissed by the auditor: no longer counted.")
	}
	if accepted > 0 {
		words = append(words, plural(accepted, "finding")+" accepted as a risk by the trust: still counted as failing.")
	}
	for _, id := range slices.Sorted(maps.Keys(verdicts)) {
		if !known[id] {
			words = append(words, fmt.Sprintf("The adjudication of finding %s matches no listed finding of this run.", id))
		}
	}
	return out, bound(words)
}

// without is r with only the kept findings. Findings beyond the list cannot be
// dismissed: they are taken to be as bad as the last that is listed.
func without(r audit.Result, kept []audit.Finding) audit.Result {
	worst := audit.Severity(0)
	if r.MoreFindings > 0 {
		worst = r.Findings[len(r.Findings)-1].Severity
	}
	for _, f := range kept {
		worst = max(worst, f.Severity)
	}
	r.Findings, r.Severity = kept, worst
	if len(kept) == 0 {
		r.Findings = nil
	}
	r.State = audit.StateOf(worst, r.Coverage)
	return r
}

func bound(words []string) []string {
	if len(words) <= maxWords {
		return words
	}
	return append(words[:maxWords:maxWords], fmt.Sprintf("There are %d more remarks of this kind.", len(words)-maxWords))
}
