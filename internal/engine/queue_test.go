package engine_test

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/engine"
	"trustaudit/internal/probe"
	"trustaudit/internal/scope"
)

// A host that is slow to be found out keeps no other waiting, but the stores wait for it.
func TestSlowHost(t *testing.T) {
	quickDone := make(chan struct{})
	var found, early atomic.Int64
	host := probe.Probe{
		Name: "host", Phase: audit.Discover, Facts: []audit.Fact{seen{}},
		Applies: func(t audit.Target) bool { return t.Scheme() == "net" },
		Observe: func(ctx context.Context, s *probe.Session) error {
			if s.Unit.Subject == "10.0.0.1" {
				select {
				case <-quickDone:
				case <-time.After(10 * time.Second):
					return errors.New("nothing was done before the slow host")
				}
			}
			found.Add(1)
			return s.Emit(seen{s.Unit.Subject})
		},
	}
	look := probe.Probe{
		Name: "look", Phase: audit.Observe,
		Plan: func(target audit.Target, f audit.Fact) []probe.Look {
			if s, ok := f.(seen); ok && strings.HasPrefix(s.What, "10.") {
				return []probe.Look{{Target: target, Subject: s.What}}
			}
			return nil
		},
		Observe: func(_ context.Context, s *probe.Session) error {
			if s.Unit.Subject == "10.0.0.2" {
				close(quickDone)
			}
			return nil
		},
	}
	var names atomic.Int64
	files := reader(&names, "")
	read := files.Observe
	files.Observe = func(ctx context.Context, s *probe.Session) error {
		if found.Load() < 2 {
			early.Add(1)
		}
		return read(ctx, s)
	}
	b := bench{dir: t.TempDir(), probes: []probe.Probe{files, look, host}, scope: &scope.Config{
		Scope: audit.Scope{
			Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.0.0.2/32")},
			Stores:   []audit.Store{{URL: "file://" + filepath.ToSlash(share(t, 10))}}, Rate: 10, PerHost: 1,
		},
		Now: time.Now, Mask: strings.ToLower,
	}}
	s, err := b.do(t)
	if err != nil || s.Failed > 0 {
		t.Fatalf("%+v: %v", s, err)
	}
	if names.Load() != 10 || early.Load() > 0 {
		t.Errorf("%d of 10 files read, %d units of them before all hosts were found", names.Load(), early.Load())
	}
}

// Follow-ups at a host wait until all else there is done, and come one after another;
// for other hosts they do not wait.
func TestFollowUps(t *testing.T) {
	followed := make(chan struct{})
	var open, together, early atomic.Int64
	host := probe.Probe{
		Name: "host", Phase: audit.Discover, Facts: []audit.Fact{seen{}},
		Applies: func(t audit.Target) bool { return t.Scheme() == "net" },
		Observe: func(_ context.Context, s *probe.Session) error { return s.Emit(seen{s.Unit.Subject}) },
	}
	looks := func(ports ...string) func(audit.Target, audit.Fact) []probe.Look {
		return func(_ audit.Target, f audit.Fact) (all []probe.Look) {
			for _, port := range ports {
				all = append(all, probe.Look{Target: audit.Target("tcp://" + f.(seen).What + ":" + port)})
			}
			return all
		}
	}
	var looked atomic.Int64
	look := probe.Probe{
		Name: "look", Phase: audit.Observe, Plan: looks("80"),
		Observe: func(_ context.Context, s *probe.Session) error {
			if s.Unit.Target == "tcp://10.0.0.1:80" {
				select {
				case <-followed:
				case <-time.After(10 * time.Second):
					return errors.New("the other host's follow-ups waited for this one")
				}
			} else {
				time.Sleep(20 * time.Millisecond)
			}
			looked.Add(1)
			return nil
		},
	}
	var count atomic.Int64
	follow := probe.Probe{
		Name: "follow", Phase: audit.FollowUp, Plan: looks("80", "443"),
		Observe: func(context.Context, *probe.Session) error {
			if looked.Load() == 0 {
				early.Add(1)
			}
			if open.Add(1) > 1 {
				together.Add(1)
			}
			time.Sleep(20 * time.Millisecond)
			open.Add(-1)
			if count.Add(1) == 2 {
				close(followed)
			}
			return nil
		},
	}
	b := bench{dir: t.TempDir(), probes: []probe.Probe{host, look, follow}, scope: &scope.Config{
		Scope: audit.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.0.0.2/32")}, Rate: 10, PerHost: 1},
		Now:   time.Now, Mask: strings.ToLower,
	}}
	if s, err := b.do(t); err != nil || s.Failed > 0 || s.Units != 8 {
		t.Fatalf("%+v: %v", s, err)
	}
	if early.Load() > 0 || together.Load() > 0 {
		t.Errorf("%d follow-ups before the look at their host was done, %d beside another", early.Load(), together.Load())
	}
}

// A run that is interrupted just when one unit was committed, and the next not begun,
// does not pass for finished.
func TestInterruptedBetweenUnits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var looked atomic.Int64
	host := probe.Probe{
		Name: "host", Phase: audit.Discover, Facts: []audit.Fact{seen{}},
		Applies: func(t audit.Target) bool { return t.Scheme() == "net" },
		Observe: func(_ context.Context, s *probe.Session) error { return s.Emit(seen{s.Unit.Subject}) },
	}
	follow := probe.Probe{
		Name: "follow", Phase: audit.FollowUp,
		Plan: func(_ audit.Target, f audit.Fact) []probe.Look {
			at := audit.Target("tcp://" + f.(seen).What)
			return []probe.Look{{Target: at + ":80"}, {Target: at + ":443"}}
		},
		Observe: func(context.Context, *probe.Session) error { looked.Add(1); return nil },
	}
	b := bench{dir: t.TempDir(), probes: []probe.Probe{host, follow}, ctx: ctx, scope: &scope.Config{
		Scope: audit.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}, Rate: 10, PerHost: 1},
		Now:   time.Now, Mask: strings.ToLower,
	}}
	b.progress = func(p engine.Progress) { // told once a unit is committed, before the next is begun
		if p.Units == 2 {
			cancel()
			time.Sleep(50 * time.Millisecond)
		}
	}
	if s, err := b.do(t); !errors.Is(err, context.Canceled) || looked.Load() != 1 {
		t.Errorf("%+v, %d follow-ups: %v", s, looked.Load(), err)
	}
	b.ctx, b.progress = t.Context(), nil
	if s, err := b.do(t); err != nil || s.Units != 3 || looked.Load() != 2 {
		t.Errorf("gone on with: %+v, %d follow-ups: %v", s, looked.Load(), err)
	}
}
