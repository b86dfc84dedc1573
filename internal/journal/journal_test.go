package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

type item struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

func (item) FactKind() string { return "test.item/1" }

type column struct {
	Name   string       `json:"name"`
	Sketch audit.Sketch `json:"sketch"`
}

func (column) FactKind() string { return "test.column/2" }

// clock ticks a second at each look, from a fixed start.
func clock() func() time.Time {
	t := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	return func() time.Time { t = t.Add(time.Second); return t }
}

func unitOf(i int) audit.Unit {
	return audit.Unit{ID: fmt.Sprintf("content/%d", i), Probe: "content", Target: "file:///srv/share",
		Phase: audit.Observe, Subject: fmt.Sprintf("folder %d", i)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t testing.TB) (string, *Writer) {
	t.Helper()
	dir := t.TempDir()
	w, err := Create(dir, clock())
	must(t, err)
	t.Cleanup(func() { w.Close() })
	return dir, w
}

// commit writes a unit of n facts, which depend on i alone.
func commit(t testing.TB, w *Writer, i, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(i), 7))
	b := w.Begin(unitOf(i))
	defer b.Abandon()
	for k := range n {
		if k%10 == 9 {
			c := column{Name: fmt.Sprint("col", k)}
			c.Sketch.Add(r.Uint64())
			must(t, b.Add(c))
			continue
		}
		must(t, b.Add(item{Path: fmt.Sprintf("a/%d/<%x>.txt", k, r.Uint64()), Size: r.Int64N(1 << 30)}))
	}
	must(t, b.Commit(Done, ""))
}

// sample makes a closed journal: opened, units 1 to n, finished, closed. The
// blocks are numbered 1 to n+3.
func sample(t testing.TB, n int) string {
	t.Helper()
	dir, w := create(t)
	must(t, w.Append("opened", map[string]string{"reference": "E-1"}))
	for i := range n {
		commit(t, w, i+1, 5+i)
	}
	must(t, w.Append(KindFinished, struct{}{}))
	must(t, w.Append(KindClosed, struct{}{}))
	must(t, w.Close())
	return dir
}

// lines reads every fact of a journal as "unit kind json".
func lines(t testing.TB, dir string, want func(string) bool) []string {
	t.Helper()
	r, err := OpenReader(dir)
	must(t, err)
	defer r.Close()
	var all []string
	for _, h := range r.Headers() {
		must(t, r.Facts(h, want, func(kind string, data []byte) error {
			if !json.Valid(data) {
				return fmt.Errorf("not JSON: %q", data)
			}
			all = append(all, fmt.Sprintf("%s %s %s", h.Unit.ID, kind, data))
			return nil
		}))
	}
	return all
}

func every(string) bool { return true }

func TestRoundTrip(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", map[string]string{"reference": "E-1"}))
	b := w.Begin(unitOf(1))
	must(t, b.Add(item{Path: "a & b <c>\n\u2028d", Size: 3}))
	must(t, b.Add(column{Name: "x", Sketch: audit.Sketch{Lowest: []uint64{1, 1<<64 - 1}}}))
	must(t, b.Add(item{Path: "second"}))
	must(t, b.Commit(Failed, "the share went away"))
	empty := w.Begin(audit.Unit{ID: "bad \xff name", Probe: "discover", Target: "net:10.0.0.0/24"})
	must(t, empty.Commit(Done, ""))
	gone := w.Begin(unitOf(9))
	must(t, gone.Add(item{Path: "never"}))
	gone.Abandon()
	must(t, w.Append(KindFinished, []int{1, 2}))
	hash, blocks := w.Head()
	must(t, w.Close())

	r, err := OpenReader(dir)
	must(t, err)
	defer r.Close()
	got := r.Headers()
	at := func(s int) time.Time { return time.Date(2026, 11, 21, 9, 0, s, 0, time.UTC) }
	u1, u2 := unitOf(1), audit.Unit{ID: "bad \uFFFD name", Probe: "discover", Target: "net:10.0.0.0/24"}
	want := []Header{
		{N: 1, Kind: "opened", At: at(1), Bytes: 20},
		{N: 2, Kind: KindUnit, At: at(2), Unit: &u1, Status: Failed, Reason: "the share went away", Facts: 3,
			Kinds: []string{"test.column/2", "test.item/1"}, Bytes: got[1].Bytes},
		{N: 3, Kind: KindUnit, At: at(3), Unit: &u2, Status: Done},
		{N: 4, Kind: KindFinished, At: at(4), Bytes: 6},
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".offset" || name == ".sum"
	}, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignore, cmp.AllowUnexported(Header{})); diff != "" {
		t.Error(diff)
	}
	if h, n := r.Head(); h != hash || n != blocks || n != 4 || r.Closed() || !r.Finished() {
		t.Errorf("head %s %d closed %v finished %v, the writer said %s %d", h, n, r.Closed(), r.Finished(), hash, blocks)
	}
	var list []int
	must(t, r.Record(got[3], &list))
	if diff := cmp.Diff([]int{1, 2}, list); diff != "" {
		t.Error(diff)
	}
	all := lines(t, dir, every)
	if len(all) != 3 || !strings.Contains(all[0], `<c>\n\u2028d`) || !strings.HasSuffix(all[2], `"second","size":0}`) {
		t.Errorf("facts: %q", all)
	}
	only := lines(t, dir, func(kind string) bool { return kind == "test.column/2" })
	if diff := cmp.Diff(all[1:2], only); diff != "" {
		t.Error(diff)
	}
	if got[1].Has("test.item/2") || !got[1].Has("test.item/1") {
		t.Error("Has disagrees with Kinds")
	}
}

// TestFormat holds the bytes of the format: a change breaks old journals.
func TestFormat(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", 1))
	b := w.Begin(unitOf(1))
	must(t, b.Add(item{Path: "p", Size: 2}))
	must(t, b.Commit(Done, ""))
	must(t, w.Close())
	got, err := os.ReadFile(filepath.Join(dir, journalName))
	must(t, err)
	want := `{"n":1,"kind":"opened","at":"2026-11-21T09:00:01Z","prev":"` + strings.Repeat("0", 64) + `","bytes":2,"sha256":"4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865"}
1
{"n":2,"kind":"unit","at":"2026-11-21T09:00:02Z","prev":"` + firstHash(t, got) + `","bytes":34,"sha256":"cbdf0caa191341e7b806524a28fde597beadc8361a24c1c5c47792cf2e31acf5","unit":{"id":"content/1","probe":"content","target":"file:///srv/share","phase":1,"subject":"folder 1"},"status":"done","facts":1,"kinds":["test.item/1"]}
test.item/1 {"path":"p","size":2}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func firstHash(t *testing.T, journal []byte) string {
	t.Helper()
	line, _, _ := bytes.Cut(journal, []byte("\n"))
	s, err := hashRange(bytes.NewReader(line), 0, int64(len(line)), make([]byte, 100))
	must(t, err)
	return s.String()
}

func TestSpill(t *testing.T) {
	dir, w := create(t)
	const n = 120_000 // about 6 MiB: once aside, and a rest in memory
	commit(t, w, 1, n)
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), spillPrefix) {
			t.Errorf("%s was left", e.Name())
		}
	}
	commit(t, w, 2, 10)
	must(t, w.Close())
	all := lines(t, dir, every)
	if len(all) != n+10 {
		t.Fatalf("%d facts came back of %d", len(all), n+10)
	}
	small := sample(t, 2)
	if diff := cmp.Diff(lines(t, small, every)[:5], all[:5]); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	dir, w := create(t)
	if _, err := Create(dir, clock()); !errors.Is(err, ErrLocked) {
		t.Errorf("Create beside a writer: %v", err)
	}
	if _, err := Open(dir, clock()); !errors.Is(err, ErrLocked) {
		t.Errorf("Open beside a writer: %v", err)
	}
	for _, kind := range []string{"", "a b", KindUnit, "line\n", strings.Repeat("x", 300)} {
		if err := w.Append(kind, 1); err == nil {
			t.Errorf("Append took the kind %q", kind)
		}
	}
	if err := w.Append("opened", make(chan int)); err == nil {
		t.Error("Append took a channel")
	}
	b := w.Begin(unitOf(1))
	if err := b.Commit("perhaps", ""); err == nil {
		t.Error("Commit took the status perhaps")
	}
	if err := b.Add(item{}); err == nil {
		t.Error("Add went on after Commit")
	}
	late := w.Begin(unitOf(2))
	must(t, late.Add(item{Path: "late"}))
	must(t, w.Append(KindClosed, 1))
	if err := w.Append("target", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("Append after closed: %v", err)
	}
	if err := late.Commit(Done, ""); !errors.Is(err, ErrClosed) {
		t.Errorf("Commit after closed: %v", err)
	}
	must(t, w.Close())
	must(t, w.Close())
	if err := w.Append("target", 1); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Append after Close: %v", err)
	}
	if _, err := Create(dir, clock()); !errors.Is(err, ErrExists) {
		t.Errorf("Create over a journal: %v", err)
	}
	if _, err := Open(dir, clock()); !errors.Is(err, ErrClosed) {
		t.Errorf("Open of a closed journal: %v", err)
	}
	if _, err := Open(t.TempDir(), clock()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of nothing: %v", err)
	}
}

func TestReopen(t *testing.T) {
	dir, w := create(t)
	must(t, w.Append("opened", 1))
	commit(t, w, 1, 5)
	must(t, w.Close())
	w, err := Open(dir, clock())
	must(t, err)
	if got := w.Mended(); len(got) != 0 {
		t.Errorf("mended %v", got)
	}
	commit(t, w, 2, 6)
	must(t, w.Append(KindFinished, 1))
	must(t, w.Close())
	if n := len(lines(t, dir, every)); n != 11 {
		t.Errorf("%d facts, not 11", n)
	}
}

func TestPayloadIsChecked(t *testing.T) {
	dir := sample(t, 3)
	r, err := OpenReader(dir)
	must(t, err)
	h := r.Headers()[2]
	must(t, r.Close())
	change(t, dir, func(data []byte) []byte { data[h.offset+20] ^= 1; return data })
	r, err = OpenReader(dir)
	must(t, err)
	defer r.Close()
	var damage *DamagedError
	err = r.Facts(h, every, func(string, []byte) error { return nil })
	if !errors.As(err, &damage) || damage.Defect.Kind != Altered || damage.Defect.Block != 3 {
		t.Errorf("Facts of an altered block: %v", err)
	}
	if _, err := io.ReadAll(r.Payload(h)); !errors.As(err, &damage) {
		t.Errorf("Payload of an altered block: %v", err)
	}
	must(t, r.Facts(h, func(string) bool { return false }, nil))
	stop := errors.New("stop")
	if err := r.Facts(r.Headers()[1], every, func(string, []byte) error { return stop }); err != stop {
		t.Errorf("see's error came back as %v", err)
	}
}

// change rewrites the journal file.
func change(t testing.TB, dir string, how func([]byte) []byte) {
	t.Helper()
	name := filepath.Join(dir, journalName)
	data, err := os.ReadFile(name)
	must(t, err)
	must(t, os.WriteFile(name, how(slices.Clone(data)), 0o600))
}
