package score_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/score"
)

func TestLevelByRule(t *testing.T) {
	yes := func(ids ...string) (all []score.Statement) {
		for _, id := range ids {
			all = append(all, score.Statement{Indicator: id, True: true})
		}
		return all
	}
	no := func(ids ...string) (all []score.Statement) {
		for _, id := range ids {
			all = append(all, score.Statement{Indicator: id})
		}
		return all
	}
	tests := []struct {
		name       string
		statements []score.Statement
		want       audit.Level
	}{
		{"all achieved", slices.Concat(no("NA#1", "NA#2"), no("PA#1"), yes("A#1", "A#2")), audit.Achieved},
		{"one achieved is missing", slices.Concat(no("NA#1"), yes("PA#1", "PA#2", "A#1"), no("A#2")), audit.PartiallyAchieved},
		{"one partial is missing", slices.Concat(no("NA#1"), yes("PA#1"), no("PA#2", "A#1")), audit.NotAchieved},
		{"one fault outweighs all", slices.Concat(no("NA#1"), yes("NA#2", "PA#1", "A#1")), audit.NotAchieved},
		{"no partial level", slices.Concat(no("NA#1"), no("A#1")), audit.NotAchieved},
		{"nothing said", nil, audit.NotAchieved},
		{"only faults denied", no("NA#1"), audit.NotAchieved},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := score.LevelByRule(test.statements); err != nil || got != test.want {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
	for _, bad := range []string{"", "NA", "NA#0", "B#1", "A#1x"} {
		if _, err := score.LevelByRule(yes(bad)); err == nil {
			t.Errorf("%q was taken for an indicator", bad)
		}
	}
}

// edition is small: one outcome that files refute and support, and a weak seal
// caps; one that is capped at different levels; one that nothing bears on.
func edition() *audit.Edition {
	all := []audit.Level{audit.NotAchieved, audit.PartiallyAchieved, audit.Achieved}
	return &audit.Edition{
		ID: "test", Status: audit.EditionCurrent,
		Objectives: []audit.Objective{{ID: "B", Principles: []audit.Principle{{ID: "B3", Outcomes: []audit.Outcome{
			{ID: "B3.c", Title: "Stored data", Levels: all, Required: audit.PartiallyAchieved, Confidence: audit.RowConfirmed, Bearings: []audit.Bearing{
				{Indicator: "NA#2", Evidence: "file", Effect: audit.Refutes, Says: "readable"},
				{Indicator: "A#3", Evidence: "seal", Effect: audit.Caps, Cap: audit.PartiallyAchieved, Says: "weak"},
				{Indicator: "A#2", Evidence: "file", Effect: audit.Supports, Says: "clean"},
			}},
			{ID: "B4.b", Title: "Configuration", Levels: all, Required: audit.Achieved, Confidence: audit.RowInferred, Source: "S", Bearings: []audit.Bearing{
				{Indicator: "A#4", Evidence: "tls", Effect: audit.Caps, Cap: audit.PartiallyAchieved, Says: "old"},
				{Indicator: "PA#1", Evidence: "seal", Effect: audit.Caps, Cap: audit.NotAchieved, Says: "very old"},
			}},
			{ID: "B6.a", Title: "Culture", Levels: all, Required: audit.PartiallyAchieved, Confidence: audit.RowMemory, Source: "S"},
		}}}}},
	}
}

func result(check string, kind audit.EvidenceKind, target audit.Target, state audit.State) audit.Result {
	r := audit.Result{Check: check, Evidence: kind, Target: target, State: state, Coverage: audit.Coverage{Total: 4, Seen: 4}}
	switch state {
	case audit.Fail:
		r.Severity = audit.High
		r.Findings = []audit.Finding{{ID: audit.FindingID(check, target, "x/"), Locator: "x/", Severity: audit.High, Count: 3}}
	case audit.Inconclusive:
		r.Coverage = audit.Coverage{Total: 4, Seen: 3, Unread: 1}
		r.Reason = "locked"
	case audit.NotApplicable:
		r.Coverage = audit.Coverage{}
	}
	return r
}

func TestStanding(t *testing.T) {
	file := func(target audit.Target, s audit.State) audit.Result { return result("FILE-X", "file", target, s) }
	seal := func(s audit.State) audit.Result { return result("SEAL-X", "seal", "file:///a", s) }
	failed := file("file:///a", audit.Fail)
	halfRead := failed
	halfRead.Coverage = audit.Coverage{Total: 4, Seen: 2, Unread: 2}
	doubtful := file("file:///a", audit.StatePass) // says pass, although something is unread
	doubtful.Coverage = halfRead.Coverage
	tests := []struct {
		name     string
		results  []audit.Result
		standing audit.Standing
		proposed audit.Level
		grounds  int
		caveats  []string
	}{
		{"no results", nil, audit.NotAssessed, "", 0, nil},
		{"clean", []audit.Result{file("file:///a", audit.StatePass)}, audit.Supported, "", 1, nil},
		{"clean twice", []audit.Result{file("file:///a", audit.StatePass), file("file:///b", audit.StatePass)}, audit.Supported, "", 2, nil},
		{"one target unread", []audit.Result{file("file:///a", audit.StatePass), file("file:///b", audit.Inconclusive)},
			audit.NotAssessed, "", 0, []string{"FILE-X left 1 of 4 unread on 1 target."}},
		{"other evidence unread", []audit.Result{file("file:///a", audit.StatePass), seal(audit.Inconclusive)},
			audit.NotAssessed, "", 0, []string{"SEAL-X left 1 of 4 unread on 1 target."}},
		{"not applicable is neither", []audit.Result{file("file:///a", audit.StatePass), seal(audit.NotApplicable)}, audit.Supported, "", 1, nil},
		{"only what cannot support is clean", []audit.Result{seal(audit.StatePass)}, audit.NotAssessed, "", 0, nil},
		{"capped", []audit.Result{file("file:///a", audit.StatePass), seal(audit.Fail)}, audit.Capped, audit.PartiallyAchieved, 1, nil},
		{"refuted", []audit.Result{failed}, audit.Refuted, audit.NotAchieved, 1, nil},
		{"refuted outweighs capped", []audit.Result{seal(audit.Fail), failed}, audit.Refuted, audit.NotAchieved, 2, nil},
		{"one clean target helps nothing", []audit.Result{failed, file("file:///b", audit.StatePass)}, audit.Refuted, audit.NotAchieved, 1, nil},
		{"a pass that left something", []audit.Result{doubtful}, audit.NotAssessed, "", 0, []string{"FILE-X left 2 of 4 unread on 1 target."}},
		{"refuted and half read", []audit.Result{halfRead}, audit.Refuted, audit.NotAchieved, 1, []string{"FILE-X left 2 of 4 unread on 1 target."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := score.Opinions(score.Input{Edition: edition(), Results: test.results})[0]
			got := []any{o.Standing, o.Proposed, len(o.Because), o.Caveats}
			if diff := cmp.Diff([]any{test.standing, test.proposed, test.grounds, test.caveats}, got); diff != "" {
				t.Errorf("opinion (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpinion(t *testing.T) {
	in := score.Input{
		Edition: edition(),
		Results: []audit.Result{
			result("TLS-X", "tls", "tcp://10.0.0.5:443", audit.Fail), result("SEAL-X", "seal", "file:///a", audit.Fail),
		},
		Claims:       []audit.Claim{{Outcome: "B4.b", Level: audit.Achieved}},
		Attestations: []audit.Attestation{{Outcome: "B4.b", Level: audit.PartiallyAchieved, By: "A. Assessor", Reason: "Seen the plan."}},
		Adjudications: []audit.Adjudication{
			{Finding: audit.FindingID("SEAL-X", "file:///a", "x/"), Verdict: audit.Accepted, Until: "2026-12-31"},
		},
		At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	}
	want := audit.Opinion{
		Outcome: "B4.b", Title: "Configuration", Objective: "B", Principle: "B3",
		Required: audit.Achieved, Confidence: audit.RowInferred, Claimed: audit.Achieved,
		Standing: audit.Capped, Proposed: audit.NotAchieved,
		Assessed: audit.PartiallyAchieved, Assessor: "A. Assessor", Reason: "Seen the plan.",
		Because: []audit.Because{
			{Check: "SEAL-X", Target: "file:///a", State: audit.Fail, Indicator: "PA#1", Effect: audit.Caps, Says: "very old"},
			{Check: "TLS-X", Target: "tcp://10.0.0.5:443", State: audit.Fail, Indicator: "A#4", Effect: audit.Caps, Says: "old"},
		},
		Caveats: []string{
			"The required level is inferred, not confirmed (S).",
			"1 finding accepted as a risk: still counted as failing.",
			"The assessor concludes partially achieved, above not achieved, the highest level that the evidence leaves.",
		},
	}
	if diff := cmp.Diff(want, score.Opinions(in)[1]); diff != "" {
		t.Errorf("opinion (-want +got):\n%s", diff)
	}
}

func TestCaveats(t *testing.T) {
	e := edition()
	e.Status = audit.EditionDraft
	e.Objectives[0].Principles[0].Outcomes[2].Levels = []audit.Level{audit.NotAchieved, audit.Achieved}
	in := score.Input{Edition: e, Claims: []audit.Claim{{Outcome: "B6.a", Level: audit.PartiallyAchieved}}}
	for i := range 30 {
		in.Results = append(in.Results, result("FILE-X", "file", audit.Target(fmt.Sprintf("file:///%02d", i)), audit.Fail))
	}
	all := score.Opinions(in)
	if got := all[0]; len(got.Because) != 20 || !slices.Contains(got.Caveats, "There are 10 more grounds than are listed.") {
		t.Errorf("got %d grounds, caveats %q", len(got.Because), got.Caveats)
	}
	want := []string{"The required level is recalled, not confirmed (S).", "The edition is a draft.",
		"The claimed level, partially achieved, is none that this outcome has."}
	if diff := cmp.Diff(want, all[2].Caveats); diff != "" {
		t.Errorf("caveats (-want +got):\n%s", diff)
	}
}

// A scan that was stopped supports nothing, for what it did not come to has left
// no result; what it found stands.
func TestUnfinished(t *testing.T) {
	pass := []audit.Result{result("FILE-X", "file", "file:///a", audit.StatePass)}
	o := score.Opinions(score.Input{Edition: edition(), Results: pass, Unfinished: true})[0]
	if o.Standing != audit.NotAssessed || len(o.Because) != 0 || !strings.Contains(strings.Join(o.Caveats, ""), "has not finished") {
		t.Errorf("an unfinished scan: %s because of %v, caveats %q", o.Standing, o.Because, o.Caveats)
	}
	failed := append(pass, result("FILE-X", "file", "file:///b", audit.Fail))
	if o := score.Opinions(score.Input{Edition: edition(), Results: failed, Unfinished: true})[0]; o.Standing != audit.Refuted {
		t.Errorf("an unfinished scan with a finding: %s", o.Standing)
	}
}

func TestUnmatched(t *testing.T) {
	got := score.Unmatched(edition(), []audit.Claim{{Outcome: "B3.c"}, {Outcome: "Z9.z"}}, []audit.Attestation{{Outcome: "Y1.a"}})
	want := []string{"The trust claims a level for Z9.z, which edition test does not have.", "The assessor concludes on Y1.a, which edition test does not have."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestAdjudicate(t *testing.T) {
	at := time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)
	high := audit.Finding{ID: "a", Locator: "a/", Severity: audit.High, Count: 1}
	low := audit.Finding{ID: "b", Locator: "b/", Severity: audit.Low, Count: 1}
	note := audit.Finding{ID: "n", Locator: "n/", Severity: audit.Note, Count: 1}
	base := func(unread, more int64, findings ...audit.Finding) audit.Result {
		return audit.Result{Check: "X-Y", State: audit.Fail, Severity: audit.High, Findings: findings, MoreFindings: more,
			Reason: map[bool]string{true: "locked"}[unread > 0], Coverage: audit.Coverage{Total: 5, Seen: 5 - unread, Unread: unread}}
	}
	say := func(id string, v audit.Verdict) audit.Adjudication {
		return audit.Adjudication{Finding: id, Verdict: v}
	}
	until := func(id, day string) audit.Adjudication {
		return audit.Adjudication{Finding: id, Verdict: audit.Accepted, Until: day}
	}
	tests := []struct {
		name     string
		result   audit.Result
		words    []audit.Adjudication
		state    audit.State
		severity audit.Severity
		kept     int
		remark   string
	}{
		{"nothing said", base(0, 0, high, low), nil, audit.Fail, audit.High, 2, ""},
		{"another fails still", base(0, 0, high, low), []audit.Adjudication{say("a", audit.Dismissed)}, audit.Fail, audit.Low, 1, "1 finding dismissed"},
		{"all dismissed, all read", base(0, 0, high, low), []audit.Adjudication{say("a", audit.Dismissed), say("b", audit.Dismissed)}, audit.StatePass, 0, 0, "2 findings dismissed"},
		{"all dismissed, some unread", base(1, 0, high), []audit.Adjudication{say("a", audit.Dismissed)}, audit.Inconclusive, 0, 0, ""},
		{"a note is left", base(0, 0, high, note), []audit.Adjudication{say("a", audit.Dismissed)}, audit.StatePass, audit.Note, 1, ""},
		{"more than are listed", base(0, 7, high), []audit.Adjudication{say("a", audit.Dismissed)}, audit.Fail, audit.High, 0, ""},
		{"only notes are not listed", base(0, 7, high, note), []audit.Adjudication{say("a", audit.Dismissed)}, audit.StatePass, audit.Note, 1, ""},
		{"the last word wins", base(0, 0, high), []audit.Adjudication{say("a", audit.Dismissed), say("a", audit.Confirmed)}, audit.Fail, audit.High, 1, ""},
		{"accepted fails still", base(0, 0, high), []audit.Adjudication{until("a", "2026-11-21")}, audit.Fail, audit.High, 1, "1 finding accepted"},
		{"acceptance over", base(0, 0, high), []audit.Adjudication{until("a", "2026-11-20")}, audit.Fail, audit.High, 1, "accepted until 2026-11-20: the finding is open again"},
		{"acceptance without a day", base(0, 0, high), []audit.Adjudication{until("a", "soon")}, audit.Fail, audit.High, 1, "not a day"},
		{"acceptance without an end", base(0, 0, high), []audit.Adjudication{until("a", "")}, audit.Fail, audit.High, 1, "without a last day"},
		{"unknown verdict", base(0, 0, high), []audit.Adjudication{say("a", "maybe")}, audit.Fail, audit.High, 1, "no verdict that is known"},
		{"unknown finding", base(0, 0, high), []audit.Adjudication{say("z", audit.Dismissed)}, audit.Fail, audit.High, 1, "matches no listed finding"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			given := []audit.Result{test.result}
			before, err := json.Marshal(given)
			if err != nil {
				t.Fatal(err)
			}
			got, words := score.Adjudicate(given, test.words, at)
			r := got[0]
			if diff := cmp.Diff([]any{test.state, test.severity, test.kept}, []any{r.State, r.Severity, len(r.Findings)}); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if all := strings.Join(words, "\n"); !strings.Contains(all, test.remark) || test.words == nil && all != "" {
				t.Errorf("words %q, want %q in them", words, test.remark)
			}
			if after, err := json.Marshal(given); err != nil || string(after) != string(before) {
				t.Errorf("the given results were changed: %s", after)
			}
		})
	}
}

// rise orders standings from worst to best.
func rise(s audit.Standing) int {
	return slices.Index([]audit.Standing{audit.Refuted, audit.Capped, audit.NotAssessed, audit.Supported}, s)
}

// randomResults makes results of a few checks on a few targets.
func randomResults(random *rand.Rand) []audit.Result {
	kinds := []audit.EvidenceKind{"file", "seal", "tls", "other"}
	states := []audit.State{audit.Fail, audit.Inconclusive, audit.StatePass, audit.StatePass, audit.StatePass, audit.NotApplicable}
	var results []audit.Result
	for range random.IntN(7) {
		kind := kinds[random.IntN(len(kinds))]
		target := audit.Target(fmt.Sprintf("file:///%d", random.IntN(50)))
		r := result(strings.ToUpper(string(kind))+"-X", kind, target, states[random.IntN(len(states))])
		if r.State == audit.Fail && random.IntN(3) == 0 {
			r.Coverage.Unread = 1
		}
		if !slices.ContainsFunc(results, func(o audit.Result) bool { return o.Check == r.Check && o.Target == r.Target }) {
			results = append(results, r)
		}
	}
	return results
}

// TestLaws holds for random results: their order does not show; a failing
// result more never raises a standing or a proposed level; to dismiss a finding
// never lowers one.
func TestLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	opinions := func(results []audit.Result) []audit.Opinion {
		return score.Opinions(score.Input{Edition: edition(), Results: results})
	}
	limit := func(l audit.Level) int { // an empty proposal limits nothing
		if l == "" {
			return audit.Achieved.Rank() + 1
		}
		return l.Rank()
	}
	lower := func(a, b []audit.Opinion) bool { // any opinion of b below that of a
		return slices.ContainsFunc(b, func(o audit.Opinion) bool {
			i := slices.IndexFunc(a, func(p audit.Opinion) bool { return p.Outcome == o.Outcome })
			return rise(o.Standing) < rise(a[i].Standing) || limit(o.Proposed) < limit(a[i].Proposed)
		})
	}
	seen := map[audit.Standing]int{}
	for range 3000 {
		results := randomResults(random)
		before := opinions(results)
		for _, o := range before {
			seen[o.Standing]++
		}
		shuffled := slices.Clone(results)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(before, opinions(shuffled)); diff != "" {
			t.Fatalf("the order of results shows:\n%s", diff)
		}
		kind := []audit.EvidenceKind{"file", "seal", "tls"}[random.IntN(3)]
		worse := append(slices.Clone(results), result(strings.ToUpper(string(kind))+"-X", kind, "file:///new", audit.Fail))
		if lower(opinions(worse), before) {
			t.Fatalf("a failing result of kind %s raised an opinion on %v", kind, results)
		}
		var dismissals []audit.Adjudication
		for _, r := range worse {
			for _, f := range r.Findings {
				if random.IntN(2) == 0 {
					dismissals = append(dismissals, audit.Adjudication{Finding: f.ID, Verdict: audit.Dismissed})
				}
			}
		}
		better, _ := score.Adjudicate(worse, dismissals, time.Time{})
		if lower(opinions(worse), opinions(better)) {
			t.Fatalf("dismissing %v lowered an opinion on %v", dismissals, worse)
		}
	}
	if len(seen) != 4 {
		t.Errorf("not every standing was met: %v", seen)
	}
}

func TestConclude(t *testing.T) {
	finding := func(check, locator string, s audit.Severity, a *audit.Adjudication) audit.ReportFinding {
		return audit.ReportFinding{Check: check, Target: "file:///srv/share", Title: "Title of " + check, Adjudication: a,
			Remedy: "Mend " + check + "\nnow.\n\nMore words.", Finding: audit.Finding{Locator: locator, Severity: s}}
	}
	opinions := []audit.Opinion{
		{Standing: audit.Refuted, Proposed: audit.NotAchieved, Required: audit.PartiallyAchieved},
		{Standing: audit.Refuted, Proposed: audit.NotAchieved, Required: audit.NotAchieved},
		{Standing: audit.Capped, Proposed: audit.PartiallyAchieved, Required: audit.PartiallyAchieved},
		{Standing: audit.Supported}, {Standing: audit.NotAssessed}, {Standing: audit.NotAssessed},
	}
	run := audit.RunPart{Complete: true, Ended: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	bad := &audit.Report{
		Run: run, Opinions: opinions, Counts: audit.Counts{Critical: 1, High: 2, Low: 1, Note: 9, Dismissed: 4, Accepted: 1},
		NotLookedAt: []audit.NotLookedAt{{Count: 3}, {}},
		Findings: []audit.ReportFinding{
			finding("A-A", "x/", audit.Critical, nil),
			finding("B-B", ".", audit.High, &audit.Adjudication{Verdict: audit.Accepted, Until: "2026-11-20"}),
			finding("C-C", "y/", audit.High, &audit.Adjudication{Verdict: audit.Accepted, Until: "2026-11-21"}),
			finding("A-A", "z/", audit.Low, nil),
			finding("D-D", "n/", audit.Note, nil),
			finding("E-E", "d/", audit.Critical, &audit.Adjudication{Verdict: audit.Dismissed}),
		},
	}
	many := &audit.Report{Run: run}
	for i := range 9 {
		many.Findings = append(many.Findings, finding(fmt.Sprintf("A-%d", i), "x/", audit.High, nil))
	}
	tests := []struct {
		name   string
		report *audit.Report
		want   audit.Conclusion
	}{
		{"bad", bad, audit.Conclusion{
			Words: "The evidence holds 1 of 6 outcomes below the required level; 1 critical, 2 high and 1 low findings are open, 1 of them accepted as a risk; " +
				"1 outcome is supported by the scan and 2 could not be assessed by it; not looked at: 4 things in scope.",
			Below: 1, Supported: 1, Untested: 2,
			Actions: []string{
				"Mend A-A now. (A-A: x/ and 1 more place)", "Mend B-B now. (B-B: file:///srv/share)",
				"Look at what this scan left out, by another scan or by other means: it is listed with its reasons.",
			},
		}},
		{"good", &audit.Report{Run: run, Opinions: opinions[3:]}, audit.Conclusion{
			Words: "The evidence holds no outcome below the required level, which does not prove that the standard is met; no finding is open; " +
				"1 outcome is supported by the scan and 2 could not be assessed by it.",
			Supported: 1, Untested: 2,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, score.Conclude(test.report)); diff != "" {
				t.Errorf("conclusion (-want +got):\n%s", diff)
			}
		})
	}
	if got := score.Conclude(many); len(got.Actions) != 5 {
		t.Errorf("got %d actions, want 5", len(got.Actions))
	}
}
