//go:build !linux

package contained

import (
	"os"
	"runtime"
	"runtime/metrics"
	"time"
)

// Lacks says in words what children are not confined by on this system.
func Lacks(bool) []string {
	return []string{
		"Files were read in child processes that are held to limits of memory and time; " +
			"this system offers no way here to bar them from the network and the file system.",
	}
}

// confine has the process look after itself, where the system does not.
func confine(s settings) error {
	if err := bound(); err != nil {
		return err
	}
	go watchSelf(s.Memory, os.Getppid())
	return nil
}

// watchSelf ends the process when it holds more than the limit, or when its
// parent is gone. The words are those the parent listens for.
func watchSelf(memory int64, parent int) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for range time.Tick(watchEvery) {
		metrics.Read(sample)
		if held := sample[0].Value.Uint64() - sample[1].Value.Uint64(); held > uint64(memory) {
			panic(outOfMemory)
		}
		if runtime.GOOS != "windows" && os.Getppid() != parent {
			panic("the parent is gone")
		}
	}
}
