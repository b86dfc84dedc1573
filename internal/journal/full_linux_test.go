package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a file system of a few MiB, where the test may.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("a small file system is needed: %v", err)
		}
		t.Skipf("mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestRealFullDisk fills a disk with many small units, and with one so large
// that it is put aside.
func TestRealFullDisk(t *testing.T) {
	for name, perUnit := range map[string]int{"small units": 100, "a unit put aside": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(smallDisk(t), "run")
			w, err := Create(dir, clock())
			must(t, err)
			committed, fact := 0, item{Path: strings.Repeat("y", 100)}
			for err == nil && committed < 10_000 {
				b := w.Begin(unitOf(committed))
				for i := 0; i < perUnit && err == nil; i++ {
					err = b.Add(fact)
				}
				if err == nil {
					err = b.Commit(Done, "")
				}
				b.Abandon()
				if err == nil {
					committed++
				}
			}
			if !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("after %d units: %v", committed, err)
			}
			_ = w.Close() // it may have room for its index now, or not
			v, err := Verify(dir)
			must(t, err)
			if !v.Intact() || v.Blocks != int64(committed) {
				t.Errorf("%d units were committed: %+v", committed, v)
			}
			entries, err := os.ReadDir(dir)
			must(t, err)
			if len(entries) != 3 {
				t.Errorf("left: %v", entries)
			}
		})
	}
}
