// Package volume is the probe of the volumes that local folders lie on: whether
// the disk would protect what it holds when it is carried off.
package volume

import (
	"context"
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/engagement"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/volume/fact"
	"trustaudit/internal/volume"
)

const doc = `Notes whether the folders of the scope lie on encrypted volumes, as far as this machine tells without being asked for rights.

It sends nothing and opens no file: it reads the system's tables of mounts and block devices, and on macOS asks fdesetup.`

// Probe notes encrypted volumes.
var Probe = probe.Probe{
	Name:    "volume",
	Doc:     doc,
	Phase:   audit.Observe,
	Applies: func(t audit.Target) bool { return t == audit.Estate },
	Observe: observe,
	Facts:   []audit.Fact{fact.Volume{}},
}

// observe notes what is told. A store that cannot be found, or whose platform
// does not tell, is passed over: nothing is concluded from that.
func observe(ctx context.Context, s *probe.Session) error {
	for _, store := range s.Scope.Stores {
		if !strings.HasPrefix(store.URL, "file:") {
			continue
		}
		folder, err := engagement.LocalPath(store.URL)
		if err != nil {
			continue
		}
		v := volume.Of(ctx, folder)
		if !v.Told {
			continue
		}
		if err := s.Emit(fact.Volume{Store: store.URL, Encrypted: v.Encrypted, How: v.How}); err != nil {
			return fmt.Errorf("note volume: %w", err)
		}
	}
	return nil
}
