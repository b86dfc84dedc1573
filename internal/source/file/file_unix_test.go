//go:build unix

package file

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"trustaudit/internal/source"
	"trustaudit/internal/sourcetest"
)

func TestUnopened(t *testing.T) {
	// A socket's path must be short.
	folder, err := os.MkdirTemp("", "f")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	plant(t, folder, map[string]string{"real.txt": "x", "inner/y.txt": "y"})
	for name, to := range map[string]string{"link": "real.txt", "away": "/etc/passwd", "loop": ".", "inner/up": "..", "broken": "none"} {
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(filepath.Join(folder, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", filepath.Join(folder, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	skip := func(path, group, why string) sourcetest.Item {
		return sourcetest.Item{Path: path, Group: group, Refused: why, Skipped: true}
	}
	want := []sourcetest.Item{
		skip("away", "", reasonLink), skip("broken", "", reasonLink), skip("link", "", reasonLink), skip("loop", "", reasonLink),
		skip("pipe", "", "named pipe, not opened"), {Path: "real.txt", Content: "x"}, skip("socket", "", "socket, not opened"),
		skip("inner/up", "inner", reasonLink), {Path: "inner/y.txt", Group: "inner", Content: "y"},
	}
	sourcetest.Run(t, sourcetest.Store{
		Opener: Opener, Config: source.Config{URL: fileURL(folder)}, Folder: folder, Want: want,
	})
}

// TestSwapped puts something else in a file's or a folder's place between the
// listing and the opening.
func TestSwapped(t *testing.T) {
	folder := t.TempDir()
	plant(t, folder, map[string]string{"a": "x", "b": "x", "c": "x", "d/f": "x", "outside/f": "secret"})
	items := walkAll(t, source.Config{URL: fileURL(folder)})
	swap := func(name string, put func(path string) error) {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.RemoveAll(path), put(path)); err != nil {
			t.Fatal(err)
		}
	}
	swap("a", func(path string) error { return os.Symlink("outside/f", path) })
	swap("b", func(path string) error { return unix.Mkfifo(path, 0o644) })
	swap("c", func(path string) error { return os.Mkdir(path, 0o755) })
	for i, item := range items[:3] {
		if f, err := item.File(); !errors.Is(err, errChanged) {
			t.Errorf("item %d: file %v, error %v, want %v", i, f, err, errChanged)
		}
	}
	// The folder's handle may still be kept, which is as safe; a fresh source
	// must refuse the link.
	swap("d", func(path string) error { return os.Symlink("outside", path) })
	src, err := open(context.Background(), source.Config{URL: fileURL(folder)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.(*store)
	if _, err := s.folders.open(s.folders.root.child("d"), "f"); !errors.Is(err, errChanged) {
		t.Errorf("a folder that became a link: %v, want %v", err, errChanged)
	}
	if _, err := s.folders.open(s.folders.root.child(".."), "f"); err == nil {
		t.Log("a folder named .. is never listed")
	}
}

func TestDenied(t *testing.T) {
	folder := t.TempDir()
	plant(t, folder, map[string]string{"a/f": "x", "shut/f": "x", "z": "x", "y": "x"})
	if err := os.Chmod(filepath.Join(folder, "shut"), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(folder, "z"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(folder, "shut"), 0o755) })
	if os.Geteuid() == 0 {
		asNobody(t, folder)
	}
	var got []string
	for _, item := range walkAll(t, source.Config{URL: fileURL(folder)}) {
		line := item.Path + " " + item.Refused
		if item.File != nil {
			f, err := item.File()
			if err != nil {
				line += err.Error()
			} else {
				f.Close()
			}
		}
		got = append(got, line)
	}
	want := []string{"y ", "z permission denied", "a/f ", "shut/ permission denied"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

// asNobody drops root's right to read everything, for the test's own thread.
// The thread ends with the test.
func asNobody(t *testing.T, folder string) {
	t.Helper()
	runtime.LockOSThread()
	for at := folder; at != "/" && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETREUID, ^uintptr(0), 65534, 0); errno != 0 {
		t.Skipf("cannot drop root's rights: %v", errno)
	}
	t.Cleanup(func() { syscall.RawSyscall(syscall.SYS_SETREUID, ^uintptr(0), 0, 0) })
}

func TestNameNotUTF8(t *testing.T) {
	folder := t.TempDir()
	name := "caf\xe9\n.txt"
	if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o644); err != nil {
		t.Skipf("the file system takes no such name: %v", err)
	}
	items := walkAll(t, source.Config{URL: fileURL(folder)})
	if len(items) != 1 || items[0].Path != name {
		t.Fatalf("%d items, want one named %q", len(items), name)
	}
	f, err := items[0].File()
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// TestAccessTime holds that reading leaves no trace, where the system can.
func TestAccessTime(t *testing.T) {
	if noAccessTime == 0 {
		t.Skip("the system has no O_NOATIME")
	}
	folder := t.TempDir()
	plant(t, folder, map[string]string{"f": "x"})
	path := filepath.Join(folder, "f")
	old := []unix.Timespec{{Sec: 1e9}, {Sec: 1e9 + 5}} // accessed before modified: relatime would update
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, path, old, 0); err != nil {
		t.Fatal(err)
	}
	for _, item := range walkAll(t, source.Config{URL: fileURL(folder)}) {
		f, err := item.File()
		if err != nil {
			t.Fatal(err)
		}
		f.Read(make([]byte, 4))
		f.Close()
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	if st.Atim.Sec != 1e9 {
		t.Errorf("the access time changed to %d", st.Atim.Sec)
	}
}

func TestKernelFileSystem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /proc")
	}
	src, err := open(context.Background(), source.Config{URL: "file:///"})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.(*store)
	w := walk{store: s, ctx: context.Background()}
	_, refused, err := w.list(s.folders.root.child("proc"))
	if refused != reasonKernel || err != nil {
		t.Errorf("/proc: %q, %v", refused, err)
	}
}

func TestListingOrder(t *testing.T) {
	folder := t.TempDir()
	names := []string{"Z", "a", "a.b", "a-b", "ab", "\xff", "é", "10", "9"}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Skip(err)
		}
	}
	slices.Sort(names)
	var got []string
	for _, item := range walkAll(t, source.Config{URL: fileURL(folder)}) {
		got = append(got, item.Path)
	}
	if diff := cmp.Diff(strings.Join(names, "|"), strings.Join(got, "|")); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
