package volume

import (
	"context"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

func of(_ context.Context, folder string) State {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return State{}
	}
	if how, ok := policy(folder); ok {
		return State{Told: true, Encrypted: true, How: how}
	}
	return mounted(os.DirFS("/"), folder, deviceOf)
}

// deviceOf returns the numbers of a block device, "253:0".
func deviceOf(path string) (string, bool) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFBLK {
		return "", false
	}
	return numbers(unix.Major(st.Rdev), unix.Minor(st.Rdev)), true
}

// policy asks the file system whether the folder is encrypted by itself.
func policy(folder string) (how string, ok bool) {
	f, err := os.Open(folder)
	if err != nil {
		return "", false
	}
	defer f.Close()
	arg := unix.FscryptGetPolicyExArg{Size: uint64(len(unix.FscryptGetPolicyExArg{}.Policy))}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), unix.FS_IOC_GET_ENCRYPTION_POLICY_EX, uintptr(unsafe.Pointer(&arg)))
	if errno != 0 {
		return "", false
	}
	const contents = 1 // place of the mode of contents in either version of a policy
	return "fscrypt" + modes[arg.Policy[contents]], true
}

// modes of fscrypt for contents.
var modes = map[byte]string{
	unix.FSCRYPT_MODE_AES_256_XTS: ", AES-256-XTS", unix.FSCRYPT_MODE_AES_128_CBC: ", AES-128-CBC", unix.FSCRYPT_MODE_ADIANTUM: ", Adiantum",
}
