package audit_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
)

func newPass(check audit.Check) *audit.Pass {
	return audit.NewPass(&check, "file:///srv/share", audit.Options{})
}

func TestResultState(t *testing.T) {
	check := audit.Check{ID: "TEST", Severity: audit.Medium, CriticalAt: 100}
	tests := []struct {
		name     string
		report   func(*audit.Pass)
		state    audit.State
		severity audit.Severity
		reason   string
	}{
		{"silence", func(*audit.Pass) {}, audit.NotApplicable, 0, ""},
		{"seen", func(p *audit.Pass) { p.Seen(3) }, audit.StatePass, 0, ""},
		{"unread outweighs seen", func(p *audit.Pass) { p.Seen(3); p.Unread(1, "locked") }, audit.Inconclusive, 0, "locked"},
		{"reasons sorted, once", func(p *audit.Pass) { p.Unread(1, "b"); p.Unread(1, "a"); p.Unread(1, "b") }, audit.Inconclusive, 0, "a; b"},
		{"finding outweighs unread", func(p *audit.Pass) { p.Found("x", 0, audit.Evidence{}); p.Unread(1, "locked") }, audit.Fail, audit.Medium, "locked"},
		{"a note fails nothing", func(p *audit.Pass) { p.Seen(1); p.Found("x", audit.Note, audit.Evidence{}) }, audit.StatePass, audit.Note, ""},
		{"a note does not hide what was unread", func(p *audit.Pass) { p.Unread(1, "locked"); p.Found("x", audit.Note, audit.Evidence{}) }, audit.Inconclusive, audit.Note, "locked"},
		{"many are critical", func(p *audit.Pass) {
			p.Found("x", 0, audit.Evidence{Count: 60})
			p.Found("x", 0, audit.Evidence{Count: 40})
		}, audit.Fail, audit.Critical, ""},
		{"notes do not add up to a critical", func(p *audit.Pass) {
			p.Found("x", 0, audit.Evidence{Count: 60})
			p.Found("x", audit.Note, audit.Evidence{Count: 40})
		}, audit.Fail, audit.Medium, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPass(check)
			test.report(p)
			r := p.Result()
			if r.State != test.state || r.Severity != test.severity || r.Reason != test.reason {
				t.Errorf("got %v, %v, %q; want %v, %v, %q", r.State, r.Severity, r.Reason, test.state, test.severity, test.reason)
			}
		})
	}
}

// TestResultIsBounded reports at more places than are remembered, in two
// orders: the result is the same, lists no more than it promises, and says how
// much it left out.
func TestResultIsBounded(t *testing.T) {
	const n = 20_000
	result := func(order []int) audit.Result {
		p := newPass(audit.Check{ID: "TEST", Severity: audit.High})
		for _, i := range order {
			locator := fmt.Sprintf("folder-%d/", i)
			for j := range 3 {
				p.Found(locator, audit.Severity(2+(i+j)%3), audit.Evidence{Locator: fmt.Sprint(locator, j), Count: int64(i%7 + 1)})
			}
			p.Unread(1, fmt.Sprint("reason ", i))
		}
		return p.Result()
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	got := result(order)
	if diff := cmp.Diff(got, result(rand.New(rand.NewPCG(3, 4)).Perm(n))); diff != "" {
		t.Errorf("the order of arrival shows (-one +other):\n%s", diff)
	}
	if len(got.Findings) > 200 || strings.Count(got.Reason, ";") > 20 {
		t.Errorf("got %d findings, reason %q", len(got.Findings), got.Reason)
	}
	for _, f := range got.Findings {
		if len(f.Exemplars) > 20 {
			t.Errorf("finding %s has %d exemplars", f.Locator, len(f.Exemplars))
		}
	}
	if total := got.MoreFindings + int64(len(got.Findings)); total < n || total > 4*n {
		t.Errorf("got some %d places, want at least %d and the right order of size", total, n)
	}
}

func TestExemplars(t *testing.T) {
	p := newPass(audit.Check{ID: "TEST", Severity: audit.High})
	for i := range 100 {
		p.Found("x", 0, audit.Evidence{Locator: fmt.Sprintf("%02d", i), Count: int64(i / 50)})
	}
	p.Found("x", 0, audit.Evidence{Locator: strings.Repeat("é", 10_000), Count: 1000})
	f := p.Result().Findings[0]
	if f.Count != 1100 || len(f.Exemplars) != 20 {
		t.Fatalf("got count %d and %d exemplars, want 1100 and 20", f.Count, len(f.Exemplars))
	}
	if n := len([]rune(f.Exemplars[0].Locator)); n != 400 {
		t.Errorf("a long locator was cut to %d runes, want 400", n)
	}
	if f.Exemplars[1].Locator != "00" {
		t.Errorf("exemplars of equal count are not in order: %q first", f.Exemplars[1].Locator)
	}
}

func TestWorstExemplarFirst(t *testing.T) {
	p := newPass(audit.Check{ID: "TEST", Severity: audit.High})
	p.Found("x", audit.Low, audit.Evidence{Locator: "a", Excerpt: "low", Count: 9})
	p.Found("x", audit.High, audit.Evidence{Locator: "b", Excerpt: "high"})
	p.Found("x", audit.Note, audit.Evidence{Locator: "c", Excerpt: "note", Count: 99})
	for range 2 { // concluding twice changes nothing
		f := p.Result().Findings[0]
		if f.Excerpt != "high" || f.Severity != audit.High || f.Count != 10 || len(f.Exemplars) != 2 {
			t.Errorf("got %+v, want the worst exemplar first, and no note", f)
		}
	}
}

func TestSection(t *testing.T) {
	c := audit.Check{Doc: "# Title\n\n## Remedy\n\nEncrypt it.\n\nThen delete it.\n\n## Limits\nNone.\n"}
	for heading, want := range map[string]string{"Remedy": "Encrypt it.\n\nThen delete it.", "Limits": "None.", "Absent": ""} {
		if got := c.Section(heading); got != want {
			t.Errorf("Section(%q) = %q, want %q", heading, got, want)
		}
	}
}
