// Package fact holds what the pseudonym probe sees.
package fact

// Digests describes a column that looks like digests of something.
type Digests struct {
	Item       string   `json:"item"`
	Path       string   `json:"path"` // masked
	Column     string   `json:"column,omitempty"`
	Index      int      `json:"index"`
	Shape      string   `json:"shape"` // "hex-64"
	Rows       int64    `json:"rows"`
	Distinct   int64    `json:"distinct"`
	Algorithms []string `json:"algorithms"` // that yield this shape: "SHA-256", …
	Tested     bool     `json:"tested"`     // whether reversal was tried
}

// FactKind names the kind and version.
func (Digests) FactKind() string { return "pseudonym.digests/1" }
