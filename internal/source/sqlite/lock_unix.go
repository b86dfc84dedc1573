//go:build unix

package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

// The bytes by which SQLite locks a database: a writer that is about to change
// the file holds the pending byte, one that changes it the shared bytes too.
const (
	pendingByte  = 0x40000000
	sharedFirst  = pendingByte + 2
	sharedLength = 510
)

// locked reports whether another program is changing the file. It asks and
// takes no lock.
func locked(file *os.File) bool {
	return held(file, pendingByte, 1) || held(file, sharedFirst, sharedLength)
}

func held(file *os.File, start, length int64) bool {
	ask := unix.Flock_t{Type: unix.F_RDLCK, Start: start, Len: length}
	if err := unix.FcntlFlock(file.Fd(), askLock, &ask); err != nil {
		return false // a file system without locks: nobody can hold one
	}
	return ask.Type == unix.F_WRLCK
}
