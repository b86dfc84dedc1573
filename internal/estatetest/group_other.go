//go:build !unix

package estatetest

import "os/exec"

func group(*exec.Cmd) {}

func endGroup(cmd *exec.Cmd) { _ = cmd.Process.Signal(stopSignal) }

func endNaming(string) {}
