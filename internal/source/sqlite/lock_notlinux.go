//go:build unix && !linux

package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

func openFile(path string) (*os.File, error) { return os.Open(path) }

// askLock asks who holds a lock.
const askLock = unix.F_GETLK
