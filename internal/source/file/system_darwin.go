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

// dataless reports whether a listed name is a cloud placeholder.
func dataless(e fs.DirEntry) bool {
	info, err := e.Info()
	return err == nil && placeholder(info)
}

func placeholder(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Flags&sfDataless != 0
}
