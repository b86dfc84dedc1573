// Package identify is the scanning engine for patient identifiers. A Scanner
// reads text and table rows in one pass, asks the kinds of identifier for
// matches, adds their evidence up in bans (log10 likelihood ratios) record by
// record, and tests whole columns. What leaves it are counts, masks, bans and
// keyed sketches, never a value.
//
// Each kind is a struct value in a folder of its own below this one; package
// all lists them.
package identify

import (
	"time"

	"trustaudit/internal/audit"
)

// Config says what a Scanner looks for.
type Config struct {
	Kinds []Kind
	Key   *audit.Key // keys digests and sketches
	Now   time.Time  // ages are reckoned from it
	// Explain asks for the evidence of the best records. It costs little, but is
	// for people.
	Explain bool
}

// Summary is what a Scanner found since its last Reset.
type Summary struct {
	Identifiable bool             // a record is over the threshold, as if test ranges were live
	TestData     bool             // it holds NHS numbers, and all of them are test values
	Records      int64            // identifiable records
	Score        float64          // of the best record, the prior included: log10 of the odds; 0 without any evidence
	Identifiers  map[string]Count // accepted occurrences by kind; nil when there are none
	Columns      []Column         // columns of interest, in order
	Excerpt      string           // of the best record, masked, at most 80 characters
	Flags        []string         // kinds of content in identifiable records that are no identifiers
	Explained    []Record         // the best records, if that was asked for
}

// Count counts the accepted occurrences of one kind.
type Count struct {
	Count     int64
	Distinct  int64 // exact to 98,304
	Estimated bool  // Distinct is not exact
}

// Column is a column that holds identifiers, or values that look like digests.
type Column struct {
	Table    string // as given to Table, raw
	Index    int
	Name     string // as given to Table, raw: mask it before it leaves the probe
	Rows     int64  // with a value
	Distinct int64
	Kind     string  // of identifier, empty when none
	Share    float64 // of Rows that are of that kind
	Shape    string  // "hex-64", "base64-44", …, empty when the values are no digests
	// Tested is the kind whose check digit the values were tested for, while the
	// test has not said no; the sketch's Tested says how it went.
	Tested    string
	Scrambled bool // it is called by the name of Tested, and its values are not of it
	Sketch    audit.Sketch
}
