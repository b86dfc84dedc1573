package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"trustaudit/internal/audit"
	"trustaudit/internal/auditkey"
	"trustaudit/internal/engine"
	"trustaudit/internal/journal"
	"trustaudit/internal/probe"
	"trustaudit/internal/run"
	"trustaudit/internal/scope"
	"trustaudit/internal/source"
	"trustaudit/internal/source/file"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// seen is what the toy probes here emit.
type seen struct {
	What string `json:"what"`
}

func (seen) FactKind() string { return "toy.seen/1" }

// reader emits a fact for each item, and asks for a second look at those whose
// name says so.
func reader(names *atomic.Int64, fail string) probe.Probe {
	return probe.Probe{
		Name: "reader", Phase: audit.Observe, Facts: []audit.Fact{seen{}},
		Applies: func(t audit.Target) bool { return t.Scheme() == "file" },
		Observe: func(_ context.Context, s *probe.Session) error {
			for item, err := range s.Items {
				if err != nil {
					return err
				}
				names.Add(1)
				if fail != "" && strings.Contains(item.Path, fail) {
					return &os.PathError{Op: "open", Path: item.Path, Err: os.ErrPermission}
				}
				if err := s.Emit(seen{item.Path}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// second looks again at whatever is called "again".
func second() probe.Probe {
	return probe.Probe{
		Name: "second", Phase: audit.FollowUp, Facts: []audit.Fact{seen{}},
		Plan: func(t audit.Target, f audit.Fact) []probe.Look {
			if s, ok := f.(seen); ok && strings.Contains(s.What, "again") && !strings.HasPrefix(s.What, "second:") {
				return []probe.Look{{Target: t, Subject: s.What}}
			}
			return nil
		},
		Observe: func(_ context.Context, s *probe.Session) error { return s.Emit(seen{"second:" + s.Unit.Subject}) },
	}
}

type bench struct {
	share, dir string
	probes     []probe.Probe
	ctx        context.Context
	scope      *scope.Config // instead of the share
	sources    []source.Opener
	progress   func(engine.Progress)
}

// do runs the engine once over the share, resuming what the folder holds.
func (b bench) do(t *testing.T) (engine.Summary, error) {
	t.Helper()
	w, err := journal.Create(b.dir, time.Now)
	if errors.Is(err, journal.ErrExists) {
		w, err = journal.Open(b.dir, time.Now)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, blocks := w.Head(); blocks == 0 {
		opened := journal.Opened{Tool: "test", Started: time.Now()}
		for _, p := range b.probes {
			opened.Probes = append(opened.Probes, journal.ProbeText{Name: p.Name, Facts: engine.Kinds(p.Facts)})
		}
		if err := w.Append(journal.KindOpened, opened); err != nil {
			t.Fatal(err)
		}
	}
	r, err := journal.OpenReader(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	done, err := engine.Resume(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	config := scope.Config{Now: time.Now, Mask: strings.ToLower,
		Scope: audit.Scope{Stores: []audit.Store{{URL: "file://" + filepath.ToSlash(b.share)}}, Rate: 10, PerHost: 1}}
	if b.scope != nil {
		config = *b.scope
	}
	config.Record = func(c scope.Contact) error { return w.Append(journal.KindContact, c) }
	e := audit.Engagement{Scope: config.Scope}
	guard, err := scope.New(config)
	if err != nil {
		t.Fatal(err)
	}
	locators, err := auditkey.OpenLocators(b.dir, recipient(t))
	if err != nil {
		t.Fatal(err)
	}
	defer locators.Close()
	if b.sources == nil {
		b.sources = []source.Opener{file.Opener}
	}
	ctx := b.ctx
	if ctx == nil {
		ctx = t.Context()
	}
	return engine.Run(ctx, engine.Config{
		Engagement: e, Probes: b.probes, Sources: b.sources, Guard: guard, Journal: w, Done: done,
		Key: audit.NewKey([32]byte{1}), Locators: locators, Mask: func(s string) string { return s },
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Progress: b.progress,
	})
}

func recipient(t *testing.T) string {
	t.Helper()
	secret, err := auditkey.Generate(strings.NewReader(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return secret.Recipient()
}

// facts reads what the run saw, in the order in which checks would see it.
func (b bench) facts(t *testing.T) []string {
	t.Helper()
	r, err := run.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []string
	err = r.Facts(func(string) bool { return true }, func(f run.Raw) error {
		all = append(all, f.Kind+" "+string(f.Data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func share(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		sub := filepath.Join(dir, fmt.Sprintf("d%d", i%7))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("f%04d.txt", i)
		if i%50 == 0 {
			name = fmt.Sprintf("again%04d.txt", i)
		}
		if err := os.WriteFile(filepath.Join(sub, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// stopping is a reader that cancels the run while it has a unit in hand, once
// so many items were handed out.
func stopping(count *atomic.Int64, stop int64, cancel func()) probe.Probe {
	p := reader(count, "")
	observe := p.Observe
	p.Observe = func(ctx context.Context, s *probe.Session) error {
		items := s.Items
		s.Items = func(yield func(source.Item, error) bool) {
			for item, err := range items {
				if count.Load() >= stop {
					cancel()
				}
				if !yield(item, err) {
					return
				}
			}
		}
		return observe(ctx, s)
	}
	return p
}

// Interrupted anywhere, a run that is gone on with holds what an undisturbed
// one holds, in the same order, and looks at nothing twice that was done.
func TestInterruptedRunEqualsUndisturbed(t *testing.T) {
	dir := share(t, 900)
	var whole atomic.Int64
	undisturbed := bench{share: dir, dir: t.TempDir(), probes: []probe.Probe{reader(&whole, ""), second()}}
	if _, err := undisturbed.do(t); err != nil {
		t.Fatal(err)
	}
	want := undisturbed.facts(t)
	if n := len(slices.DeleteFunc(slices.Clone(want), func(s string) bool { return !strings.Contains(s, "second:") })); n != 18 {
		t.Fatalf("%d second looks, want 18", n)
	}
	for stop := int64(1); stop < 900; stop += 137 {
		var count atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		p := stopping(&count, stop, cancel)
		b := bench{share: dir, dir: t.TempDir(), probes: []probe.Probe{p, second()}, ctx: ctx}
		if _, err := b.do(t); !errors.Is(err, context.Canceled) {
			t.Fatalf("stop at %d: %v", stop, err)
		}
		told(t, b)
		b.ctx, b.probes = nil, []probe.Probe{reader(&count, ""), second()}
		if _, err := b.do(t); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.facts(t)); diff != "" {
			t.Errorf("stop at %d (-undisturbed +resumed):\n%s", stop, diff)
		}
	}
}

// told holds that an interrupted run says of its store, and of the estate, that
// they were not looked at to their end.
func told(t *testing.T, b bench) {
	t.Helper()
	r, err := run.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	missed := map[string]bool{}
	for _, target := range r.Targets {
		missed[target.ID.Scheme()] = len(target.Misses) > 0
	}
	if r.Complete() || !missed["file"] || !missed["estate"] {
		t.Errorf("complete %v, missed %v: what was not reached passes for clean", r.Complete(), missed)
	}
}

// What changes between two runs is looked at once more, the rest is not; what
// went away does not stay behind.
func TestResumeSeesWhatChanged(t *testing.T) {
	dir := share(t, 1500)
	var count atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	p := stopping(&count, 1200, cancel)
	b := bench{share: dir, dir: t.TempDir(), probes: []probe.Probe{p}, ctx: ctx}
	if _, err := b.do(t); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "d1", "f0001.txt"), filepath.Join(dir, "d1", "f0001a.txt")); err != nil {
		t.Fatal(err)
	}
	b.ctx, b.probes = nil, []probe.Probe{reader(&count, "")}
	if _, err := b.do(t); err != nil {
		t.Fatal(err)
	}
	got := b.facts(t)
	if len(got) != 1500 {
		t.Errorf("%d facts, want one for each of the 1500 files", len(got))
	}
	if s := strings.Join(got, "\n"); strings.Contains(s, `f0001.txt"`) || !strings.Contains(s, `f0001a.txt"`) {
		t.Error("the renamed file is not seen under its new name alone")
	}
	if n := count.Load(); n > 1500+3*256 {
		t.Errorf("%d items handed out for 1500 files: done work was done again", n)
	}
}

// A failing unit is one failed unit: it is journalled with its reason, without
// the path in it, and the run goes on.
func TestFailedUnit(t *testing.T) {
	var count atomic.Int64
	b := bench{share: share(t, 400), dir: t.TempDir(), probes: []probe.Probe{reader(&count, "f0123")}}
	summary, err := b.do(t)
	if err != nil {
		t.Fatal(err)
	}
	if summary.Failed != 1 || summary.Units < 5 {
		t.Errorf("summary %+v, want one failure among several units", summary)
	}
	r, err := run.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Complete() || len(r.Targets) != 1 || len(r.Targets[0].Misses) != 1 {
		t.Fatalf("targets %+v", r.Targets)
	}
	if got := r.Targets[0].Misses[0].Reason; got != "open: permission denied" {
		t.Errorf("reason %q", got)
	}
}

// A store that is not there is a plan that could not be made, not a run that
// could not.
func TestMissingStore(t *testing.T) {
	var count atomic.Int64
	b := bench{share: filepath.Join(t.TempDir(), "gone"), dir: t.TempDir(), probes: []probe.Probe{reader(&count, "")}}
	if _, err := b.do(t); err != nil {
		t.Fatal(err)
	}
	r, err := run.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.Targets) != 1 || len(r.Targets[0].Misses) != 1 || r.Complete() {
		t.Fatalf("targets %+v: the store that was not read is not told", r.Targets)
	}
}

// broken is a store whose listing breaks off.
type broken struct{ source.Source }

func (b broken) Items(ctx context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		n := 0
		for item, err := range b.Source.Items(ctx) {
			if n++; n > 100 {
				yield(source.Item{}, &os.PathError{Op: "list", Path: "/srv/share/Mrs Example", Err: os.ErrDeadlineExceeded})
				return
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// A store whose listing breaks off in the middle: what was listed is looked at,
// that there is more is told, without the name it broke at.
func TestListingBreaksOff(t *testing.T) {
	var count atomic.Int64
	opener := source.Opener{Scheme: "file", Open: func(ctx context.Context, c source.Config) (source.Source, error) {
		s, err := file.Opener.Open(ctx, c)
		return broken{s}, err
	}}
	b := bench{share: share(t, 300), dir: t.TempDir(), probes: []probe.Probe{reader(&count, "")}, sources: []source.Opener{opener}}
	if _, err := b.do(t); err != nil {
		t.Fatal(err)
	}
	if n := len(b.facts(t)); n != 100 {
		t.Errorf("%d of the 100 items that were listed were looked at", n)
	}
	r, err := run.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := []run.Miss{{Probe: "reader", Reason: "list: i/o timeout"}}
	if diff := cmp.Diff(want, r.Targets[0].Misses); diff != "" || r.Complete() {
		t.Errorf("complete %v, misses (-want +got):\n%s", r.Complete(), diff)
	}
}
