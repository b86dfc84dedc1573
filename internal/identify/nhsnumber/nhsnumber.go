package nhsnumber

import "trustaudit/internal/identify"

// Kind is the identifier.
var Kind = identify.Kind{Name: "nhs-number"}
