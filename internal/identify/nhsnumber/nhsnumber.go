// Package nhsnumber finds NHS numbers of England, Wales and the Isle of Man, and
// those that are kept for tests: ten digits, the last of them a modulus 11 check
// digit. A number that nobody issues counts only when it is called one.
package nhsnumber

import "trustaudit/internal/identify/tendigit"

// Kind is the identifier.
var Kind = tendigit.New(tendigit.NHS, "nhs-number", "NHS number")

// Valid reports whether ten digits pass the modulus 11 check.
func Valid(v uint64) bool { return tendigit.Valid(v) }
