package contained

import (
	"fmt"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Lacks says in words what children are not confined by on this system.
func Lacks(ocr bool) []string {
	var lacks []string
	if !filters() {
		lacks = append(lacks, "Files were read in child processes that this kernel could not bar from the network: it has no seccomp filters.")
	}
	if (ocr || !filters()) && !locks() {
		lacks = append(lacks, "Files were read in child processes that this kernel could not bar from the file system: it has no Landlock.")
	}
	return lacks
}

// filters reports whether the kernel has seccomp filters, and we one for it.
func filters() bool {
	action := uint32(unix.SECCOMP_RET_ERRNO)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	return errno == 0 && architecture != 0
}

// locks reports whether the kernel has Landlock.
func locks() bool {
	version, err := ll.LandlockGetABIVersion()
	return err == nil && version > 0
}

// confine takes from this process what it does not need. What the kernel has and
// does not grant is an error: a child is confined as Lacks says, or not at all.
func confine(s settings) error {
	if err := bound(s.Memory); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid dumps: %w", err)
	}
	if locks() {
		if err := landlock.V8.BestEffort().Restrict(readable(s.OCR != "")...); err != nil {
			return fmt.Errorf("lock the file system: %w", err)
		}
	}
	if filters() {
		return filter(s.OCR != "")
	}
	return nil
}

// bound bounds memory, and forbids core dumps and files altogether.
func bound(memory int64) error {
	for _, l := range []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_DATA, uint64(dataLimit(memory))},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_FSIZE, 0},
	} {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return fmt.Errorf("limit resources: %w", err)
		}
	}
	return nil
}

// readable is what of the file system stays: nothing, or what running an
// installed program takes.
func readable(ocr bool) []landlock.Rule {
	if !ocr {
		return nil
	}
	return []landlock.Rule{
		landlock.RODirs("/usr", "/bin", "/lib", "/lib64", "/opt").IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", "/etc/ld.so.conf").IgnoreIfMissing(),
	}
}
