package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock that ends with the process or when f is closed.
func lockFile(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return err
}

// syncDir does nothing: Windows keeps the names of a folder by itself.
func syncDir(string) error { return nil }
