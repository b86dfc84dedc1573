package postcode

import "trustaudit/internal/identify"

// Kind is the identifier.
var Kind = identify.Kind{Name: "postcode"}
