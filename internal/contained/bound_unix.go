//go:build unix && !linux

package contained

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// bound forbids core dumps and files.
func bound() error {
	for _, resource := range []int{unix.RLIMIT_CORE, unix.RLIMIT_FSIZE} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{}); err != nil {
			return fmt.Errorf("limit resources: %w", err)
		}
	}
	return nil
}
