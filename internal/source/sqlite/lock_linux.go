package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

// openFile opens the file without a trace in its access time, if it is ours.
func openFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOATIME, 0)
	if os.IsPermission(err) {
		return os.Open(path)
	}
	return file, err
}

// askLock asks who holds a lock. Asked of the open file rather than of the
// process, it tells of locks within this process too.
const askLock = unix.F_OFD_GETLK
