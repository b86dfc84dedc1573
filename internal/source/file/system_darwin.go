package file

import (
	"io/fs"
	"syscall"
)

// noAccessTime: macOS has no such flag.
const noAccessTime = 0

// kernel: macOS keeps no such file systems within reach but /dev, whose files
// are special already.
func (d *dir) kernel() bool { return false }

// sfDataless marks a file whose content is only in the cloud.
const sfDataless = 0x40000000

// dataless says why a listed name is not to be opened, or "".
func dataless(e fs.DirEntry) string {
	info, err := e.Info()
	if err != nil {
		return ""
	}
	return placeholder(info)
}

func placeholder(info fs.FileInfo) string {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Flags&sfDataless != 0 {
		return reasonPlaceholder
	}
	return ""
}
