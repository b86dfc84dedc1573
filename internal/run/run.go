// Package run reads a scan back out of its journal: which unit blocks count and
// in what order, what was planned and never done, and what was adjudicated. It
// touches no target, and reads a run folder while a scan is still writing it.
package run

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/sign"
)

// Run is one scan, finished or not.
type Run struct {
	Opened        journal.Opened
	Targets       []Target             // sorted; those with facts or with something missed
	Adjudications []audit.Adjudication // in order, signatures checked
	Attestations  []audit.Attestation  // the engagement's, then the journal's
	Finished      *journal.Finished    // nil while units remain
	Closed        bool
	Head          string // hash of the last block
	Blocks        int64

	reader *journal.Reader
}

// Target is what a run holds of one target.
type Target struct {
	ID     audit.Target
	Units  []journal.Header // in unit order, each unit once
	Misses []Miss
}

// Miss is something that should have been looked at and was not.
type Miss struct {
	Probe  string
	Unit   string // empty when a whole listing is concerned
	Reason string
}

// Unfinished is why every probe misses something of the estate while units
// remain.
const Unfinished = "the scan has not finished"

// Open reads the run in a folder.
func Open(dir string) (*Run, error) {
	reader, err := journal.OpenReader(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{reader: reader}
	r.Head, r.Blocks = reader.Head()
	if err := r.read(); err != nil {
		reader.Close()
		return nil, fmt.Errorf("read run: %w", err)
	}
	return r, nil
}

// Close closes the journal.
func (r *Run) Close() error { return r.reader.Close() }

// Complete reports whether everything that was planned was looked at.
func (r *Run) Complete() bool {
	if r.Finished == nil {
		return false
	}
	return !slices.ContainsFunc(r.Targets, func(t Target) bool { return len(t.Misses) > 0 })
}

// collected is what one pass over the headers gathers.
type collected struct {
	units map[audit.Target]map[string]journal.Header // by unit ID, the last block
	plans map[audit.Target]map[string]journal.Plan   // by probe, the last plan
}

func (r *Run) read() error {
	c := collected{units: map[audit.Target]map[string]journal.Header{}, plans: map[audit.Target]map[string]journal.Plan{}}
	for _, h := range r.reader.Headers() {
		if err := r.take(h, &c); err != nil {
			return err
		}
	}
	if r.Opened.Tool == "" {
		return fmt.Errorf("find what was run: the journal has no %q record", journal.KindOpened)
	}
	targets := map[audit.Target]bool{}
	for t := range c.units {
		targets[t] = true
	}
	for t := range c.plans {
		targets[t] = true
	}
	if r.Finished == nil {
		targets[audit.Estate] = true
	}
	for _, id := range slices.Sorted(maps.Keys(targets)) {
		t := assemble(id, c.units[id], c.plans[id])
		if id == audit.Estate && r.Finished == nil {
			t.Misses = append(t.Misses, r.unfinished()...)
		}
		r.Targets = append(r.Targets, t)
	}
	return nil
}

// unfinished says of every probe that its looks may not have come to an end:
// what joins the whole estate cannot conclude.
func (r *Run) unfinished() []Miss {
	var all []Miss
	for _, p := range r.Opened.Probes {
		all = append(all, Miss{Probe: p.Name, Reason: Unfinished})
	}
	return all
}

func (r *Run) take(h journal.Header, c *collected) error {
	switch h.Kind {
	case journal.KindOpened:
		err := r.reader.Record(h, &r.Opened)
		r.Attestations = r.Opened.Engagement.Attestations
		return err
	case journal.KindUnit:
		put(c.units, h.Unit.Target, h.Unit.ID, h)
	case journal.KindPlan:
		var plan journal.Plan
		if err := r.reader.Record(h, &plan); err != nil {
			return err
		}
		put(c.plans, plan.Target, plan.Probe, plan)
	case journal.KindAdjudication:
		return r.adjudication(h)
	case journal.KindAttestation:
		return r.attestation(h)
	case journal.KindFinished:
		r.Finished = &journal.Finished{}
		return r.reader.Record(h, r.Finished)
	case journal.KindClosed:
		r.Closed = true
	}
	return nil
}

func (r *Run) adjudication(h journal.Header) error {
	var a audit.Adjudication
	if err := r.reader.Record(h, &a); err != nil {
		return err
	}
	unsigned := a
	unsigned.Signature = nil
	if err := signed(unsigned, a.Key, a.Signature); err != nil {
		return fmt.Errorf("adjudication of finding %s: %w", a.Finding, err)
	}
	r.Adjudications = append(r.Adjudications, a)
	return nil
}

func (r *Run) attestation(h journal.Header) error {
	var a audit.Attestation
	if err := r.reader.Record(h, &a); err != nil {
		return err
	}
	unsigned := a
	unsigned.Signature = nil
	if err := signed(unsigned, a.Key, a.Signature); err != nil {
		return fmt.Errorf("attestation of outcome %s: %w", a.Outcome, err)
	}
	r.Attestations = append(r.Attestations, a)
	return nil
}

// signed checks that a record was signed with the key that it names. Whose key
// that is, and whether to trust it, the report leaves to its reader.
func signed(record any, key string, signature []byte) error {
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	cert, err := sign.VerifyRecord(data, signature)
	if err != nil {
		return err
	}
	if sign.Fingerprint(cert) != key {
		return errors.New("it names another key than it was signed with")
	}
	return nil
}

func put[V any](m map[audit.Target]map[string]V, t audit.Target, key string, v V) {
	if m[t] == nil {
		m[t] = map[string]V{}
	}
	m[t][key] = v
}

// assemble puts the units of a target into their order: by phase, then as the
// plan of their probe lists them, then by name. Units that a later listing
// superseded fall out.
func assemble(id audit.Target, units map[string]journal.Header, plans map[string]journal.Plan) Target {
	t := Target{ID: id}
	place := map[string]int{}
	for _, probe := range slices.Sorted(maps.Keys(plans)) {
		plan := plans[probe]
		for i, u := range plan.Units {
			place[u] = i + 1
			if _, ok := units[u]; !ok {
				t.Misses = append(t.Misses, Miss{Probe: probe, Unit: u, Reason: "planned and not done"})
			}
		}
		if !plan.Complete {
			t.Misses = append(t.Misses, Miss{Probe: probe, Reason: cmp.Or(plan.Reason, "not listed to its end")})
		}
	}
	for uid, h := range units {
		if plans[h.Unit.Probe].Complete && place[uid] == 0 {
			continue
		}
		t.Units = append(t.Units, h)
		if h.Status == journal.Failed {
			t.Misses = append(t.Misses, Miss{Probe: h.Unit.Probe, Unit: uid, Reason: h.Reason})
		}
	}
	slices.SortFunc(t.Units, func(a, b journal.Header) int {
		return cmp.Or(cmp.Compare(a.Unit.Phase, b.Unit.Phase), cmp.Compare(a.Unit.Probe, b.Unit.Probe),
			cmp.Compare(place[a.Unit.ID], place[b.Unit.ID]), cmp.Compare(a.Unit.ID, b.Unit.ID))
	})
	slices.SortFunc(t.Misses, func(a, b Miss) int {
		return cmp.Or(cmp.Compare(a.Probe, b.Probe), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Reason, b.Reason))
	})
	return t
}

// Raw is a fact as it lies in the journal. Data is valid until the next call.
type Raw struct {
	Target audit.Target
	Unit   *audit.Unit
	Kind   string
	Data   json.RawMessage
}

// Facts reads the facts of the wanted kinds, target by target in unit order.
func (r *Run) Facts(want func(kind string) bool, see func(Raw) error) error {
	for i := range r.Targets {
		if err := r.TargetFacts(&r.Targets[i], want, see); err != nil {
			return err
		}
	}
	return nil
}

// TargetFacts reads the facts of one target.
func (r *Run) TargetFacts(t *Target, want func(kind string) bool, see func(Raw) error) error {
	for i := range t.Units {
		if err := r.UnitFacts(&t.Units[i], want, see); err != nil {
			return err
		}
	}
	return nil
}

// UnitFacts reads the facts of one unit. Several goroutines may read at once.
func (r *Run) UnitFacts(h *journal.Header, want func(kind string) bool, see func(Raw) error) error {
	if !slices.ContainsFunc(h.Kinds, want) {
		return nil
	}
	err := r.reader.Facts(*h, want, func(kind string, data []byte) error {
		return see(Raw{Target: h.Unit.Target, Unit: h.Unit, Kind: kind, Data: data})
	})
	if err != nil {
		return fmt.Errorf("read facts of unit %s: %w", h.Unit.ID, err)
	}
	return nil
}

// Records reads every record of a kind, in order: contacts, say.
func (r *Run) Records(kind string, see func(json.RawMessage) error) error {
	for _, h := range r.reader.Headers() {
		if h.Kind != kind {
			continue
		}
		var raw json.RawMessage
		if err := r.reader.Record(h, &raw); err != nil {
			return err
		}
		if err := see(raw); err != nil {
			return err
		}
	}
	return nil
}

// FactKinds returns the kinds that a probe of this run emits.
func (r *Run) FactKinds(probe string) []string {
	for _, p := range r.Opened.Probes {
		if p.Name == probe {
			return p.Facts
		}
	}
	return nil
}
