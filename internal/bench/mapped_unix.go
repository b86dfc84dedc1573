//go:build unix

package main

import (
	"os"
	"syscall"
)

// canMap says whether files can be mapped into memory here.
const canMap = true

// sumMapped is sumRead without the copy that reading is.
func sumMapped(folder string) (found, error) {
	var sum uint64
	err := eachFile(folder, func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		b, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
		if err != nil {
			return err
		}
		sum += sumWords(b)
		return syscall.Munmap(b)
	})
	return found{Sum: sum}, err
}
