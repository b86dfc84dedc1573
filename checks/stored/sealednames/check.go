// Package sealednames finds sealed archives whose members' names identify
// patients.
package sealednames

import (
	_ "embed"
	"strings"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
)

//go:embed doc.md
var doc string

// Check fails where the name of an encrypted member identifies somebody: names
// stand in clear in most archives, whatever the cipher.
var Check = audit.Check{
	ID:       "STORED-SEALED-NAMES",
	Title:    "Encrypted archives show names of files that identify patients",
	Doc:      doc,
	Evidence: "enc.file",
	Severity: audit.Medium,
	Needs:    []string{content.Item{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

// See looks at the encrypted members of archives alone: the names of files that
// lie in the store have a check of their own.
func (f fold) See(fact audit.Fact) {
	item, ok := fact.(content.Item)
	if !ok || item.IsTable() {
		return
	}
	archive, member, inside := cutLast(item.Path, "!/")
	switch {
	case item.Unlisted():
		f.pass.Unread(1, item.Reason)
		return
	case !inside || item.Status != content.Sealed:
		return
	}
	f.pass.Seen(1)
	if item.PathMasked && strings.Contains(member, maskMark) {
		f.pass.Found(archive, audit.Medium, audit.Evidence{Locator: item.Path, Excerpt: "the name is in clear", Digest: item.ID})
	}
}

// maskMark begins what stands in a path for a name that identifies somebody.
const maskMark = "masked-"

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (fold) End() {}
