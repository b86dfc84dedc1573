//go:build linux && !amd64 && !arm64

package contained

// There is no filter for other architectures.
const (
	architecture = 0
	otherNumbers = 0
)

func refusedHere() []uintptr { return nil }

func refusedAloneHere() []uintptr { return nil }
