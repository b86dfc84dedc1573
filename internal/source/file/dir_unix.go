//go:build unix

package file

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// listBatch is how many names are read at once.
const listBatch = 1024

// dir is an open folder.
type dir struct {
	file *os.File
	path string // of the file system, for the names of kinds it does not tell
}

func openRoot(path string) (*dir, error) {
	f, err := os.OpenFile(path, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	return &dir{file: f, path: path}, nil
}

// openDir opens a subfolder, never by way of a symbolic link.
func (d *dir) openDir(name string) (*dir, error) {
	fd, err := d.openat(name, unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(d.path, name)
	return &dir{file: os.NewFile(uintptr(fd), path), path: path}, nil
}

// openat opens a name in the folder for reading.
func (d *dir) openat(name string, flags int) (int, error) {
	flags |= unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NOFOLLOW
	fd, err := retry(func() (int, error) { return unix.Openat(int(d.file.Fd()), name, flags|noAccessTime, 0) })
	if err == unix.EPERM && noAccessTime != 0 { // not ours: then the access time is the server's affair
		fd, err = retry(func() (int, error) { return unix.Openat(int(d.file.Fd()), name, flags, 0) })
	}
	if err == unix.ELOOP || err == unix.ENOTDIR {
		return -1, errChanged
	}
	return fd, err
}

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// list hands every name in the folder to add, in no order.
func (d *dir) list(add func(entry) error) error {
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for {
		batch, err := d.file.ReadDir(listBatch)
		for _, e := range batch {
			if err := add(entry{name: e.Name(), kind: e.Type(), away: dataless(e)}); err != nil {
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

func (d *dir) info() (os.FileInfo, error) { return d.file.Stat() }

// look tells of a name in the folder without opening it.
func (d *dir) look(name string) (look, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(int(d.file.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return look{}, err
	}
	return look{size: st.Size, modified: time.Unix(st.Mtim.Unix())}, nil
}

func (d *dir) close() { d.file.Close() }

// openFile opens a regular file of the folder.
func (d *dir) openFile(name string) (*file, error) {
	fd, err := d.openat(name, unix.O_NONBLOCK) // a pipe that took the file's place must not block
	if err != nil {
		return nil, err
	}
	f := &file{fd: fd, fresh: true}
	if err := unix.Fstat(fd, &f.stat); err != nil {
		unix.Close(fd)
		return nil, err
	}
	if f.stat.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return nil, errChanged
	}
	return f, nil
}

// file is an open regular file. It does without os.File, whose bookkeeping
// costs as much as the system calls on a small file.
type file struct {
	fd    int
	stat  unix.Stat_t
	fresh bool // stat is what opening told, and was not asked for yet
}

func (f *file) Read(p []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(f.fd, bounded(p)) })
	switch {
	case err != nil:
		return 0, plain(err)
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return n, nil
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := retry(func() (int, error) { return unix.Pread(f.fd, bounded(p[done:]), off+int64(done)) })
		if err != nil {
			return done, plain(err)
		}
		if n == 0 {
			return done, io.EOF
		}
		done += n
	}
	return done, nil
}

// bounded keeps one read below what every system takes at once.
func bounded(p []byte) []byte { return p[:min(len(p), 1<<30)] }

// Stat answers the first time from what opening told, then asks the system.
func (f *file) Stat() (int64, time.Time, error) {
	if !f.fresh {
		if err := unix.Fstat(f.fd, &f.stat); err != nil {
			return 0, time.Time{}, plain(err)
		}
	}
	f.fresh = false
	return f.stat.Size, time.Unix(f.stat.Mtim.Unix()), nil
}

// Fd is the descriptor, open for reading alone, for a process that examines the
// file.
func (f *file) Fd() uintptr { return uintptr(f.fd) }

// Close closes the file; closing it again is an error.
func (f *file) Close() error {
	if f.fd < 0 {
		return fs.ErrClosed
	}
	fd := f.fd
	f.fd = -1
	return plain(unix.Close(fd))
}

// locked reports whether the error says that another program holds the file.
func locked(err error) bool {
	return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EBUSY) || errors.Is(err, unix.ETXTBSY)
}
