package fact

import (
	"cmp"
	"strings"
)

// TableFormat is the format of an item that is a table of a database.
const TableFormat = "table"

// IsTable reports whether the item is a table rather than a file.
func (i Item) IsTable() bool { return i.Format == TableFormat }

// Unread says why the item was not examined in full; ok is false when it was.
// A strong seal is as good as a look: nobody reads past it. A container that is
// partial only because of children is accounted for by their rows.
func (i Item) Unread() (reason string, ok bool) {
	switch {
	case i.Status == Read, i.Status == Partial && i.ByChildren, i.Status == Sealed && i.Seal == "strong" && !i.Open:
		return "", false
	case i.Status == Sealed && i.Seal == "strong":
		return "opens without a secret, but was not read", true
	case i.Status == Sealed && i.Seal == "weak":
		return "weakly encrypted, not read", true
	case i.Status == Sealed:
		return "encrypted in a way that was not recognised", true
	}
	return cmp.Or(i.Reason, string(i.Status), "no status"), true
}

// Described is the excerpt of an identifiable item's best record, and whether
// clinical content stands with its records.
func (i Item) Described() string {
	if !i.Clinical {
		return i.Excerpt
	}
	return strings.TrimPrefix(i.Excerpt+", with clinical content", ", ")
}

// Folder is the first folder of the item's path, "letters/", or "." for what
// lies at the root of the target, archives there included.
func (i Item) Folder() string {
	folder, _, ok := strings.Cut(i.Path, "/")
	if !ok || strings.HasSuffix(folder, "!") {
		return "."
	}
	return folder + "/"
}

// Unlisted reports whether the item is a folder or container whose content was
// not so much as listed.
func (i Item) Unlisted() bool {
	return strings.HasSuffix(i.Path, "/") && (i.Status == Unreadable || i.Status == Skipped)
}

// CheckDigit names the number whose check digit the column's values were tested
// for; it is empty when they were tested for something else, or not at all.
func (c Column) CheckDigit() string {
	switch c.Tested {
	case "nhs-number":
		return "NHS number"
	case "chi-number":
		return "CHI number"
	case "hc-number":
		return "Health and Care number"
	}
	return ""
}
