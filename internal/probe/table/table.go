// Package table is the probe of databases: what their tables hold, and whether
// it identifies anybody.
package table

import (
	"trustaudit/internal/audit"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/content"
	"trustaudit/internal/probe/content/fact"
)

const doc = `Reads the tables of a SQLite database from the first row to the last, and looks for data that identifies patients.

It sends nothing over the network. The file is opened for reading only; no lock is taken and no journal made, and a database that another program is writing to is left alone. What is kept is counts, masks and keyed digests, never a value.`

// Probe reads tables.
var Probe = probe.Probe{
	Name:    "table",
	Doc:     doc,
	Phase:   audit.Observe,
	Applies: func(t audit.Target) bool { return t.Scheme() == "sqlite" },
	Observe: content.Observe,
	Facts:   []audit.Fact{fact.Item{}, fact.Column{}},
}
