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
