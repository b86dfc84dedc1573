// Package patientdata finds patient data that lies readable in stored files.
package patientdata

import (
	_ "embed"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where a file holds records that identify patients and that can
// be read without a key.
var Check = audit.Check{
	ID:         "STORED-PATIENT-DATA",
	Title:      "Patient data can be read in stored files",
	Doc:        doc,
	Evidence:   "pii.file",
	Severity:   audit.High,
	CriticalAt: 1000,
	Needs:      []string{content.Item{}.FactKind()},
	Reach:      audit.ReachTarget,
	Judge:      func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	item, ok := fact.(content.Item)
	if !ok || item.IsTable() {
		return
	}
	if reason, unread := item.Unread(); unread {
		f.pass.Unread(1, reason)
	} else {
		f.pass.Seen(1)
	}
	if !item.Identifiable {
		return
	}
	severity := audit.High
	if item.TestData && !f.pass.Options.CountTestData {
		severity = audit.Note
	}
	f.pass.Found(item.Folder(), severity, audit.Evidence{
		Locator: item.Path, Excerpt: item.Described(), Count: item.Records, Digest: item.ID,
	})
}

func (fold) End() {}
