package standard_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/standard"
)

// facts are what is known of the editions from elsewhere, so that a slip in
// the data shows.
func TestEditions(t *testing.T) {
	facts := []struct {
		id                  string
		status              audit.EditionStatus
		from, until         string
		outcomes, confirmed int
		mandated            []string
	}{
		{"dspt-caf-v8", audit.EditionCurrent, "2025-07-01", "2026-06-30", 47, 10,
			[]string{"A1.a", "B1.a", "B4.a", "B5.a", "B5.c", "C1.b", "D2.a", "E2.a", "E2.c"}},
		{"dspt-caf-v9", audit.EditionDraft, "2026-07-01", "2027-06-30", 49, 0, nil},
	}
	all, err := standard.Editions()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(facts) {
		t.Fatalf("there are %d editions, want %d", len(all), len(facts))
	}
	for i, fact := range facts {
		e := all[i]
		t.Run(fact.id, func(t *testing.T) {
			var confirmed int
			var mandated []string
			for _, o := range e.Outcomes() {
				if o.Confidence == audit.RowConfirmed {
					confirmed++
				}
				if o.Mandated {
					mandated = append(mandated, o.ID)
				}
			}
			got := []any{e.ID, e.Status, e.From, e.Until, len(e.Outcomes()), confirmed}
			want := []any{fact.id, fact.status, fact.from, fact.until, fact.outcomes, fact.confirmed}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("edition (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(fact.mandated, mandated); diff != "" {
				t.Errorf("mandated (-want +got):\n%s", diff)
			}
			if len(e.Digest) != 64 || e.Part().Digest != e.Digest {
				t.Errorf("digest %q, in the report %q", e.Digest, e.Part().Digest)
			}
		})
	}
}

// TestDraftDiffers holds what version 9 changes.
func TestDraftDiffers(t *testing.T) {
	ids := func(id string) []string {
		e, err := standard.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, o := range e.Outcomes() {
			all = append(all, o.ID)
		}
		return all
	}
	v8, v9 := ids("dspt-caf-v8"), ids("dspt-caf-v9")
	var added, gone []string
	for _, id := range v9 {
		if !slices.Contains(v8, id) {
			added = append(added, id)
		}
	}
	for _, id := range v8 {
		if !slices.Contains(v9, id) {
			gone = append(gone, id)
		}
	}
	if diff := cmp.Diff([][]string{{"A2.c", "A4.b", "C1.f"}, {"C2.b"}}, [][]string{added, gone}); diff != "" {
		t.Errorf("added and gone (-want +got):\n%s", diff)
	}
}

func TestFindUnknown(t *testing.T) {
	_, err := standard.Find("dspt-caf-v7")
	if err == nil || !strings.Contains(err.Error(), "dspt-caf-v8, dspt-caf-v9") {
		t.Errorf("got %v, want an error that lists the editions", err)
	}
}

const small = `id: test-1
title: T
year: 2025-26
status: draft
from: 2025-07-01
until: 2026-06-30
confidence: memory
source: S
level_rule: L
status_rule: R
objectives:
- id: B
  title: B
  principles:
  - id: B3
    title: B3
    outcomes:
    - id: B3.c
      title: Stored data
      summary: S
      levels: [not_achieved, partially_achieved, achieved]
      required: partially_achieved
      confidence: inferred
      source: S
      bearings:
      - {indicator: 'NA#2', evidence: pii.file, effect: refutes, says: X}
      - {indicator: 'A#3', evidence: enc.file, effect: caps, cap: partially_achieved, says: X}
      - {indicator: 'A#2', evidence: pii.file, effect: supports, says: X}
`

func TestLoadRefuses(t *testing.T) {
	if _, err := standard.Load("e.yaml", []byte(small)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "title: T\n", "title: T\ncolour: red\n", "line 3: field colour not found"},
		{"second document", "X}\n", "X}\n---\nid: x\n", "more than one document"},
		{"bad id", "id: test-1", "id: Test 1", `e.yaml:1: id "Test 1"`},
		{"bad date", "from: 2025-07-01", "from: July", `e.yaml:5: from "July"`},
		{"days reversed", "until: 2026-06-30", "until: 2024-06-30", "e.yaml:6: until 2024-06-30 lies before"},
		{"bad status", "status: draft", "status: final", `e.yaml:4: status "final"`},
		{"bad confidence", "confidence: memory", "confidence: sure", `e.yaml:7: confidence "sure"`},
		{"no source", "source: S\nlevel", "source: ''\nlevel", "e.yaml:8: source is missing"},
		{"required not a level", "required: partially_achieved", "required: excellent", `e.yaml:18: outcome B3.c: required "excellent"`},
		{"levels out of order", "[not_achieved, partially_achieved, achieved]", "[achieved, not_achieved]", "e.yaml:18: outcome B3.c: levels"},
		{"no partial level", "[not_achieved, partially_achieved, achieved]", "[not_achieved, achieved]", `cap "partially_achieved"`},
		{"cap without caps", "effect: refutes,", "effect: refutes, cap: not_achieved,", "e.yaml:26: outcome B3.c, NA#2: cap belongs"},
		{"caps without cap", "cap: partially_achieved,", "", `e.yaml:27: outcome B3.c, A#3: cap ""`},
		{"cap that limits nothing", "cap: partially_achieved", "cap: achieved", `e.yaml:27: outcome B3.c, A#3: cap "achieved"`},
		{"bad effect", "effect: refutes", "effect: proves", `effect "proves"`},
		{"no effect", "effect: refutes, ", "", `effect ""`},
		{"no evidence", "evidence: pii.file, effect: refutes", "effect: refutes", "evidence and says"},
		{"bad indicator", "'NA#2'", "'NA2'", `e.yaml:26: outcome B3.c: indicator "NA2"`},
		{"refuting what is asked for", "'NA#2'", "'A#2'", "what refutes makes an NA statement true"},
		{"supporting a fault", "'A#2'", "'NA#2'", "cannot support an NA statement"},
		{"duplicate id", "id: B3.c", "id: B3", "e.yaml:18: outcome B3: the id stands at line 15 already"},
		{"duplicate key", "title: T\n", "title: T\ntitle: U\n", "already defined"},
		{"no outcomes", small[strings.Index(small, "objectives:"):], "objectives: []\n", "there are no outcomes"},
		{"empty", small, "", "the file is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			changed := strings.Replace(small, test.old, test.new, 1)
			if changed == small {
				t.Fatal("the test changes nothing")
			}
			_, err := standard.Load("e.yaml", []byte(changed))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := standard.LoadFile(path)
	if err != nil || e.ID != "test-1" {
		t.Errorf("got %v, %v", e, err)
	}
	if _, err := standard.LoadFile(path + ".absent"); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestWarnings(t *testing.T) {
	v8, err := standard.Find("dspt-caf-v8")
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	share := "The required level is not confirmed for 37 of 47 outcomes (33 inferred, 4 from memory): what rests on one of them says so."
	outside := "The scan (2026-11-21 to 2026-11-21) lies outside the year of edition dspt-caf-v8 (2025-07-01 to 2026-06-30)."
	tests := []struct {
		name        string
		from, until string
		want        []string
	}{
		{"first day", "2025-07-01", "2025-07-01", []string{share}},
		{"last day", "2026-06-30", "2026-06-30", []string{share}},
		{"after", "2026-11-21", "2026-11-21", []string{outside, share}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, standard.Warnings(&v8.Edition, day(test.from), day(test.until))); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
	confirmed := audit.Edition{ID: "x", Status: audit.EditionDraft, From: "2025-07-01", Until: "2026-06-30"}
	got := standard.Warnings(&confirmed, day("2026-06-30"), day("2026-07-01"))
	if len(got) != 2 || !strings.Contains(got[0], "draft") || !strings.Contains(got[1], "outside") {
		t.Errorf("a draft, overrun: got %q", got)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("objectives: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := standard.Load("fuzz.yaml", data)
		if (e == nil) == (err == nil) {
			t.Errorf("got %v and %v", e, err)
		}
	})
}
