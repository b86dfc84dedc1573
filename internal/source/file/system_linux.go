package file

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// noAccessTime asks the system not to note that the file was read.
const noAccessTime = unix.O_NOATIME

// kernel reports whether the folder belongs to a file system that shows the
// kernel's state rather than stored data: its files may never end.
func (d *dir) kernel() bool {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(d.file.Fd()), &st); err != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEBUGFS_MAGIC, unix.TRACEFS_MAGIC, unix.CGROUP2_SUPER_MAGIC,
		unix.CGROUP_SUPER_MAGIC, unix.SECURITYFS_MAGIC, unix.BPF_FS_MAGIC, unix.DEVPTS_SUPER_MAGIC, unix.PSTOREFS_MAGIC:
		return true
	}
	return false
}

// dataless: Linux mounts of cloud stores do not tell placeholders apart.
func dataless(fs.DirEntry) bool { return false }

func placeholder(fs.FileInfo) bool { return false }
