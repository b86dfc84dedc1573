package judge_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/judge"
	"trustaudit/internal/run"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// spot is a toy fact.
type spot struct {
	Place string `json:"place"`
	Bad   bool   `json:"bad"`
}

func (spot) FactKind() string { return "toy.spot/1" }

// look is a fact that nobody needs; it must not even be decoded.
type look struct{}

func (look) FactKind() string { return "toy.look/1" }

// spots finds the bad spots, in the order in which it saw them.
type spots struct {
	pass *audit.Pass
	seen *[]string
}

func (f spots) See(fact audit.Fact) {
	s := fact.(spot)
	*f.seen = append(*f.seen, string(f.pass.Origin)+" "+s.Place)
	f.pass.Seen(1)
	if s.Bad {
		f.pass.Found(s.Place, 0, audit.Evidence{Locator: s.Place})
	}
}

func (spots) End() {}

func check(id string, reach audit.Reach, seen *[]string) *audit.Check {
	return &audit.Check{
		ID: id, Reach: reach, Severity: audit.High, Needs: []string{spot{}.FactKind()},
		Judge: func(p *audit.Pass) audit.Fold { return spots{p, seen} },
	}
}

// unit is one unit of a journal that a test writes.
type unit struct {
	id     string
	target audit.Target
	status string
	facts  []audit.Fact
}

// underWay is the reason of a plan whose scan has not finished.
const underWay = "not looked at to its end"

// write writes a journal and opens it as a run: a finished one, unless a plan
// is under way.
func write(t *testing.T, units []unit, plans ...journal.Plan) *run.Run {
	t.Helper()
	dir := t.TempDir()
	w, err := journal.Create(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	errs := []error{w.Append(journal.KindOpened, journal.Opened{Tool: "test", Probes: []journal.ProbeText{{Name: "toy", Facts: []string{spot{}.FactKind()}}}})}
	for _, u := range units {
		b := w.Begin(audit.Unit{ID: u.id, Probe: "toy", Target: u.target, Phase: audit.Observe})
		for _, f := range u.facts {
			errs = append(errs, b.Add(f))
		}
		reason := ""
		if u.status == journal.Failed {
			reason = "it would not answer"
		}
		errs = append(errs, b.Commit(u.status, reason))
	}
	for _, p := range plans {
		errs = append(errs, w.Append(journal.KindPlan, p))
	}
	if !slices.ContainsFunc(plans, func(p journal.Plan) bool { return p.Reason == underWay }) {
		errs = append(errs, w.Append(journal.KindFinished, journal.Finished{}))
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

func decoder(t *testing.T) *audit.Decoder {
	t.Helper()
	d, err := audit.NewDecoder(spot{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestJudge(t *testing.T) {
	good := []audit.Fact{spot{Place: "a"}, look{}}
	tests := []struct {
		name  string
		units []unit
		plans []journal.Plan
		want  map[string]audit.State // by check and target
	}{
		{"clean", []unit{{"toy/1", "file:///s", journal.Done, good}}, nil,
			map[string]audit.State{"TARGET file:///s": audit.StatePass, "ESTATE estate:": audit.StatePass}},
		{"bad", []unit{{"toy/1", "file:///s", journal.Done, []audit.Fact{spot{"b", true}}}, {"toy/2", "file:///t", journal.Done, good}}, nil,
			map[string]audit.State{"TARGET file:///s": audit.Fail, "TARGET file:///t": audit.StatePass, "ESTATE estate:": audit.Fail}},
		{"a failed unit is not clean", []unit{{"toy/1", "file:///s", journal.Done, good}, {"toy/2", "file:///s", journal.Failed, nil}}, nil,
			map[string]audit.State{"TARGET file:///s": audit.Inconclusive, "ESTATE estate:": audit.Inconclusive}},
		{"a store that could not be listed is not clean", nil, []journal.Plan{{Probe: "toy", Target: "file:///s", Reason: "no such folder"}},
			map[string]audit.State{"TARGET file:///s": audit.Inconclusive, "ESTATE estate:": audit.Inconclusive}},
		{"a planned unit that was never done is not clean", []unit{{"toy/1", "file:///s", journal.Done, good}},
			[]journal.Plan{{Probe: "toy", Target: "file:///s", Units: []string{"toy/1", "toy/2"}, Complete: true}},
			map[string]audit.State{"TARGET file:///s": audit.Inconclusive, "ESTATE estate:": audit.Inconclusive}},
		{"a scan that was stopped is not clean", []unit{{"toy/1", "file:///s", journal.Done, good}},
			[]journal.Plan{{Probe: "toy", Target: "file:///s", Reason: underWay}, {Probe: "toy", Target: "file:///t", Reason: underWay}},
			map[string]audit.State{"TARGET file:///s": audit.Inconclusive, "TARGET file:///t": audit.Inconclusive, "ESTATE estate:": audit.Inconclusive}},
		{"nothing seen is not applicable", []unit{{"toy/1", "file:///s", journal.Done, []audit.Fact{look{}}}}, nil, map[string]audit.State{}},
		{"what a later listing superseded does not count", []unit{{"toy/1", "file:///s", journal.Done, []audit.Fact{spot{"gone", true}}}, {"toy/2", "file:///s", journal.Done, good}},
			[]journal.Plan{{Probe: "toy", Target: "file:///s", Units: []string{"toy/2"}, Complete: true}},
			map[string]audit.State{"TARGET file:///s": audit.StatePass, "ESTATE estate:": audit.StatePass}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var seen []string
			checks := []*audit.Check{check("TARGET", audit.ReachTarget, &seen), check("ESTATE", audit.ReachEstate, &seen)}
			j, err := judge.Judge(write(t, test.units, test.plans...), judge.Config{Checks: checks, Decoder: decoder(t)})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]audit.State{}
			for _, r := range j.Results {
				got[r.Check+" "+string(r.Target)] = r.State
				if r.State == audit.Inconclusive && r.Reason == "" {
					t.Errorf("%s on %s is inconclusive without a reason", r.Check, r.Target)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
		})
	}
}

// Facts come in the order of the plan whatever the order of the blocks, large
// units and small, and the watcher sees each once.
func TestOrder(t *testing.T) {
	var units []unit
	plan := journal.Plan{Probe: "toy", Target: "file:///s", Complete: true}
	var want []string
	for i := range 60 {
		u := unit{id: fmt.Sprintf("toy/%02x", (i*37)%60), target: "file:///s", status: journal.Done}
		n := 5
		if i%20 == 7 {
			n = 5000 // decoded in its turn rather than ahead
		}
		for k := range n {
			u.facts = append(u.facts, spot{Place: fmt.Sprintf("%s-%d", u.id, k)})
			want = append(want, fmt.Sprintf("file:///s %s-%d", u.id, k))
		}
		plan.Units = append(plan.Units, u.id)
		units = append(units, u)
	}
	slices.Reverse(units)
	var seen []string
	watched := 0
	_, err := judge.Judge(write(t, units, plan), judge.Config{
		Checks: []*audit.Check{check("TARGET", audit.ReachTarget, &seen)}, Decoder: decoder(t),
		Watch: func(audit.Target, audit.Fact) { watched++ }, Watched: []string{spot{}.FactKind()},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(want, seen) {
		t.Errorf("%d facts came in another order than that of the plan's %d", len(seen), len(want))
	}
	if watched != len(want) {
		t.Errorf("the watcher saw %d facts of %d", watched, len(want))
	}
}

// A fact that cannot be decoded ends the judging with an error, and no
// goroutine stays behind.
func TestUndecodable(t *testing.T) {
	var units []unit
	for i := range 50 {
		units = append(units, unit{fmt.Sprintf("toy/%d", i), "file:///s", journal.Done, []audit.Fact{spot{}}})
	}
	empty, err := audit.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	if _, err := judge.Judge(write(t, units), judge.Config{Checks: []*audit.Check{check("TARGET", audit.ReachTarget, &seen)}, Decoder: empty}); err == nil {
		t.Error("an unknown kind of fact was passed over")
	}
}
