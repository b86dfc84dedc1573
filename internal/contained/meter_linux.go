package contained

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// meter reads how much memory a process holds.
type meter struct {
	statm *os.File
	page  int64
}

// meterOf returns nil where the system hides it.
func meterOf(pid int) *meter {
	f, err := os.Open(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return nil
	}
	return &meter{statm: f, page: int64(os.Getpagesize())}
}

func (m *meter) resident() (int64, error) {
	var room [128]byte
	n, err := m.statm.ReadAt(room[:], 0)
	fields := bytes.Fields(room[:n])
	if len(fields) < 2 {
		return 0, fmt.Errorf("read memory of a process: %w", err)
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * m.page, err
}

func (m *meter) close() { m.statm.Close() }
