package unpack

import (
	"fmt"

	"trustaudit/internal/extract"
)

// Guard calls a library that may panic on what nobody expected. That is
// corruption: it costs one file, not all that was read before it.
func Guard(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("unpack: %w", extract.ErrCorrupt)
		}
	}()
	return call()
}
