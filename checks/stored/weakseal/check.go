// Package weakseal finds files whose encryption does not protect them: by its
// cipher, its key, how a password becomes that key, or because it opens without
// one.
package weakseal

import (
	"cmp"
	_ "embed"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where a file is encrypted with a weak method, lets passwords be
// tried too fast, or opens without a secret.
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
	if !ok || item.IsTable() || item.ByChildren { // of a container its members say it
		return
	}
	said := cmp.Or(item.SealDetail, "method not recognised")
	switch {
	case item.Open:
		f.found(item, audit.High, said+", opens without a secret: "+remedy(said))
	case item.Seal == "weak":
		f.found(item, audit.Medium, said+": "+remedy(said))
	case item.Seal == "strong":
		f.derivation(item, said)
	case item.Status == content.Sealed:
		f.pass.Unread(1, "encrypted in a way that was not recognised")
	case item.Status == content.Unreadable, item.Status == content.Skipped:
		// It may be encrypted or not: nobody looked.
		f.pass.Unread(1, item.Reason)
	}
}

func (f fold) found(item content.Item, severity audit.Severity, words string) {
	f.pass.Seen(1)
	f.pass.Found(item.Folder(), severity, audit.Evidence{Locator: item.Path, Excerpt: words, Digest: item.ID})
}

// derivation judges how a password becomes the key of a strong cipher. What
// nobody can choose is said, and what is only slower elsewhere.
func (f fold) derivation(item content.Item, said string) {
	d, ok := derivationOf(item.SealKDF, said)
	switch {
	case !ok, item.SealRounds >= d.advised && !d.never, item.SealRounds == 0 && !d.never:
		f.pass.Seen(1)
	case d.never || item.SealRounds < d.fewest:
		f.found(item, audit.Low, said+", passwords can be tried fast: "+d.words)
	default:
		f.found(item, audit.Note, said+", passwords can be tried faster than is advised: "+d.words)
	}
}

func (fold) End() {}
