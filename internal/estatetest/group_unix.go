//go:build unix

package estatetest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func endGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, stopSignal) }

// endNaming ends the programs whose command line names a file, where the system tells
// command lines.
func endNaming(file string) {
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return
	}
	for _, line := range lines {
		words, err := os.ReadFile(line)
		if err != nil || !bytes.Contains(words, []byte(file)) {
			continue // it has ended, or is another's
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGTERM)
		}
	}
}
