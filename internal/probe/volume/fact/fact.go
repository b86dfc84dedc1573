// Package fact holds what the platform tells of the volumes that stores lie on.
package fact

// Volume is the volume of a local store.
type Volume struct {
	Store     string `json:"store"` // its URL
	Encrypted bool   `json:"encrypted"`
	How       string `json:"how,omitempty"` // "LUKS2"
}

// FactKind names the kind and version.
func (Volume) FactKind() string { return "volume.volume/1" }
