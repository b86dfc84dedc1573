package file

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// listBatch is how many names are read at once.
const listBatch = 1024

// dir is an open folder. Paths below an os.Root are opened relative to its
// handle, so their length is not limited.
type dir struct {
	root *os.Root
}

func openRoot(path string) (*dir, error) {
	r, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &dir{root: r}, nil
}

func (d *dir) openDir(name string) (*dir, error) {
	r, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &dir{root: r}, nil
}

// list hands every name in the folder to add, in no order.
func (d *dir) list(add func(entry) error) error {
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		batch, err := f.ReadDir(listBatch)
		for _, e := range batch {
			listed := entry{name: e.Name(), kind: e.Type()}
			if info, err := e.Info(); err == nil { // the listing holds it already
				listed.away = placeholder(info)
			}
			if err := add(listed); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// placeholder reports whether a file's content is elsewhere: reading would
// fetch it.
func placeholder(info fs.FileInfo) bool {
	const away = windows.FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS | windows.FILE_ATTRIBUTE_RECALL_ON_OPEN | windows.FILE_ATTRIBUTE_OFFLINE
	data, ok := info.Sys().(*syscall.Win32FileAttributeData)
	return ok && data.FileAttributes&away != 0
}

func (d *dir) info() (os.FileInfo, error) { return d.root.Stat(".") }

// look tells of a name in the folder without opening it.
func (d *dir) look(name string) (look, error) {
	info, err := d.root.Lstat(name)
	if err != nil {
		return look{}, err
	}
	return look{size: info.Size(), modified: info.ModTime()}, nil
}

func (d *dir) kernel() bool { return false }

func (d *dir) close() { d.root.Close() }

// openFile opens a regular file of the folder.
func (d *dir) openFile(name string) (*file, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, errors.Join(err, errChanged)
	}
	return &file{handle: f}, nil
}

// file is an open regular file, whose errors hold no path.
type file struct {
	handle *os.File
}

func (f *file) Read(p []byte) (int, error) {
	n, err := f.handle.Read(p)
	return n, plain(err)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.handle.ReadAt(p, off)
	return n, plain(err)
}

func (f *file) Close() error { return plain(f.handle.Close()) }

func (f *file) Stat() (int64, time.Time, error) {
	info, err := f.handle.Stat()
	if err != nil {
		return 0, time.Time{}, plain(err)
	}
	return info.Size(), info.ModTime(), nil
}

// locked reports whether the error says that another program holds the file.
func locked(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
