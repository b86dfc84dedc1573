// Package engine runs an engagement: it turns the scope into targets and
// units, hands the units to probes, plans further units from the facts, and
// commits each unit to the journal as a whole or not at all. It knows no
// particular probe or source.
//
// The phases discover, observe and follow up order a run and are no barriers: see
// queue. Interrupted at any moment, it goes on where it stopped: what the journal
// holds is done, and the same material makes the same units again.
package engine

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"trustaudit/internal/audit"
	"trustaudit/internal/auditkey"
	"trustaudit/internal/content"
	"trustaudit/internal/journal"
	"trustaudit/internal/nuclei"
	"trustaudit/internal/probe"
	"trustaudit/internal/scope"
	"trustaudit/internal/source"
)

// Config is what a run needs.
type Config struct {
	Engagement audit.Engagement
	Probes     []probe.Probe
	Sources    []source.Opener
	Guard      *scope.Guard // the only way to a target
	Journal    *journal.Writer
	Done       Done
	Key        *audit.Key
	Contain    func() content.Contained // what examines stored files in a contained process; nil: this one does
	// Ask asks a web server the questions of templates; nil where the helper for that
	// is not there.
	Ask      func(ctx context.Context, who scope.Who, service, address string) ([]nuclei.Line, error)
	Exclude  []string                 // folders never listed: where this run writes
	Locators *auditkey.Locators       // keeps raw names, sealed, before their unit is committed
	Mask     func(text string) string // removes what identifies somebody from an error's words
	Log      *slog.Logger
	Now      func() time.Time
	Progress func(Progress) // may be nil; called often, from several goroutines
}

// Progress is how far a run is.
type Progress struct {
	Phase audit.Phase
	Units int64 // committed in this process and before
	Total int64 // known so far; more may be planned
	Items int64 // handed to probes in this process
	Facts int64
}

// Summary is what a run did.
type Summary struct {
	Units  int64
	Failed int64
}

// Run does what is not done yet and, when all is, says so in the journal. An
// error that wraps the context's means: interrupted, run again to go on.
func Run(ctx context.Context, c Config) (Summary, error) {
	ctx, cancel := c.Guard.Bound(ctx)
	defer cancel()
	r := &run{Config: c, queue: newQueue()}
	r.progress = &progress{report: c.Progress, phase: r.queue.phase}
	for _, p := range c.Probes {
		r.hellos = append(r.hellos, p.Hellos...)
	}
	if err := r.stopped(ctx); err != nil {
		return Summary{}, err
	}
	for _, look := range c.Done.Planned {
		p := r.probe(look.Probe)
		if p == nil {
			return Summary{}, fmt.Errorf("go on with the run: it calls for the probe %q, which there is none of here", look.Probe)
		}
		r.enqueue(unitOf(p, probe.Look{Target: look.Target, Subject: look.Subject}))
	}
	if err := r.begin(); err != nil {
		return Summary{}, err
	}
	if err := r.all(ctx); err != nil {
		return Summary{}, err
	}
	s := Summary{Units: r.progress.units.Load(), Failed: r.failed.Load() + c.Done.Failed}
	err := c.Journal.Append(journal.KindFinished, journal.Finished{At: c.Now(), Units: s.Units, Failed: s.Failed})
	return s, err
}

type run struct {
	Config
	progress *progress
	hellos   []probe.Hello // of all probes
	failed   atomic.Int64
	queue    *queue
}

// stopped says why no more may be done: the context has ended, or the window is
// not open. A look that ran into the end of the window saw refusals and broken
// connections, not its target: it must not count.
func (r *run) stopped(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return r.Guard.Open()
}

// begin journals what is to be looked at before anything is: whatever stops the
// run, what was not reached is told, and never passes for clean.
func (r *run) begin() error {
	if r.Done.Begun {
		return nil
	}
	for _, target := range r.Guard.Targets() {
		for _, p := range r.Probes {
			if p.Applies == nil || !p.Applies(target) {
				continue
			}
			plan := journal.Plan{Probe: p.Name, Target: target, Reason: "not looked at to its end"}
			if err := r.Journal.Append(journal.KindPlan, plan); err != nil {
				return err
			}
		}
	}
	return nil
}

// all works off what the scope names, and what that plans, until nothing is left.
func (r *run) all(ctx context.Context) error {
	r.queue.hold(audit.Discover)
	r.queue.hold(audit.Observe)
	plans := r.enqueueScope()
	r.queue.letGo(audit.Discover)
	group, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, r.queue.stop)()
	group.Go(func() error { return r.units(ctx) })
	group.Go(func() error {
		select {
		case <-r.queue.discovered:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := r.known(ctx, plans); err != nil {
			return err
		}
		r.queue.letGo(audit.Observe)
		return nil
	})
	return group.Wait()
}

// units works off the queue.
func (r *run) units(ctx context.Context) error {
	group, workCtx := errgroup.WithContext(ctx)
	defer context.AfterFunc(workCtx, r.queue.stop)()
	for {
		u, block, ok := r.queue.next()
		if !ok {
			err := group.Wait()
			if err == nil && r.queue.left() { // stopped when one unit was done and the next not begun
				err = context.Cause(ctx)
			}
			return err
		}
		group.Go(func() error {
			if err := r.do(workCtx, u, nil, nil); err != nil {
				return err
			}
			r.queue.done(u, block)
			return nil
		})
	}
}

// known takes note that all hosts are found: the plans of networks hold, and stores
// may take the processors, which the short waits of discovery needed.
func (r *run) known(ctx context.Context, plans []journal.Plan) error {
	for _, plan := range plans {
		if err := r.Journal.Append(journal.KindPlan, plan); err != nil {
			return err
		}
	}
	return r.stores(ctx)
}

// enqueueScope queues what the scope names outright: the addresses of its
// networks, and the estate. It returns the plans of the networks, which hold
// once all hosts are found.
func (r *run) enqueueScope() (plans []journal.Plan) {
	for _, p := range r.Probes {
		if p.Applies == nil {
			continue
		}
		if p.Applies(audit.Estate) {
			r.enqueue(unitOf(&p, probe.Look{Target: audit.Estate}))
		}
		for _, target := range r.Guard.Targets() {
			if target.Scheme() != "net" || !p.Applies(target) {
				continue
			}
			plan := journal.Plan{Probe: p.Name, Target: target, Complete: true}
			for subject := range r.subjects(&p, target) {
				u := unitOf(&p, probe.Look{Target: target, Subject: subject})
				r.enqueue(u)
				plan.Units = append(plan.Units, u.ID)
			}
			plan.Items = int64(len(plan.Units))
			plans = append(plans, plan)
		}
	}
	return plans
}

// subjects are what the units of a probe over a network are about: its parts, or
// its addresses.
func (r *run) subjects(p *probe.Probe, target audit.Target) iter.Seq[string] {
	return func(yield func(string) bool) {
		if p.Blocks {
			for block := range r.Guard.Blocks(target) {
				if !yield(block.String()) {
					return
				}
			}
			return
		}
		for address := range r.Guard.Addresses(target) {
			if !yield(address.Host) {
				return
			}
		}
	}
}

// unitOf makes the unit of a look.
func unitOf(p *probe.Probe, look probe.Look) audit.Unit {
	id := p.Name + "/" + look.Subject
	if look.Subject == "" || look.Target.Scheme() == "tcp" {
		id = p.Name + "/" + string(look.Target)
	}
	return audit.Unit{ID: id, Probe: p.Name, Target: look.Target, Phase: p.Phase, Subject: look.Subject}
}

func (r *run) enqueue(u audit.Unit) {
	if !r.queue.plan(u.ID) {
		return
	}
	r.progress.planned(1)
	if r.Done.Units[u.ID] {
		r.progress.unit()
		return
	}
	p := r.probe(u.Probe)
	r.queue.put(u, p != nil && p.Blocks)
}

// stores lists every store of the scope, one after another, and works on the
// batches in parallel.
func (r *run) stores(ctx context.Context) error {
	for _, target := range r.Guard.Targets() {
		store, ok := r.Guard.StoreOf(target)
		if !ok {
			continue
		}
		for _, p := range r.Probes {
			if p.Phase != audit.Observe || p.Applies == nil || !p.Applies(target) {
				continue
			}
			if err := r.store(ctx, &p, target, store.URL); err != nil {
				return err
			}
		}
	}
	return nil
}

// store lists one store and journals the plan that the listing makes.
func (r *run) store(ctx context.Context, p *probe.Probe, target audit.Target, url string) error {
	plan := journal.Plan{Probe: p.Name, Target: target}
	listing, err := r.open(ctx, p, target, url)
	if err != nil {
		if stopped := r.stopped(ctx); stopped != nil {
			return stopped
		}
		plan.Reason = r.words(err)
		return r.Journal.Append(journal.KindPlan, plan)
	}
	defer listing.Close()

	group, workCtx := errgroup.WithContext(ctx)
	batches := make(chan handed, waiting)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error { return r.serve(workCtx, batches) })
	}
	err = list(workCtx, listing, func(b batch) {
		u := b.unit(r.Key, p.Name, target)
		u.Phase = p.Phase
		plan.Units = append(plan.Units, u.ID)
		plan.Items += int64(len(b.items))
		r.progress.planned(1)
		if r.Done.Units[u.ID] {
			r.progress.unit()
			return
		}
		select {
		case batches <- handed{u, b.items}:
		case <-workCtx.Done(): // the listing sees it as well
		}
	})
	close(batches)
	if werr := group.Wait(); werr != nil {
		return werr
	}
	if stopped := r.stopped(ctx); stopped != nil {
		return stopped
	}
	plan.Complete = err == nil
	if err != nil {
		plan.Reason = r.words(err)
	}
	return r.Journal.Append(journal.KindPlan, plan)
}

// waiting is how many batches are listed ahead, so that no worker waits for the
// listing and the listing seldom for them.
const waiting = 8

// handed is a batch that was handed over, and the unit that it makes.
type handed struct {
	unit  audit.Unit
	items []source.Item
}

// serve does one batch after another, all of one probe and target: what the
// probe keeps between units is good for that.
func (r *run) serve(ctx context.Context, batches <-chan handed) error {
	scratch := new(any)
	for h := range batches {
		if err := r.do(ctx, h.unit, h.items, scratch); err != nil {
			return err
		}
	}
	return nil
}

// list walks a source and hands over its batches.
func list(ctx context.Context, s source.Source, hand func(batch)) error {
	var b batch
	for item, err := range s.Items(ctx) {
		if err != nil {
			if len(b.items) > 0 {
				hand(b)
			}
			return err
		}
		if b.add(item) {
			hand(b)
			b = batch{items: make([]source.Item, 0, batchMean), names: make([]byte, 0, len(b.names))}
		}
	}
	if len(b.items) > 0 {
		hand(b)
	}
	return nil
}

// open opens a store by the source of its scheme.
func (r *run) open(ctx context.Context, p *probe.Probe, target audit.Target, url string) (source.Source, error) {
	if err := r.Guard.Store(scope.Who{Unit: p.Name + "/" + string(target), Probe: p.Name}, url); err != nil {
		return nil, err
	}
	scheme := target.Scheme()
	for _, o := range r.Sources {
		if o.Scheme == scheme {
			return o.Open(ctx, source.Config{URL: url, Exclude: r.Exclude})
		}
	}
	return nil, fmt.Errorf("open store: nothing here reads %s stores", scheme)
}

// do looks at one unit and commits what was seen.
func (r *run) do(ctx context.Context, u audit.Unit, items []source.Item, scratch *any) error {
	if err := r.stopped(ctx); err != nil {
		return err
	}
	p := r.probe(u.Probe)
	if p == nil {
		return fmt.Errorf("do unit %s: there is no probe %q", u.ID, u.Probe)
	}
	w := &work{run: r, unit: u, block: r.Journal.Begin(u)}
	session := w.session(ctx, items)
	session.Scratch = scratch
	observed := p.Observe(ctx, session)
	if err := cmp.Or(w.broken, r.stopped(ctx)); err != nil {
		w.block.Abandon()
		return err
	}
	return w.commit(observed)
}

func (r *run) probe(name string) *probe.Probe {
	for i := range r.Probes {
		if r.Probes[i].Name == name {
			return &r.Probes[i]
		}
	}
	return nil
}
