// Package hcnumber finds Health and Care numbers of Northern Ireland: ten digits
// from 3200000000 to 3999999999, the last of them a modulus 11 check digit.
package hcnumber

import "trustaudit/internal/identify/tendigit"

// Kind is the identifier.
var Kind = tendigit.New(tendigit.HC, "hc-number", "H&C number")
