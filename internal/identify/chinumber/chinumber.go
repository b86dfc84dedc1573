// Package chinumber finds CHI numbers of Scotland: the date of birth as DDMMYY,
// two digits, one that is odd for men and even for women, and a modulus 11
// check digit.
package chinumber

import "trustaudit/internal/identify/tendigit"

// Kind is the identifier.
var Kind = tendigit.New(tendigit.CHI, "chi-number", "CHI number")
