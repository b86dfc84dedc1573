// Package topic tells doubtful records of patients from those of staff, of firms
// and of what is public by the words around them.
package topic

import "trustaudit/internal/identify"

// Kind is no identifier: it weighs what the others found.
var Kind = identify.Kind{
	Name:    "topic",
	Words:   "topic",
	Signals: []string{"care", "headings", "other", "mostly-other", "list", "headed-other", "row", "headed-far", "much-care", "some-care", "row-some", "noted", "headed-much"},
	Topics:  identify.ReadTopics("topics.tsv").WithClinical(),
}
