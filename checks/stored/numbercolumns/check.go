// Package numbercolumns finds columns of patients' numbers that lie in so many
// small files that none is enough to tell.
package numbercolumns

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"slices"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where the columns of one layout together hold numbers whose check
// digits chance does not explain, though none of them was enough alone.
var Check = audit.Check{
	ID:         "STORED-NUMBER-COLUMNS",
	Title:      "Small files together hold a column of patients' numbers",
	Doc:        doc,
	Evidence:   "pii.file",
	Severity:   audit.High,
	CriticalAt: 1000,
	Needs:      []string{content.Column{}.FactKind(), content.Item{}.FactKind()},
	Reach:      audit.ReachTarget,
	Judge: func(p *audit.Pass) audit.Fold {
		return &fold{pass: p, layouts: map[string]*layout{}}
	},
}

// The test of a layout, as that of a column: one in eleven numbers passes by
// chance, and some written down wrongly fail.
const (
	byChance = 1.0 / 11
	share    = 0.85
)

// maxLayouts bounds the layouts that are remembered. Beyond it those with the
// lowest IDs are kept, whatever the order of arrival; the others are told as not
// looked at.
const maxLayouts = 512

type fold struct {
	pass    *audit.Pass
	layouts map[string]*layout // by finding's ID
	limit   string             // IDs from here on were dropped; "" while none was
}

// layout is what columns are alike in, and what they hold together.
type layout struct {
	locator string
	tables  int64
	rows    int64
	first   content.Column // by its path, without its sketch
	sketch  audit.Sketch
}

func (f *fold) See(fact audit.Fact) {
	switch fact := fact.(type) {
	case content.Item:
		if reason, unread := fact.Unread(); unread && !fact.IsTable() {
			f.pass.Unread(1, reason)
		}
	case content.Column:
		if fact.CheckDigit() != "" && fact.Kind == "" && fact.Format != content.TableFormat {
			f.column(fact)
		}
	}
}

// column adds a column to its layout.
func (f *fold) column(c content.Column) {
	locator := place(c)
	id := audit.FindingID(f.pass.Check.ID, f.pass.Target, locator)
	if f.limit != "" && id >= f.limit {
		f.left(1)
		return
	}
	l := f.layouts[id]
	if l == nil {
		l = &layout{locator: locator}
		f.layouts[id] = l
	}
	l.tables++
	l.rows += c.Rows
	l.sketch.Merge(c.Sketch)
	c.Sketch = audit.Sketch{}
	if l.tables == 1 || cmp.Or(cmp.Compare(c.Path, l.first.Path), cmp.Compare(c.Item, l.first.Item)) < 0 {
		l.first = c
	}
	if len(f.layouts) > maxLayouts {
		f.limit = slices.Max(slices.Collect(maps.Keys(f.layouts)))
		f.left(f.layouts[f.limit].tables)
		delete(f.layouts, f.limit)
	}
}

// left tells columns that there was no room for.
func (f *fold) left(columns int64) {
	f.pass.Unread(columns, "further layouts: more than can be held against one another")
}

// place names a layout: the folder, the format, and which column it is.
func place(c content.Column) string {
	column := fmt.Sprintf("column %d", c.Index+1)
	if c.Name != "" {
		column += " " + c.Name
	}
	return fmt.Sprintf("%s (%s, %s: %ss)", content.Item{Path: c.Path}.Folder(), cmp.Or(c.Format, "any format"), column, c.CheckDigit())
}

func (f *fold) End() {
	for _, l := range f.layouts {
		f.pass.Seen(l.tables)
		tested, passed := l.sketch.Tested()
		if float64(passed) < share*float64(tested) || audit.BinomialTail(tested, passed, byChance) >= audit.Surely {
			continue
		}
		f.pass.Found(l.locator, 0, audit.Evidence{
			Locator: l.first.Path,
			Excerpt: fmt.Sprintf("%ss in %s of one layout: %d of %d distinct values looked at pass the check digit",
				l.first.CheckDigit(), tables(l.tables), passed, tested),
			Count:  l.rows,
			Digest: l.first.Item,
		})
	}
}

func tables(n int64) string {
	if n == 1 {
		return "a table"
	}
	return fmt.Sprintf("%d tables", n)
}
