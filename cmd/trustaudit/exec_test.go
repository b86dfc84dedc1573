package main

import (
	"errors"
	"os/exec"
	"strconv"
)

// exitCode is how a process ended, in figures.
func exitCode(err error) string {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return strconv.Itoa(e.ExitCode())
	}
	return err.Error()
}
