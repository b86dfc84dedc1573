// Package fact holds what the content and table probes see.
package fact

import "trustaudit/internal/audit"

// Item is one file, archive member or table, read or not. It holds counts and
// masks, never a value.
type Item struct {
	ID           string `json:"id"`   // digest of target and path; keyed where the path is masked
	Path         string `json:"path"` // masked where it identifies somebody
	PathBase64   string `json:"path_base64,omitempty"`
	PathMasked   bool   `json:"path_masked,omitempty"`
	Size         int64  `json:"size"`
	Modified     string `json:"modified,omitempty"` // RFC 3339, UTC
	Format       string `json:"format,omitempty"`
	Status       Status `json:"status"`
	Reason       string `json:"reason,omitempty"`
	ByChildren   bool   `json:"by_children,omitempty"` // Partial only because of children, whose own rows say so
	Seal         string `json:"seal,omitempty"`        // none when empty, weak, strong
	Open         bool   `json:"open,omitempty"`        // sealed, and opens without a secret
	SealDetail   string `json:"seal_detail,omitempty"` // in words
	SealCipher   string `json:"seal_cipher,omitempty"`
	SealBits     int64  `json:"seal_bits,omitempty"` // of the key
	SealKDF      string `json:"seal_kdf,omitempty"`
	SealRounds   int64  `json:"seal_rounds,omitempty"`  // of the key derivation
	Identifiable bool   `json:"identifiable,omitempty"` // as if test ranges were live
	TestData     bool   `json:"test_data,omitempty"`    // every identifier is a test value
	Records      int64  `json:"records,omitempty"`      // identifiable records
	Clinical     bool   `json:"clinical,omitempty"`     // clinical content stands in or beside them
	// StatesPassword says that the beginning of the text states a password, which
	// may open what lies beside it.
	StatesPassword bool             `json:"states_password,omitempty"`
	Identifiers    map[string]Count `json:"identifiers,omitempty"`
	Score          float64          `json:"score,omitempty"`   // bans of the best record
	Excerpt        string           `json:"excerpt,omitempty"` // of the best record, masked
}

// Status says whether an item was read.
type Status string

// The statuses of an item.
const (
	Read       Status = "read"
	Partial    Status = "partial"
	Sealed     Status = "sealed"
	Unreadable Status = "unreadable"
	Skipped    Status = "skipped"
)

// Count counts the accepted occurrences of one identifier kind.
type Count struct {
	Count     int64 `json:"count"`
	Distinct  int64 `json:"distinct"`
	Estimated bool  `json:"estimated"` // Distinct is not exact
}

// FactKind names the kind and version.
func (Item) FactKind() string { return "content.item/1" }

// Column is one column of a table, as far as it is of interest: it holds
// identifiers, or what looks like digests or pseudonyms.
type Column struct {
	Item     string  `json:"item"`             // Item.ID
	Path     string  `json:"path"`             // of the item, masked
	Format   string  `json:"format,omitempty"` // of the item
	Index    int     `json:"index"`
	Name     string  `json:"name,omitempty"` // masked
	Rows     int64   `json:"rows"`           // with a value
	Distinct int64   `json:"distinct"`
	Kind     string  `json:"kind,omitempty"`  // identifier kind that dominates
	Share    float64 `json:"share,omitempty"` // of rows that are of that kind
	Shape    string  `json:"shape,omitempty"` // "hex-64", "base64-44", …: looks like digests
	// Tested is the kind whose check digit the values were tested for, unless they
	// failed: the sketch's Tested says how it went, also of merged sketches.
	// Scrambled says that they failed though the column is called by that name.
	Tested    string       `json:"tested,omitempty"`
	Scrambled bool         `json:"scrambled,omitempty"`
	Sketch    audit.Sketch `json:"sketch"`
}

// FactKind names the kind and version.
func (Column) FactKind() string { return "content.column/1" }
