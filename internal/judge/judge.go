// Package judge holds the checks against what a run saw. It decodes each fact
// once and feeds it to every check that needs it, target by target in unit
// order, so that memory depends on the number of checks and not of facts, and
// the same journal always yields the same results.
package judge

import (
	"cmp"
	"fmt"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/run"
)

// Config says what to judge with.
type Config struct {
	Checks  []*audit.Check
	Decoder *audit.Decoder
	Options audit.Options
	// Watch is shown every fact of the kinds in Watched, in the same one pass.
	Watch   func(audit.Target, audit.Fact)
	Watched []string
}

// Judgement is what the checks conclude of a run.
type Judgement struct {
	Results []audit.Result // by check, then target; without not-applicable ones
	Checks  []audit.CheckSummary
}

// Judge runs every check over the run.
func Judge(r *run.Run, c Config) (Judgement, error) {
	j := &judging{Config: c, run: r, estate: map[string]*feed{}, counts: map[string]*audit.CheckSummary{}}
	j.prepare()
	for i := range r.Targets {
		if err := j.target(&r.Targets[i]); err != nil {
			return Judgement{}, err
		}
	}
	for _, check := range c.Checks {
		if f := j.estate[check.ID]; f != nil {
			j.conclude(f)
		}
	}
	slices.SortFunc(j.results, func(a, b audit.Result) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Target, b.Target))
	})
	out := Judgement{Results: j.results}
	for _, check := range c.Checks {
		out.Checks = append(out.Checks, *j.counts[check.ID])
	}
	return out, nil
}

// feed is one check at work on one target.
type feed struct {
	pass *audit.Pass
	fold audit.Fold
}

type judging struct {
	Config
	run     *run.Run
	needed  map[string][]*audit.Check // by fact kind, target reach
	joined  map[string][]*audit.Check // by fact kind, estate reach
	watched map[string]bool
	estate  map[string]*feed // by check ID
	counts  map[string]*audit.CheckSummary
	results []audit.Result
}

func (j *judging) prepare() {
	j.needed, j.joined = map[string][]*audit.Check{}, map[string][]*audit.Check{}
	for _, check := range j.Checks {
		j.counts[check.ID] = &audit.CheckSummary{ID: check.ID, Title: check.Title, Evidence: check.Evidence, Reach: check.Reach}
		index := j.needed
		if check.Reach == audit.ReachEstate {
			index = j.joined
			j.estate[check.ID] = j.feed(check, audit.Estate)
		}
		for _, kind := range check.Needs {
			index[kind] = append(index[kind], check)
		}
	}
	j.watched = map[string]bool{}
	for _, kind := range j.Watched {
		j.watched[kind] = true
	}
}

func (j *judging) feed(check *audit.Check, target audit.Target) *feed {
	pass := audit.NewPass(check, target, j.Options)
	return &feed{pass: pass, fold: check.Judge(pass)}
}

// target feeds the facts of one target to its checks and to those that join
// the estate, and tells both what was missed.
func (j *judging) target(t *run.Target) error {
	feeds := map[string]*feed{}
	at := func(check *audit.Check) *feed {
		f := feeds[check.ID]
		if f == nil {
			f = j.feed(check, t.ID)
			feeds[check.ID] = f
		}
		return f
	}
	err := j.decode(t, func(fact audit.Fact) {
		kind := fact.FactKind()
		for _, check := range j.needed[kind] {
			at(check).see(t.ID, fact)
		}
		for _, check := range j.joined[kind] {
			j.estate[check.ID].see(t.ID, fact)
		}
		if j.watched[kind] {
			j.Watch(t.ID, fact)
		}
	})
	if err != nil {
		return fmt.Errorf("judge %s: %w", t.ID, err)
	}
	j.missed(t, at)
	for _, check := range j.Checks {
		if f := feeds[check.ID]; f != nil {
			j.conclude(f)
		}
	}
	return nil
}

func (f *feed) see(origin audit.Target, fact audit.Fact) {
	f.pass.Origin = origin
	f.fold.See(fact)
}

func (j *judging) wants(kind string) bool {
	return len(j.needed[kind]) > 0 || len(j.joined[kind]) > 0 || j.watched[kind]
}

// missed tells every check that needs what a probe would have seen that the
// probe did not look: silence is never a pass.
func (j *judging) missed(t *run.Target, at func(*audit.Check) *feed) {
	for _, miss := range t.Misses {
		told := map[string]bool{}
		for _, kind := range j.run.FactKinds(miss.Probe) {
			concerned := j.joined[kind]
			if t.ID != audit.Estate {
				concerned = slices.Concat(j.needed[kind], concerned)
			}
			for _, check := range concerned {
				if told[check.ID] {
					continue
				}
				told[check.ID] = true
				f := j.estate[check.ID]
				if f == nil {
					f = at(check)
				}
				f.pass.Unread(1, miss.Probe+": "+miss.Reason)
			}
		}
	}
}

func (j *judging) conclude(f *feed) {
	f.fold.End()
	result := f.pass.Result()
	j.counts[result.Check].Count(result.State, 1)
	if result.State == audit.NotApplicable {
		return
	}
	j.results = append(j.results, result)
}
