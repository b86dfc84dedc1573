package contained

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// root is the folder that a child runs in: the parent's.
const root = ""

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{HideWindow: true} }

// hold is a job that the child is in: it bounds its memory, and ends it when the
// handle closes, as it does when the parent dies.
type hold struct{ job windows.Handle }

// tie puts a process into a job. It is told nothing before it is there.
func tie(process *os.Process, memory int64) (hold, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return hold{}, fmt.Errorf("make job: %w", err)
	}
	h := hold{job}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{ProcessMemoryLimit: uintptr(dataLimit(memory))}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE |
		windows.JOB_OBJECT_LIMIT_PROCESS_MEMORY | windows.JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = h.assign(process)
	}
	if err != nil {
		h.release()
		return hold{}, fmt.Errorf("bound job: %w", err)
	}
	return h, nil
}

func (h hold) assign(process *os.Process) error {
	p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(process.Pid))
	if err != nil {
		return err
	}
	defer windows.CloseHandle(p)
	return windows.AssignProcessToJobObject(h.job, p)
}

func (h hold) release() {
	if h.job != 0 {
		windows.CloseHandle(h.job)
	}
}
