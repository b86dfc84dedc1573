// Package weakseal finds files whose encryption does not protect them.
package weakseal

import (
	"cmp"
	_ "embed"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where a file is encrypted with a weak method, or opens without a
// secret.
var Check = audit.Check{
	ID:       "STORED-SEAL-WEAK",
	Title:    "Files are encrypted in a way that does not protect them",
	Doc:      doc,
	Evidence: "enc.file",
	Severity: audit.Medium,
	Needs:    []string{content.Item{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	item, ok := fact.(content.Item)
	if !ok || item.IsTable() {
		return
	}
	evidence := audit.Evidence{Locator: item.Path, Excerpt: cmp.Or(item.SealDetail, "method not recognised"), Digest: item.ID}
	switch {
	case item.Open:
		f.pass.Seen(1)
		evidence.Excerpt += ", opens without a secret"
		f.pass.Found(item.Folder(), audit.High, evidence)
	case item.Seal == "weak":
		f.pass.Seen(1)
		f.pass.Found(item.Folder(), audit.Medium, evidence)
	case item.Seal == "strong":
		f.pass.Seen(1)
	case item.Status == content.Sealed:
		f.pass.Unread(1, "encrypted in a way that was not recognised")
	case item.Status == content.Unreadable, item.Status == content.Skipped:
		// It may be encrypted or not: nobody looked.
		f.pass.Unread(1, item.Reason)
	}
}

func (fold) End() {}
