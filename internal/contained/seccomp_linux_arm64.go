package contained

import "golang.org/x/sys/unix"

const (
	architecture = unix.AUDIT_ARCH_AARCH64
	otherNumbers = 0xffffffff // there are no others
)

func refusedHere() []uintptr { return []uintptr{unix.SYS_RENAMEAT} }

func refusedAloneHere() []uintptr { return nil }
