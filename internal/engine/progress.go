package engine

import (
	"sync/atomic"

	"trustaudit/internal/audit"
)

// progress counts, and tells whoever asked.
type progress struct {
	report func(Progress)
	phase  func() audit.Phase
	units  atomic.Int64
	total  atomic.Int64
	items  atomic.Int64
	seen   atomic.Int64
}

func (p *progress) planned(n int64) { p.total.Add(n) }
func (p *progress) unit()           { p.units.Add(1); p.tell() }
func (p *progress) item()           { p.items.Add(1) }
func (p *progress) facts(n int64)   { p.seen.Add(n) }

func (p *progress) tell() {
	if p.report == nil {
		return
	}
	p.report(Progress{
		Phase: p.phase(),
		Units: p.units.Load(), Total: p.total.Load(),
		Items: p.items.Load(), Facts: p.seen.Load(),
	})
}
