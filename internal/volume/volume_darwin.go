package volume

import (
	"context"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// of asks fdesetup, which speaks of the volume that the system starts from.
func of(ctx context.Context, folder string) State {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return State{}
	}
	switch unix.ByteSliceToString(st.Mntonname[:]) {
	case "/", "/System/Volumes/Data":
	default:
		return State{}
	}
	out, err := exec.CommandContext(ctx, "/usr/bin/fdesetup", "status").Output()
	if err != nil {
		return State{}
	}
	switch {
	case strings.Contains(string(out), "FileVault is On"):
		return State{Told: true, Encrypted: true, How: "FileVault"}
	case strings.Contains(string(out), "FileVault is Off"):
		return State{Told: true}
	}
	return State{}
}
