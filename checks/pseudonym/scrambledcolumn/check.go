// Package scrambledcolumn tells of columns that are called NHS number, or are
// called after another number with a check digit, and hold other numbers.
package scrambledcolumn

import (
	"cmp"
	_ "embed"
	"fmt"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check never fails: that numbers were replaced says nothing of how well, and
// keeps the check from passing.
var Check = audit.Check{
	ID:       "PSEUDONYM-SCRAMBLED-COLUMN",
	Title:    "A column called after patients' numbers holds others",
	Doc:      doc,
	Evidence: "pseudonym.weak",
	Severity: audit.Note,
	Needs:    []string{content.Column{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	c, ok := fact.(content.Column)
	if !ok || c.CheckDigit() == "" {
		return
	}
	if !c.Scrambled {
		f.pass.Seen(1)
		return
	}
	f.pass.Unread(1, "what the numbers stand for, and whether they lead back to patients, was not tried")
	place := fmt.Sprintf("%s: %s", c.Path, cmp.Or(c.Name, fmt.Sprintf("column %d", c.Index+1)))
	f.pass.Found(place, audit.Note, audit.Evidence{Locator: place, Excerpt: says(c), Count: c.Rows, Digest: c.Item})
}

// says tells what the column is called, and what its check digits say.
func says(c content.Column) string {
	words := c.CheckDigit()
	tested, passed := c.Sketch.Tested()
	if tested == 0 {
		return fmt.Sprintf("the column is called %s, and its values are none, or were replaced", words)
	}
	return fmt.Sprintf("the column is called %s; %d %% of %d values pass the check digit, as chance has it: they are no %ss, or were replaced",
		words, (100*passed+tested/2)/tested, tested, words)
}

func (fold) End() {}
