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
