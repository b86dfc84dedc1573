// Package templates holds what needs no Go: word lists, code lists, editions of
// the standard and report texts, embedded into the binaries.
package templates

import "embed"

// IdentifierData holds the lists and weights that package identify and its
// kinds work with, in the folder identifiers.
//
//go:embed identifiers
var IdentifierData embed.FS
