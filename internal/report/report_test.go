package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/judge"
	contentfact "trustaudit/internal/probe/content/fact"
	"trustaudit/internal/report"
	"trustaudit/internal/run"
	"trustaudit/internal/scope"
	"trustaudit/internal/standard"
)

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

// open writes a journal of the records and opens it as a run.
func open(t *testing.T, e audit.Engagement, records ...any) *run.Run {
	t.Helper()
	dir := t.TempDir()
	w, err := journal.Create(dir, noon)
	if err != nil {
		t.Fatal(err)
	}
	opened := journal.Opened{Tool: "test", Started: noon(), Engagement: e, Limits: []string{"a limit"},
		Probes: []journal.ProbeText{{Name: "content"}, {Name: "table"}, {Name: "discover"}}}
	errs := []error{w.Append(journal.KindOpened, opened)}
	for _, record := range records {
		switch r := record.(type) {
		case journal.Plan:
			errs = append(errs, w.Append(journal.KindPlan, r))
		case scope.Contact:
			errs = append(errs, w.Append(journal.KindContact, r))
		case journal.Finished:
			errs = append(errs, w.Append(journal.KindFinished, r))
		default:
			t.Fatalf("a record of type %T", record)
		}
	}
	if err := errors.Join(append(errs, w.Close())...); err != nil {
		t.Fatal(err)
	}
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func edition(t *testing.T, id string) *standard.Edition {
	t.Helper()
	e, err := standard.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func checks() []*audit.Check {
	return []*audit.Check{
		{ID: "A-FILE", Title: "Files", Evidence: "pii.file", Doc: "# Files\n\n## Remedy\n\nMend them.\n\n## Limits\n\nNone.\n"},
		{ID: "B-TLS", Title: "Channels", Evidence: "tls.config", Doc: "# Channels\n"},
	}
}

// found is a failing result with one finding for each severity that is given.
func found(check *audit.Check, target audit.Target, severities ...audit.Severity) audit.Result {
	r := audit.Result{Check: check.ID, Evidence: check.Evidence, Target: target, State: audit.Fail, Coverage: audit.Coverage{Total: 1, Seen: 1}}
	for i, s := range severities {
		locator := fmt.Sprintf("%d/", i)
		r.Findings = append(r.Findings, audit.Finding{ID: audit.FindingID(check.ID, target, locator), Locator: locator, Severity: s, Count: 3})
		r.Severity = max(r.Severity, s)
	}
	return r
}

// input is a finished audit with a few findings.
func input(t *testing.T) report.Input {
	e := audit.Engagement{
		Reference: "R-1", Kind: audit.IndependentAudit, Edition: "dspt-caf-v8",
		Scope: audit.Scope{
			Stores:   []audit.Store{{Name: "letters", URL: string(share)}},
			Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/30")},
			Ports:    []audit.Port{{Number: 2575, Service: "mllp"}, {Number: 22}},
			Window:   audit.Window{From: noon(), Until: noon().Add(time.Hour)},
		},
	}
	r := open(t, e,
		scope.Contact{Event: scope.EventAttempt}, scope.Contact{Event: scope.EventEnded, Sent: 40},
		scope.Contact{Event: scope.EventAttempt}, scope.Contact{Event: scope.EventEnded, Sent: 2}, scope.Contact{Event: scope.EventRefused},
		journal.Finished{At: noon().Add(time.Minute)})
	list := checks()
	return report.Input{
		Run: r, Survey: surveyed(), Edition: edition(t, "dspt-caf-v8"), Checks: list,
		Judgement: judge.Judgement{Results: []audit.Result{
			found(list[0], share, audit.High, audit.Critical, audit.Note, audit.Low), found(list[1], "tcp://10.0.0.5:443", audit.Medium, audit.High),
		}},
	}
}

// word is the auditor's on a finding of input's first result.
func word(in report.Input, i int, v audit.Verdict) audit.Adjudication {
	a := audit.Adjudication{Finding: in.Judgement.Results[0].Findings[i].ID, Verdict: v, By: "A", Reason: "R"}
	if v == audit.Accepted {
		a.Until = "2026-03-02"
	}
	return a
}

func build(t *testing.T, in report.Input) *audit.Report {
	t.Helper()
	r, err := report.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBuild(t *testing.T) {
	r := build(t, input(t))
	got := []any{r.Kind, r.Title, r.Scope, r.Run.Contacts, r.Run.Refused, r.Run.BytesSent, r.Run.Complete, r.Run.Ended, r.ID == r.Run.Head[:16], r.Limits}
	want := []any{audit.IndependentAudit, "Statement of independent technical assessment", audit.ScopePart{
		Stores: []string{"letters (file:///srv/share)"}, Networks: []string{"10.0.0.0/30"}, Ports: []string{"2575 (mllp)", "22"},
		From: "2026-03-02T12:00:00Z", Until: "2026-03-02T13:00:00Z",
	}, int64(2), int64(1), int64(42), true, noon().Add(time.Minute), true, []string{"a limit"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if len(r.Opinions) == 0 || r.Conclusion.Words == "" {
		t.Error("there is no opinion or no conclusion")
	}
	if f := r.Findings[0]; f.Remedy != "Mend them." || len(f.Bearings) == 0 {
		t.Errorf("the worst finding has remedy %q and %d bearings", f.Remedy, len(f.Bearings))
	}
}

// Findings come worst first, what was dismissed last, and the counts follow.
func TestFindings(t *testing.T) {
	in := input(t)
	in.Run.Adjudications = []audit.Adjudication{word(in, 1, audit.Dismissed), word(in, 0, audit.Accepted), word(in, 3, audit.Confirmed)}
	r := build(t, in)
	var order []string
	for _, f := range r.Findings {
		verdict := audit.Verdict("")
		if f.Adjudication != nil {
			verdict = f.Adjudication.Verdict
		}
		order = append(order, fmt.Sprint(f.Check, " ", f.Severity, " ", verdict))
	}
	want := []string{"A-FILE high accepted", "B-TLS high ", "B-TLS medium ", "A-FILE low confirmed", "A-FILE note ", "A-FILE critical dismissed"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(audit.Counts{High: 2, Medium: 1, Low: 1, Note: 1, Dismissed: 1, Accepted: 1}, r.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// The table of checks goes by what is left of their results.
func TestChecksAfterDismissal(t *testing.T) {
	in := input(t)
	in.Judgement.Checks = []audit.CheckSummary{{ID: "A-FILE", Fail: 1, NotApplicable: 3}, {ID: "B-TLS", Fail: 1}}
	in.Run.Adjudications = []audit.Adjudication{word(in, 0, audit.Dismissed), word(in, 1, audit.Dismissed), word(in, 3, audit.Dismissed)}
	want := []audit.CheckSummary{{ID: "A-FILE", Pass: 1, NotApplicable: 3}, {ID: "B-TLS", Fail: 1}}
	for range 2 {
		if diff := cmp.Diff(want, build(t, in).Checks); diff != "" {
			t.Errorf("checks (-want +got):\n%s", diff)
		}
	}
}

// An adjudication does not cover what its finding became afterwards.
func TestFindingOutgrowsItsAdjudication(t *testing.T) {
	tests := []struct {
		name     string
		verdict  audit.Verdict
		count    int64 // when the word was said
		severity audit.Severity
		open     bool
	}{
		{"as it was", audit.Dismissed, 3, audit.Critical, false},
		{"there were more", audit.Dismissed, 9, audit.Critical, false},
		{"not told", audit.Dismissed, 0, 0, false},
		{"there are more", audit.Dismissed, 2, audit.Critical, true},
		{"it is worse", audit.Accepted, 3, audit.High, true},
		{"confirmed may grow", audit.Confirmed, 1, audit.Low, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := input(t)
			a := word(in, 1, test.verdict)
			a.Count, a.Severity = test.count, test.severity
			in.Run.Adjudications = []audit.Adjudication{word(in, 1, audit.Dismissed), a}
			r := build(t, in)
			i := slices.IndexFunc(r.Findings, func(f audit.ReportFinding) bool { return f.ID == a.Finding })
			open := r.Findings[i].Adjudication == nil
			told := strings.Contains(strings.Join(r.Warnings, "\n"), a.Finding+" was "+string(a.Verdict)+" at a count of")
			if open != test.open || told != test.open {
				t.Errorf("open %v, told %v, want %v; warnings %q", open, told, test.open, r.Warnings)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	finished := journal.Finished{At: noon()}
	plan := journal.Plan{Probe: "content", Target: share, Reason: "gone"}
	tests := []struct {
		name    string
		kind    audit.EngagementKind
		edition string
		records []any
		warns   string // "" when the words must not be there
		not     string
	}{
		{"self-assessment", audit.SelfAssessment, "dspt-caf-v8", []any{finished}, "self-assessment: nobody independent", "incomplete"},
		{"demonstration", audit.Demonstration, "dspt-caf-v8", []any{finished}, "synthetic data", "nobody independent"},
		{"audit", audit.IndependentAudit, "dspt-caf-v8", []any{finished}, "", "incomplete"},
		{"unfinished", audit.IndependentAudit, "dspt-caf-v8", nil, "The scan is incomplete", "synthetic"},
		{"a store was missed", audit.IndependentAudit, "dspt-caf-v8", []any{plan, finished}, "The scan is incomplete", "synthetic"},
		{"another edition", audit.IndependentAudit, "dspt-caf-v9", []any{finished}, "names edition dspt-caf-v8 and this report goes by dspt-caf-v9", "synthetic"},
		{"the same edition", audit.IndependentAudit, "dspt-caf-v8", []any{finished}, "", "and this report goes by"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := audit.Engagement{Kind: test.kind, Edition: "dspt-caf-v8"}
			r := build(t, report.Input{Run: open(t, e, test.records...), Survey: report.NewSurvey(), Edition: edition(t, test.edition)})
			all := strings.Join(r.Warnings, "\n")
			if !strings.Contains(all, test.warns) || strings.Contains(all, test.not) {
				t.Errorf("warnings %q: want %q and not %q", r.Warnings, test.warns, test.not)
			}
		})
	}
}

// What was missed is listed once for each reason, however many units it
// concerns; that the scan was stopped is told once.
func TestNotLookedAt(t *testing.T) {
	var undone []string
	for i := range 2000 {
		undone = append(undone, fmt.Sprintf("content/%d", i))
	}
	in := report.Input{
		Run: open(t, audit.Engagement{}, journal.Plan{Probe: "content", Target: share, Units: undone, Complete: true},
			journal.Plan{Probe: "table", Target: database, Reason: "open database: no such file"}),
		Survey: surveyed(), Edition: edition(t, "dspt-caf-v8"),
	}
	want := []audit.NotLookedAt{
		{Target: audit.Estate, Reason: run.Unfinished, Count: 1},
		{Target: share, Reason: "content: planned and not done", Count: 2000},
		{Target: share, Reason: "partial: too many members", Count: 2},
		{Target: share, Reason: "sealed: encrypted", Count: 2},
		{Target: share, Reason: "partial: read up to 1 MiB", Count: 1},
		{Target: share, Reason: "skipped: a picture", Count: 1},
		{Target: share, Reason: "unreadable: no reason given", Count: 1},
		{Target: "net:10.0.0.0/30", Reason: "not touched: fragile (10.0.0.3)", Count: 1},
		{Target: database, Reason: "table: open database: no such file", Count: 1},
	}
	for range 2 { // building changes nothing
		if diff := cmp.Diff(want, build(t, in).NotLookedAt); diff != "" {
			t.Errorf("not looked at (-want +got):\n%s", diff)
		}
	}
	if !strings.Contains(build(t, in).Conclusion.Words, "2010 things in scope") {
		t.Errorf("conclusion %q", build(t, in).Conclusion.Words)
	}
}

// The reasons that are told apart are bounded, and none goes uncounted.
func TestNotLookedAtIsBounded(t *testing.T) {
	s := report.NewSurvey()
	for i := range 3000 {
		s.See(share, contentfact.Item{Status: contentfact.Unreadable, Reason: fmt.Sprintf("odd in its own way: %d", i)})
	}
	r := build(t, report.Input{Run: open(t, audit.Engagement{}, journal.Finished{}), Survey: s, Edition: edition(t, "dspt-caf-v8")})
	var total int64
	for _, row := range r.NotLookedAt {
		total += row.Count
	}
	if len(r.NotLookedAt) > 600 || total != 3000 {
		t.Errorf("%d rows for %d of 3000 things", len(r.NotLookedAt), total)
	}
}

// Equal inputs give equal reports, whatever the order of the results.
func TestBuildIsDeterministic(t *testing.T) {
	in := input(t)
	in.Run.Adjudications = []audit.Adjudication{word(in, 1, audit.Dismissed), word(in, 0, audit.Accepted)}
	marshal := func() string {
		data, err := json.Marshal(build(t, in))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	first, random := marshal(), rand.New(rand.NewPCG(1, 2))
	for range 20 {
		in.Survey = surveyed()
		results := in.Judgement.Results
		random.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
		if diff := cmp.Diff(first, marshal()); diff != "" {
			t.Fatalf("the same run, another report:\n%s", diff)
		}
	}
}

// Only a finished scan supports an outcome.
func TestUnfinishedSupportsNothing(t *testing.T) {
	for _, finished := range []bool{true, false} {
		in := input(t)
		in.Run = open(t, in.Run.Opened.Engagement)
		if finished {
			in.Run = open(t, in.Run.Opened.Engagement, journal.Finished{At: noon()})
		}
		in.Judgement.Results = []audit.Result{{Check: "A-FILE", Evidence: "pii.file", Target: share, State: audit.StatePass, Coverage: audit.Coverage{Total: 1, Seen: 1}}}
		supported := slices.ContainsFunc(build(t, in).Opinions, func(o audit.Opinion) bool { return o.Standing == audit.Supported })
		if supported != finished {
			t.Errorf("finished %v: supported %v", finished, supported)
		}
	}
}
