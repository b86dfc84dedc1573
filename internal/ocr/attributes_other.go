//go:build !linux

package ocr

import "syscall"

func attributes() *syscall.SysProcAttr { return nil }
