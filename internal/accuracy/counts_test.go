package main

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/probe/content/fact"
)

func TestFigures(t *testing.T) {
	for _, tt := range []struct {
		label string
		c     counts
		want  [3]string // precision, recall, F1
	}{
		{"nothing", counts{}, [3]string{"-", "-", "-"}},
		{"negatives alone", counts{TN: 9}, [3]string{"-", "-", "-"}},
		{"all right", counts{TP: 4, TN: 1}, [3]string{"100.00", "100.00", "100.00"}},
		{"all missed", counts{FN: 4}, [3]string{"-", "0.00", "0.00"}},
		{"some", counts{TP: 6, FP: 2, FN: 4}, [3]string{"75.00", "60.00", "66.66"}},
		{"one of many missed", counts{TP: 99_999, FN: 1}, [3]string{"100.00", "99.99", "99.99"}},
		{"just short", counts{TP: 199_999, FP: 1, FN: 1005}, [3]string{"99.99", "99.50", "99.74"}},
	} {
		got := [3]string{percent(tt.c.precision()), percent(tt.c.recall()), percent(tt.c.f1())}
		if got != tt.want {
			t.Errorf("%s: %v, want %v", tt.label, got, tt.want)
		}
	}
	if !math.IsNaN(counts{}.f1()) {
		t.Error("F1 of nothing is a number")
	}
}

func TestPair(t *testing.T) {
	for _, tt := range []struct {
		found, there int64
		want         counts
	}{
		{0, 0, counts{}}, {3, 3, counts{TP: 3}}, {5, 3, counts{TP: 3, FP: 2}}, {1, 3, counts{TP: 1, FN: 2}},
	} {
		if got := pair(tt.found, tt.there); got != tt.want {
			t.Errorf("pair(%d, %d) = %+v, want %+v", tt.found, tt.there, got, tt.want)
		}
	}
}

func TestJudge(t *testing.T) {
	file := func(a answer, g group, extractable bool) truth {
		return truth{Answer: a, Group: g, Extractable: extractable}
	}
	for _, tt := range []struct {
		label  string
		truth  truth
		status fact.Status
		said   bool
		want   counts
	}{
		{"found", file(positive, textual, true), fact.Read, true, counts{TP: 1}},
		{"found in part", file(positive, documents, true), fact.Partial, true, counts{TP: 1}},
		{"missed", file(positive, documents, true), fact.Read, false, counts{FN: 1}},
		{"false", file(negative, textual, true), fact.Read, true, counts{FP: 1}},
		{"rightly silent", file(negative, textual, true), fact.Read, false, counts{TN: 1}},
		{"unread text is a miss", file(positive, textual, true), fact.Unreadable, false, counts{FN: 1}},
		{"unread text that holds none", file(negative, textual, true), fact.Partial, false, counts{Unread: 1}},
		{"text that nobody can read", file(positive, textual, false), fact.Unreadable, false, counts{Unread: 1, UnreadPositive: 1}},
		{"unread document", file(positive, documents, true), fact.Unreadable, false, counts{Unread: 1, UnreadPositive: 1}},
		{"sealed", file(negative, rest, false), fact.Sealed, false, counts{Unread: 1}},
		{"aside", file(aside, textual, true), fact.Read, true, counts{Aside: 1}},
	} {
		o := outcome{specimen: specimen{truth: tt.truth}, status: tt.status, identifiable: tt.said, naive: newNaive()}
		if got := o.judge(ours); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.label, got, tt.want)
		}
	}
}

func TestDetectors(t *testing.T) {
	o := outcome{identifiable: false, naive: &naive{number: true, nearest: 31}}
	got := map[string]bool{}
	for d := range allDetectors {
		got[d.String()] = o.says(d)
	}
	want := map[string]bool{"trustaudit": false, "mod 11 alone": true, "mod 11 + keyword in 30": false, "mod 11 + keyword in 300": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verdicts differ (-want +got):\n%s", diff)
	}
}

// What lies in a container counts with it.
func TestConclude(t *testing.T) {
	items := []fact.Item{
		{Identifiable: true, Records: 2, Score: 3, Excerpt: "NHS number", Size: 10,
			Identifiers: map[string]fact.Count{"nhs-number": {Count: 4, Distinct: 2}, "name": {Count: 2, Distinct: 2}}},
		{Path: "a!/x", Seal: "strong"},
		{Path: "a!/y!/z", Seal: "weak"},
		{Path: "a!/y", Records: 1, Score: -1, Excerpt: "none", Identifiers: map[string]fact.Count{"chi-number": {Count: 1, Distinct: 1}, "name": {Count: 1, Distinct: 1}}},
		{Path: "a", Status: fact.Partial, Reason: "1 of 3 members not read", Size: 100},
	}
	got := conclude(specimen{}, items, nil)
	want := outcome{status: fact.Partial, reason: "1 of 3 members not read", seal: "none", size: 100, identifiable: true, numbers: 3, records: 3, score: 3,
		excerpt: "NHS number", kinds: map[string]fact.Count{"nhs-number": {Count: 4, Distinct: 2}, "chi-number": {Count: 1, Distinct: 1}, "name": {Count: 3, Distinct: 3}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{}, specimen{}), cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "specimen" }, cmp.Ignore())); diff != "" {
		t.Errorf("outcome differs (-want +got):\n%s", diff)
	}
}

// A score below nothing is a score; none is none.
func TestConcludeKeepsLowScores(t *testing.T) {
	got := conclude(specimen{}, []fact.Item{{Score: -1.5}, {Score: -0.5}, {}}, nil)
	if got.score != -0.5 {
		t.Errorf("score %v, want -0.5", got.score)
	}
}

func TestNumbersOfFiles(t *testing.T) {
	for _, tt := range []struct {
		label string
		o     outcome
		want  counts
	}{
		{"excess", outcome{status: fact.Read, numbers: 5, specimen: specimen{truth: truth{Answer: positive, Numbers: 3}}}, counts{TP: 3, FP: 2}},
		{"unread", outcome{status: fact.Unreadable, specimen: specimen{truth: truth{Answer: positive, Numbers: 3}}}, counts{Unread: 1}},
		{"in part", outcome{status: fact.Partial, numbers: 1, specimen: specimen{truth: truth{Answer: positive, Numbers: 3}}}, counts{TP: 1, FN: 2}},
		{"aside", outcome{status: fact.Read, numbers: 5, specimen: specimen{}}, counts{Aside: 1}},
	} {
		if got := tt.o.countNumbers(); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.label, got, tt.want)
		}
	}
}

func TestMemberSeal(t *testing.T) {
	for name, tt := range map[string]struct {
		format  string
		members []fact.Item
		want    string
	}{
		"none":         {"zip", nil, ""},
		"one strong":   {"zip", []fact.Item{{Path: "a!/x", Seal: "strong"}, {Path: "a!/y"}}, "strong"},
		"one weak":     {"7z", []fact.Item{{Path: "a!/x", Seal: "weak"}, {Path: "a!/y", Seal: "strong"}}, "weak"},
		"deeper down":  {"zip", []fact.Item{{Path: "a!/x!/z", Seal: "weak"}, {Path: "a!/x"}}, ""},
		"of another's": {"zip", []fact.Item{{Path: "b!/x", Seal: "weak"}}, ""},
		"of a mail":    {"eml", []fact.Item{{Path: "a!/x", Seal: "weak"}}, ""},
	} {
		if got := memberSeal(append(tt.members, fact.Item{Path: "a", Format: tt.format})); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
