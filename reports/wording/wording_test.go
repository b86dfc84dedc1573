package wording_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/reports/reporttest"
	"trustaudit/reports/wording"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567", -1000: "−1,000", -12: "−12",
		math.MinInt64: "−9,223,372,036,854,775,808",
	} {
		if got := wording.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := wording.Paragraphs("One line\r\nand its end.\n\nA list:\n- first\n  goes on\n* second\n\n\n")
	want := []string{"One line and its end.", "A list:", "• first goes on", "• second"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := wording.Paragraphs(" \n\n "); got != nil {
		t.Errorf("nothing gives %q", got)
	}
}

func TestPlace(t *testing.T) {
	tests := []struct {
		target  audit.Target
		locator string
		want    string
	}{
		{"udp://10.0.0.5:161", "udp/10.0.0.5:161", "UDP 10.0.0.5:161"},
		{"file:///srv/share", "letters/a.txt", "file:///srv/share · letters/a.txt"},
		{"file:///srv/share", "", "file:///srv/share"},
		{"file:///srv/share", "file:///srv/share/a", "file:///srv/share/a"},
		{audit.Estate, "10.0.0.1:21", "10.0.0.1:21"},
		{"tcp://10.0.0.1:443", "10.0.0.1:443", "10.0.0.1:443"},
		{"tcp://10.0.0.1:443", "certificate", "tcp://10.0.0.1:443 · certificate"},
	}
	for _, test := range tests {
		if got := wording.Place(test.target, test.locator); got != test.want {
			t.Errorf("Place(%q, %q) = %q, want %q", test.target, test.locator, got, test.want)
		}
	}
}

func TestScope(t *testing.T) {
	tests := []struct {
		scope audit.ScopePart
		want  string
	}{
		{audit.ScopePart{}, "nothing"},
		{audit.ScopePart{Hosts: []string{"a"}}, "1 host"},
		{audit.ScopePart{Stores: []string{"a", "b"}, Networks: []string{"n"}, Hosts: []string{"a"}, Fragile: []string{"f"}},
			"2 stores of data, 1 network and 1 host; 1 place left out on purpose"},
	}
	for _, test := range tests {
		if got := wording.Scope(test.scope); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestDays(t *testing.T) {
	at := time.Date(2026, 11, 20, 23, 30, 0, 0, time.FixedZone("", -3600))
	got := []string{wording.Date(at), wording.Clock(at), wording.Day("2026-11-05"), wording.Day("soon"), wording.Period(at, at), wording.Period(at.Add(-48*time.Hour), at)}
	want := []string{"21 November 2026", "21 November 2026, 00:30 UTC", "5 November 2026", "soon", "21 November 2026", "19 November 2026 to 21 November 2026"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestBands: only an independent audit by a standard in force goes without, and
// a kind that nobody knows is none.
func TestBands(t *testing.T) {
	for kind, want := range map[audit.EngagementKind]int{audit.IndependentAudit: 0, audit.SelfAssessment: 1, audit.Demonstration: 1, "": 1, "Audit": 1} {
		r := &audit.Report{Kind: kind}
		if got := wording.Bands(r); len(got) != want {
			t.Errorf("kind %q: %q", kind, got)
		}
		r.Edition.Status = audit.EditionDraft
		if got := wording.Bands(r); len(got) != want+1 || got[want] != "DRAFT EDITION" {
			t.Errorf("kind %q in a draft: %q", kind, got)
		}
	}
}

// TestTexts: every passage says something for every kind, and only an audit is
// called independent.
func TestTexts(t *testing.T) {
	for name, r := range reporttest.All() {
		for _, passage := range []string{"meaning", "method", "limits", "independence", "declaration", "countersignature", "check"} {
			got, err := wording.Text(passage, r)
			if err != nil || len(got) == 0 || slices.Contains(got, "") {
				t.Errorf("%s, %s: %q, %v", name, passage, got, err)
			}
			if words := strings.Join(got, " "); r.Kind != audit.IndependentAudit && strings.Contains(words, "by an independent auditor") {
				t.Errorf("%s, %s claims independence: %s", name, passage, words)
			}
		}
	}
	if _, err := wording.Text("no such passage", reporttest.Empty()); err == nil {
		t.Error("a passage that is not there was found")
	}
}

func TestSent(t *testing.T) {
	for _, c := range []struct {
		kinds        []audit.SentKind
		sent, unsent string
	}{
		{nil, "nothing", ""},
		{[]audit.SentKind{{Words: "PING"}}, "nothing", "PING"},
		{[]audit.SentKind{{Words: "QUIT", Times: 1200}, {Words: "USER"}, {Words: "FEAT", Times: 2}, {Words: "PASS"}}, "QUIT (1,200), FEAT (2)", "USER, PASS"},
		{[]audit.SentKind{{Words: "GUESS", Times: 1, Unlisted: true}}, "GUESS (1) — not listed by any probe, a defect of the tool", ""},
	} {
		row := audit.SentRow{Kinds: c.kinds}
		if sent, unsent := wording.Sent(row), wording.Unsent(row); sent != c.sent || unsent != c.unsent {
			t.Errorf("%q and %q, want %q and %q", sent, unsent, c.sent, c.unsent)
		}
	}
}

// TestGrade sees that what could not be told in full is not called sound outright.
func TestGrade(t *testing.T) {
	for _, test := range []struct {
		row  audit.ChannelRow
		want string
	}{
		{audit.ChannelRow{}, "not graded"},
		{audit.ChannelRow{Grade: "sound", Score: 97, Before: 97, State: audit.StatePass}, "sound, 97"},
		{audit.ChannelRow{Grade: "sound", Score: 97, Before: 97, State: audit.Inconclusive}, "sound as far as told, 97"},
		{audit.ChannelRow{Grade: "weak", Score: 49, Before: 70, State: audit.Inconclusive}, "weak, 49 (70 before caps)"},
	} {
		if got := wording.Grade(test.row); got != test.want {
			t.Errorf("%+v: %q, want %q", test.row, got, test.want)
		}
	}
}

func TestCap(t *testing.T) {
	row := audit.ChannelRow{Protection: "none: it answers in clear", Caps: []audit.Cap{
		{From: 80, To: 79, Reason: "mild"}, {From: 79, To: 19, Reason: "carries everything in clear: it answers in clear (CAF-B3.b)"},
	}}
	want := "Capped from 79 to 19: carries everything in clear (CAF-B3.b), after 1 milder cap"
	if got := wording.Cap(row); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSeenElsewhereSettings(t *testing.T) {
	at := func(locator, excerpt, setting string) audit.Evidence {
		return audit.Evidence{Locator: locator, Excerpt: excerpt, Setting: setting}
	}
	endpoint := audit.ReportFinding{Target: "udp://10.0.0.5:623", Finding: audit.Finding{Locator: "udp/10.0.0.5:623", Excerpt: "one", Exemplars: []audit.Evidence{
		at("udp/10.0.0.5:623 ipmi.proof none", "one", "do this"), at("udp/10.0.0.5:623 ipmi.user null", "two", "do this"), at("elsewhere", "three", ""),
	}}}
	folder := audit.ReportFinding{Target: "file:///srv", Finding: audit.Finding{Locator: "letters", Excerpt: "one", Exemplars: []audit.Evidence{at("letters of May.txt", "two", "")}}}
	tests := []struct {
		of                        audit.ReportFinding
		seen, settings, elsewhere []string
	}{
		{endpoint, []string{"one", "two"}, []string{"do this"}, []string{"elsewhere"}},
		{folder, []string{"one"}, nil, []string{"letters of May.txt"}},
	}
	for _, test := range tests {
		var elsewhere []string
		for _, e := range wording.Elsewhere(test.of) {
			elsewhere = append(elsewhere, e.Locator)
		}
		got := [][]string{wording.Seen(test.of), wording.Settings(test.of), elsewhere}
		if diff := cmp.Diff([][]string{test.seen, test.settings, test.elsewhere}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.of.Target, diff)
		}
	}
}

func TestSplit(t *testing.T) {
	of := func(s audit.Severity) audit.ReportFinding {
		return audit.ReportFinding{Finding: audit.Finding{Severity: s}}
	}
	spoken := of(audit.Note)
	spoken.Adjudication = &audit.Adjudication{}
	told, listed := wording.Split([]audit.ReportFinding{of(audit.High), of(audit.Low), of(audit.Note), spoken, of(audit.Note)}, 2)
	numbers := func(of []wording.Numbered) (n []int) {
		for _, f := range of {
			n = append(n, f.Number)
		}
		return n
	}
	if diff := cmp.Diff([][]int{{1, 2}, {3, 4, 5}}, [][]int{numbers(told), numbers(listed)}); diff != "" {
		t.Errorf("two in full (-want +got):\n%s", diff)
	}
	if got := wording.Rest(listed); got != "Further findings" {
		t.Errorf("notes and others are called %q", got)
	}
	told, listed = wording.Split([]audit.ReportFinding{of(audit.High), of(audit.Note), spoken}, 9)
	if diff := cmp.Diff([][]int{{1, 3}, {2}}, [][]int{numbers(told), numbers(listed)}); diff != "" || wording.Rest(listed) != "Notes" {
		t.Errorf("all in full (-want +got):\n%s", diff)
	}
}

func TestHosts(t *testing.T) {
	row := func(target audit.Target, seen, unread int64) audit.CoverageRow {
		return audit.CoverageRow{Target: target, Kind: "network", What: "addresses", Coverage: audit.Coverage{Total: seen + unread, Seen: seen, Unread: unread}}
	}
	rows := []audit.CoverageRow{row("file:///srv", 4, 1), row("net:10.1.0.0/24", 256, 0), row("net:10.0.0.99", 0, 1)}
	for _, last := range "12345678" {
		if diff := cmp.Diff(rows, wording.Hosts(rows)); diff != "" {
			t.Errorf("a few hosts (-want +got):\n%s", diff)
		}
		rows = append(rows, row(audit.Target("net:10.0.0."+string(last)), 1, 0))
	}
	want := append([]audit.CoverageRow{row("8 hosts named one by one", 8, 0)}, rows[:3]...)
	if diff := cmp.Diff(want, wording.Hosts(rows)); diff != "" {
		t.Errorf("many hosts (-want +got):\n%s", diff)
	}
}

func TestUntold(t *testing.T) {
	r := &audit.Report{Channels: []audit.ChannelRow{{Grade: "sound", State: audit.StatePass}}}
	if got := wording.Untold(r); got != "" {
		t.Errorf("all was told: %q", got)
	}
	r.Channels = append(r.Channels, audit.ChannelRow{Grade: "sound", State: audit.Inconclusive}, audit.ChannelRow{State: audit.Fail})
	if got := wording.Untold(r); !strings.HasPrefix(got, "Of 2 services ") {
		t.Errorf("of two not all: %q", got)
	}
}
