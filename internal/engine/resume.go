package engine

import (
	"encoding/json"
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
)

// Done is what a journal holds of a run already. The zero Done is a new run.
type Done struct {
	Units    map[string]bool   // IDs of committed units, failed ones included
	Planned  []journal.Planned // every look that a fact has called for
	Failed   int64
	Begun    bool // what is to be looked at has been journalled
	Finished bool
}

// Resume reads what a journal holds of its run.
func Resume(r *journal.Reader) (Done, error) {
	d := Done{Units: map[string]bool{}}
	planned := journal.Planned{}.FactKind()
	for _, h := range r.Headers() {
		switch h.Kind {
		case journal.KindPlan:
			d.Begun = true
		case journal.KindFinished:
			d.Finished = true
		case journal.KindUnit:
			d.Units[h.Unit.ID] = true
			if h.Status == journal.Failed {
				d.Failed++
			}
			if !h.Has(planned) {
				continue
			}
			err := r.Facts(h, func(kind string) bool { return kind == planned }, func(_ string, data []byte) error {
				var look journal.Planned
				if err := json.Unmarshal(data, &look); err != nil {
					return fmt.Errorf("read planned look of unit %s: %w", h.Unit.ID, err)
				}
				d.Planned = append(d.Planned, look)
				return nil
			})
			if err != nil {
				return Done{}, err
			}
		}
	}
	return d, nil
}

// Kinds names the fact kinds of every probe, for the journal's first record.
func Kinds(facts []audit.Fact) []string {
	kinds := make([]string, len(facts))
	for i, f := range facts {
		kinds[i] = f.FactKind()
	}
	return kinds
}
