// Package untested lists pseudonyms whose strength nobody has tried.
package untested

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	pseudonym "trustaudit/internal/probe/pseudonym/fact"
)

//go:embed doc.md
var doc string

// Check never fails: a column of digests that nobody has tried to reverse is
// neither good nor bad, and keeps the check from passing.
var Check = audit.Check{
	ID:       "PSEUDONYM-UNTESTED",
	Title:    "Pseudonyms have not been tried for reversal",
	Doc:      doc,
	Evidence: "pseudonym.weak",
	Severity: audit.Note,
	Needs:    []string{pseudonym.Digests{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	d, ok := fact.(pseudonym.Digests)
	if !ok {
		return
	}
	if d.Tested {
		f.pass.Seen(1)
		return
	}
	f.pass.Unread(1, "whether the digests can be reversed was not tried")
	column := cmp.Or(d.Column, fmt.Sprintf("column %d", d.Index+1))
	f.pass.Found(d.Path+": "+column, audit.Note, audit.Evidence{
		Locator: d.Path + ": " + column,
		Excerpt: fmt.Sprintf("%s, %d distinct; could be %s", d.Shape, d.Distinct, strings.Join(d.Algorithms, ", ")),
		Count:   d.Rows,
		Digest:  d.Item,
	})
}

func (fold) End() {}
