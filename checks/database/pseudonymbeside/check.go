// Package pseudonymbeside finds tables in which pseudonyms stand beside the
// identities that they should hide.
package pseudonymbeside

import (
	_ "embed"
	"fmt"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails for a table with a column of identifiers and a column that looks
// like digests of as many distinct values.
var Check = audit.Check{
	ID:       "DATABASE-PSEUDONYM-BESIDE-IDENTITY",
	Title:    "A table leads from pseudonyms back to patients",
	Doc:      doc,
	Evidence: "pseudonym.weak",
	Severity: audit.High,
	Needs:    []string{content.Column{}.FactKind(), content.Item{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge: func(p *audit.Pass) audit.Fold {
		return &fold{pass: p, tables: map[string]*table{}}
	},
}

// maxTables bounds how many tables are remembered at once. The columns of one
// table come together, so that the oldest has been seen whole.
const maxTables = 64

// maxColumns bounds the columns that are remembered of one table; those beyond
// it are told as not looked at.
const maxColumns = 64

type fold struct {
	pass   *audit.Pass
	tables map[string]*table // by item
	order  []string          // of the items, oldest first
}

// table is what is remembered of one table's columns.
type table struct {
	identities, digests []content.Column
}

func (f *fold) See(fact audit.Fact) {
	switch fact := fact.(type) {
	case content.Item:
		if reason, unread := fact.Unread(); unread && fact.IsTable() {
			f.pass.Unread(1, reason)
		}
	case content.Column:
		fact.Sketch = audit.Sketch{}
		f.column(fact)
	}
}

// column holds a column against those of the other kind in its table, so that
// every pair is looked at once, whichever comes first.
func (f *fold) column(c content.Column) {
	t := f.table(c.Item)
	switch {
	case c.Shape != "":
		f.pass.Seen(1)
		for _, identity := range t.identities {
			f.pair(identity, c)
		}
		t.digests = f.remember(t.digests, c)
	case c.Kind != "":
		for _, digest := range t.digests {
			f.pair(c, digest)
		}
		t.identities = f.remember(t.identities, c)
	}
}

func (f *fold) remember(list []content.Column, c content.Column) []content.Column {
	if len(list) == maxColumns {
		f.pass.Unread(1, "more columns in a table than can be held against each other")
		return list
	}
	return append(list, c)
}

func (f *fold) table(item string) *table {
	if t := f.tables[item]; t != nil {
		return t
	}
	if len(f.order) == maxTables {
		delete(f.tables, f.order[0])
		f.order = f.order[1:]
	}
	t := &table{}
	f.tables[item] = t
	f.order = append(f.order, item)
	return t
}

func (f *fold) pair(identity, digest content.Column) {
	if !sameNumber(identity.Distinct, digest.Distinct) {
		return
	}
	f.pass.Found(digest.Path, audit.High, audit.Evidence{
		Locator: fmt.Sprintf("%s: %s beside %s", digest.Path, name(digest), name(identity)),
		Excerpt: fmt.Sprintf("%s beside %s", digest.Shape, identity.Kind),
		Count:   digest.Rows,
		Digest:  digest.Item,
	})
}

// sameNumber allows one in a hundred to differ: a blank here, a correction
// there, and the estimate of a large count.
func sameNumber(a, b int64) bool {
	return a > 0 && b > 0 && max(a, b)-min(a, b) <= max(a, b)/100
}

func name(c content.Column) string {
	if c.Name != "" {
		return c.Name
	}
	return fmt.Sprintf("column %d", c.Index+1)
}

func (f *fold) End() {}
