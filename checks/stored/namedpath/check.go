// Package namedpath finds file and folder names that identify patients.
package namedpath

import (
	_ "embed"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where a path identifies a patient: it stays readable even if the
// file is encrypted.
var Check = audit.Check{
	ID:       "STORED-PATIENT-NAMED-PATH",
	Title:    "File or folder names identify patients",
	Doc:      doc,
	Evidence: "pii.file",
	Severity: audit.Medium,
	Needs:    []string{content.Item{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

// See counts a path as seen even when the file could not be read. Only a
// folder that was not listed keeps names from sight.
func (f fold) See(fact audit.Fact) {
	item, ok := fact.(content.Item)
	if !ok || item.IsTable() {
		return
	}
	if item.Unlisted() {
		f.pass.Unread(1, item.Reason)
	} else {
		f.pass.Seen(1)
	}
	if !item.PathMasked {
		return
	}
	severity := audit.Medium
	if item.TestData && !f.pass.Options.CountTestData {
		severity = audit.Note
	}
	f.pass.Found(item.Folder(), severity, audit.Evidence{Locator: item.Path, Digest: item.ID})
}

func (fold) End() {}
