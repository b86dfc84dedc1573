package content_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/engagement"
	"trustaudit/internal/probe/content"
	"trustaudit/internal/probe/content/fact"
	"trustaudit/internal/source"
	"trustaudit/internal/source/file"
)

func walk(t testing.TB, folder string) []source.Item {
	t.Helper()
	url, err := engagement.StoreURL(folder, "")
	if err != nil {
		t.Fatal(err)
	}
	src, err := file.Opener.Open(t.Context(), source.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	var items []source.Item
	for item, err := range src.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}

func TestObserve(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"letter.txt": "Dear Mrs Canary\nNHS No: 943 476 5919\nDate of birth: 03/04/1961\n",
		"rota.txt":   "Monday: ward 7. Tuesday: theatre 2.\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := session(append(walk(t, folder), source.Item{Path: "cloud.txt", Refused: "cloud placeholder, not hydrated", Skipped: true}))
	got := map[string]fact.Item{}
	s.Emit = func(f audit.Fact) error {
		if item, ok := f.(fact.Item); ok {
			got[item.Path] = item
		}
		return nil
	}
	if err := content.Probe.Observe(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if letter := got["letter.txt"]; letter.Status != fact.Read || !letter.Identifiable || letter.Size == 0 || letter.Modified == "" {
		t.Errorf("letter.txt: %+v, want it read, identifiable, with size and time", letter)
	}
	if rota := got["rota.txt"]; rota.Status != fact.Read || rota.Identifiable {
		t.Errorf("rota.txt: %+v, want it read and not identifiable", rota)
	}
	if cloud := got["cloud.txt"]; cloud.Status != fact.Skipped || !strings.Contains(cloud.Reason, "placeholder") {
		t.Errorf("cloud.txt: %+v, want it skipped", cloud)
	}
}

// TestScratch holds that a unit says the same whatever the units before it
// left behind, and says it to its own session.
func TestScratch(t *testing.T) {
	folder := t.TempDir()
	text := "Dear Mrs Canary\nNHS No: 943 476 5919\nDate of birth: 03/04/1961\n"
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	items := walk(t, folder)
	facts := func(item source.Item, scratch *any) (all []audit.Fact) {
		s := session([]source.Item{item})
		s.Scratch = scratch
		s.Emit = func(f audit.Fact) error { all = append(all, f); return nil }
		if err := content.Observe(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		return all
	}
	var scratch any
	for _, item := range items {
		if diff := cmp.Diff(facts(item, nil), facts(item, &scratch)); diff != "" {
			t.Errorf("%s (-alone +after others):\n%s", item.Path, diff)
		}
	}
	if scratch == nil {
		t.Error("nothing was kept")
	}
}

// TestWalkFails holds that a listing cut short fails the unit: what was not
// listed must not pass for nothing there.
func TestWalkFails(t *testing.T) {
	broken := errors.New("the share went away")
	s := session(nil)
	s.Items = func(yield func(source.Item, error) bool) { yield(source.Item{}, broken) }
	if err := content.Probe.Observe(t.Context(), s); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func TestFullDisk(t *testing.T) {
	full := errors.New("disk full")
	s := session([]source.Item{{Path: "a", Refused: "locked by another program"}})
	s.Emit = func(audit.Fact) error { return full }
	if err := content.Probe.Observe(t.Context(), s); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

func TestApplies(t *testing.T) {
	for target, want := range map[audit.Target]bool{"file:///x": true, "sqlite:///x.db": false, audit.Estate: false} {
		if got := content.Probe.Applies(target); got != want {
			t.Errorf("Applies(%s) = %v", target, got)
		}
	}
}
