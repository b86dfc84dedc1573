// Package patienttable finds database tables that hold patient data in clear.
package patienttable

import (
	_ "embed"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails for each table whose rows identify patients.
var Check = audit.Check{
	ID:         "DATABASE-PATIENT-TABLE",
	Title:      "Database tables hold patient data that is not encrypted",
	Doc:        doc,
	Evidence:   "pii.db",
	Severity:   audit.High,
	CriticalAt: 1000,
	Needs:      []string{content.Item{}.FactKind()},
	Reach:      audit.ReachTarget,
	Judge:      func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	table, ok := fact.(content.Item)
	if !ok || !table.IsTable() {
		return
	}
	if reason, unread := table.Unread(); unread {
		f.pass.Unread(1, reason)
	} else {
		f.pass.Seen(1)
	}
	if !table.Identifiable {
		return
	}
	severity := audit.High
	if table.TestData && !f.pass.Options.CountTestData {
		severity = audit.Note
	}
	f.pass.Found(table.Path, severity, audit.Evidence{
		Locator: table.Path, Excerpt: table.Described(), Count: table.Records, Digest: table.ID,
	})
}

func (fold) End() {}
