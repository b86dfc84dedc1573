package checktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

// recorder keeps what a law has to say.
type recorder struct{ said []string }

func (*recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

const goodDoc = "# Something is wrong\n\n## What it looks at\n\nA.\n\n## Why it matters\n\nB.\n\n## Remedy\n\nC.\n\n## Limits\n\nD.\n"

func sound() audit.Check {
	return audit.Check{
		ID: "TEST-SOUND", Title: "Something is wrong", Doc: goodDoc, Evidence: "x", Severity: audit.Low,
		Needs: []string{"content.item/1"}, Reach: audit.ReachTarget,
	}
}

func TestDeclarationCatches(t *testing.T) {
	d, err := decoder()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		spoil func(*audit.Check)
		want  string
	}{
		{"nothing", func(*audit.Check) {}, ""},
		{"id", func(c *audit.Check) { c.ID = "Test-1" }, "ID"},
		{"title", func(c *audit.Check) { c.Title = "Other" }, "the doc begins with"},
		{"full stop", func(c *audit.Check) { c.Title += "." }, "full stop"},
		{"section", func(c *audit.Check) { c.Doc = strings.Replace(goodDoc, "## Remedy", "## Cure", 1) }, `lacks the section "Remedy"`},
		{"empty section", func(c *audit.Check) { c.Doc = strings.Replace(goodDoc, "\nC.\n", "", 1) }, `"Remedy" is empty`},
		{"order", func(c *audit.Check) {
			c.Doc = strings.NewReplacer("## Remedy", "## Limits", "## Limits", "## Remedy").Replace(goodDoc)
		}, "in its place"},
		{"evidence", func(c *audit.Check) { c.Evidence = "" }, "evidence"},
		{"severity", func(c *audit.Check) { c.Severity = 0 }, "severity"},
		{"reach", func(c *audit.Check) { c.Reach = "world" }, "reach"},
		{"needs", func(c *audit.Check) { c.Needs = nil }, "needs no facts"},
		{"unknown need", func(c *audit.Check) { c.Needs = []string{"x.y/1"} }, "no probe emits"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			check, r := sound(), &recorder{}
			test.spoil(&check)
			declaration(r, &check, d)
			if said := strings.Join(r.said, "\n"); !strings.Contains(said, test.want) || test.want == "" && said != "" {
				t.Errorf("the law said %q, want %q in it", said, test.want)
			}
		})
	}
}

// firstOnly reports the first item alone, so that the order shows.
type firstOnly struct {
	pass *audit.Pass
	done bool
}

func (f *firstOnly) See(fact audit.Fact) {
	if !f.done {
		f.done = true
		f.pass.Found(fact.(content.Item).Path, audit.High, audit.Evidence{})
	}
}

func (*firstOnly) End() {}

// hoarder keeps every fact.
type hoarder struct{ kept []audit.Fact }

func (h *hoarder) See(fact audit.Fact) { h.kept = append(h.kept, fact) }

func (*hoarder) End() {}

func TestLawsCatch(t *testing.T) {
	d, err := decoder()
	if err != nil {
		t.Fatal(err)
	}
	c := Case{Target: "file:///srv/share"}
	for i := range 4 {
		c.Facts = append(c.Facts, Fact{Kind: "content.item/1", Data: json.RawMessage(fmt.Sprintf(`{"path":"%d/a.txt","status":"read"}`, i))})
	}
	check := sound()
	facts, err := decode(c, d, &check)
	if err != nil {
		t.Fatal(err)
	}
	check.Judge = func(p *audit.Pass) audit.Fold { return &firstOnly{pass: p} }
	r := &recorder{}
	if shuffled(r, &check, c, facts, judge(&check, c, facts)); len(r.said) != 1 {
		t.Errorf("a fold whose order shows: the law said %q", r.said)
	}
	check.Judge = func(*audit.Pass) audit.Fold { return &hoarder{} }
	r = &recorder{}
	if bounded(r, &check, c, d); len(r.said) != 1 || !strings.Contains(r.said[0], "memory") {
		t.Errorf("a fold that keeps everything: the law said %q", r.said)
	}
}

func TestDecodeRefuses(t *testing.T) {
	d, err := decoder()
	if err != nil {
		t.Fatal(err)
	}
	check := sound()
	for name, f := range map[string]Fact{
		"unknown kind":  {Kind: "x.y/1", Data: json.RawMessage(`{}`)},
		"unknown field": {Kind: "content.item/1", Data: json.RawMessage(`{"colour":"red"}`)},
		"wrong type":    {Kind: "content.item/1", Data: json.RawMessage(`{"path":7}`)},
		"not needed":    {Kind: "discover.host/1", Data: json.RawMessage(`{"address":"10.0.0.5"}`)},
	} {
		if _, err := decode(Case{Facts: []Fact{f}}, d, &check); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
