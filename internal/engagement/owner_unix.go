//go:build unix

package engagement

import (
	"fmt"
	"io/fs"
)

// ownerOnly refuses a file that its group or others may read.
func ownerOnly(info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("the file is open to others (mode %04o): run chmod 600 on it", mode)
	}
	return nil
}
