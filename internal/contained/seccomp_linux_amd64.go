package contained

import "golang.org/x/sys/unix"

const (
	architecture = unix.AUDIT_ARCH_X86_64
	otherNumbers = 0x40000000 // from here on the numbers are of x32
)

// refusedHere and refusedAloneHere are calls that this architecture has beside
// the others' and that do the same as those.
func refusedHere() []uintptr {
	return []uintptr{
		unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_LCHOWN, unix.SYS_UTIME, unix.SYS_UTIMES, unix.SYS_FUTIMESAT, unix.SYS_UNLINK, unix.SYS_RENAME,
		unix.SYS_RENAMEAT, unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_MKNOD, unix.SYS_LINK, unix.SYS_SYMLINK, unix.SYS_KEXEC_FILE_LOAD,
	}
}

func refusedAloneHere() []uintptr {
	return []uintptr{unix.SYS_OPEN, unix.SYS_CREAT, unix.SYS_FORK, unix.SYS_VFORK}
}
