// Package fact holds what the trust declares of itself.
package fact

import "trustaudit/internal/audit"

// Flow is a flow of data: declared in the engagement, or discovered.
type Flow struct {
	audit.Flow
}

// FactKind names the kind and version.
func (Flow) FactKind() string { return "register.flow/1" }
