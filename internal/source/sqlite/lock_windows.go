package sqlite

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"

	"trustaudit/internal/source"
)

func openFile(path string) (*os.File, error) {
	file, err := os.Open(path)
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return nil, source.ErrLocked
	}
	return file, err
}

// The bytes by which SQLite locks a database: a writer that is about to change
// the file holds the pending byte, one that changes it the shared bytes too.
const (
	pendingByte = 0x40000000
	sharedFirst = pendingByte + 2
)

// locked reports whether another program is changing the file. A lock of
// Windows keeps others from reading the bytes, so it is enough to try.
func locked(file *os.File) bool {
	for _, at := range []int64{pendingByte, sharedFirst} {
		if _, err := file.ReadAt(make([]byte, 1), at); errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			return true
		}
	}
	return false
}
