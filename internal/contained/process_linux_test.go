package contained_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"trustaudit/internal/contained"
	"trustaudit/internal/ocr"
	"trustaudit/internal/probe/content/fact"
)

// descendants are the processes below one.
func descendants(t testing.TB, pid int) (pids []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		data, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(pid) && fields[0] != "Z" {
			child, err := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
			if err != nil {
				t.Fatal(err)
			}
			pids = append(append(pids, child), descendants(t, child)...)
		}
	}
	return pids
}

// resident is the memory that processes hold together.
func resident(pids []int) (sum int64) {
	for _, pid := range pids {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if fields := strings.Fields(string(data)); err == nil && len(fields) > 1 {
			pages, _ := strconv.ParseInt(fields[1], 10, 64)
			sum += pages * int64(os.Getpagesize())
		}
	}
	return sum
}

// TestMemoryOfAll holds that all processes together keep below a gibibyte while
// every child takes what it can get.
func TestMemoryOfAll(t *testing.T) {
	const workers = 2
	p := newPool(t, contained.Config{Workers: workers, Limits: limits()})
	var most int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				most = max(most, resident(append(descendants(t, os.Getpid()), os.Getpid())))
			}
		}
	}()
	var all sync.WaitGroup
	for range workers {
		items := share(t, map[string]string{"a.trial": trialMark + "bomb", "b.trial": trialMark + "burst", "c.trial": trialMark + "bomb"})
		all.Go(func() {
			for _, f := range examine(t, p.Worker(), items).Facts {
				if item := f.(fact.Item); item.Reason != "memory limit reached" {
					t.Errorf("%s: %s, %s", item.Path, item.Status, item.Reason)
				}
			}
		})
	}
	all.Wait()
	close(stop)
	<-stopped
	t.Logf("at most %d MiB", most>>20)
	if most >= 1<<30 || most < 200<<20 {
		t.Errorf("%d MiB held, want less than 1024 and enough to have tested it", most>>20)
	}
}

// orphanMode is the argument of a process that hands a file to a child and waits.
const orphanMode = "orphan"

// TestDiesWithParent holds that a child at work does not outlive its parent,
// however that ends.
func TestDiesWithParent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "-test.run=^TestOrphan$")
	c.Env = append(os.Environ(), orphanMode+"="+t.TempDir())
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var below []int
	for deadline := time.Now().Add(20 * time.Second); len(below) == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		below = descendants(t, c.Process.Pid)
	}
	if len(below) == 0 {
		t.Fatal("no child was started")
	}
	time.Sleep(200 * time.Millisecond) // it is at work
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	alive := func(pid int) bool {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err == nil && bytes.Contains(data, []byte(contained.Verb))
	}
	for deadline := time.Now().Add(5 * time.Second); alive(below[0]); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the child lives on")
		}
	}
}

// TestOrphan is the parent that is killed.
func TestOrphan(t *testing.T) {
	if os.Getenv(orphanMode) == "" {
		t.Skip("it is run by TestDiesWithParent")
	}
	p := newPool(t, contained.Config{Workers: 1})
	examine(t, p.Worker(), share(t, map[string]string{"a.trial": trialMark + "hang"}))
}

// TestArguments holds that a child is told nothing where others can see it, and
// can dump nothing.
func TestArguments(t *testing.T) {
	p := newPool(t, contained.Config{Workers: 1})
	w := p.Worker()
	examine(t, w, share(t, map[string]string{"a.trial": trialMark + "text"}))
	pids := descendants(t, os.Getpid())
	if len(pids) != 1 {
		t.Fatalf("%d children", len(pids))
	}
	read := func(name string) string {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pids[0], name))
		if err != nil {
			return ""
		}
		return string(data)
	}
	if line := strings.Split(strings.TrimRight(read("cmdline"), "\x00"), "\x00"); len(line) != 2 || line[1] != contained.Verb {
		t.Errorf("command line %q", line)
	}
	if e := read("environ"); e != "" {
		t.Errorf("environment of %d bytes", len(e))
	}
	for _, want := range []string{"Max core file size        0", "Max file size             0"} {
		if !strings.Contains(read("limits"), want) {
			t.Errorf("limits:\n%s", read("limits"))
		}
	}
	status := read("status")
	for _, want := range []string{"NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(status, want) {
			t.Errorf("no %q in its status", want)
		}
	}
}

// TestPictures holds that a child can have a picture read, and even then do
// nothing else.
func TestPictures(t *testing.T) {
	program := ocr.Find()
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("tesseract is needed")
		}
		t.Skip("tesseract is not installed")
	}
	p := newPool(t, contained.Config{Workers: 1, OCR: string(program)})
	want := map[string]string{
		"picture": "read", "open": "partial: refused", "socket": "partial: refused", "write": "partial: refused", "remove": "partial: refused",
	}
	for does, want := range want {
		got := examine(t, p.Worker(), share(t, map[string]string{"a.trial": trialMark + does})).Facts[0].(fact.Item)
		if said := strings.TrimSuffix(string(got.Status)+": "+got.Reason, ": "); said != want {
			t.Errorf("%s: %s, want %s", does, said, want)
		}
	}
}
