package identify

// Kind is one kind of identifier.
type Kind struct {
	Name string // as reports count it: "nhs-number"
}
