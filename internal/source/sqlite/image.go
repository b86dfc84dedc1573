package sqlite

import (
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"
	"time"
)

// imageName is the one file in an image.
const imageName = "database"

// maxSchema bounds what may be read before the schema is known: the library
// keeps all of it in memory.
const maxSchema = 32 << 20

var errSchema = fmt.Errorf("%w: its schema is larger than 32 MiB", ErrUnsupported)

// image shows bytes to the library as a folder that holds one read-only file.
type image struct {
	data io.ReaderAt
	size int64
	left atomic.Int64          // bytes that may still be read; negative: no bound
	fail atomic.Pointer[error] // the first error of data
}

func newImage(data io.ReaderAt, size int64) *image {
	m := &image{data: data, size: size}
	m.left.Store(maxSchema)
	return m
}

// unbound lifts the bound of the schema.
func (m *image) unbound() { m.left.Store(-1) }

// failure is why a read failed. The library itself tells only that one did.
func (m *image) failure() error {
	if err := m.fail.Load(); err != nil {
		return *err
	}
	return nil
}

// Open opens the database; there is no other file, so no journal is found.
func (m *image) Open(name string) (fs.File, error) {
	if name != imageName {
		return nil, fs.ErrNotExist
	}
	return &imageFile{image: m}, nil
}

// imageFile is the open database of an image.
type imageFile struct {
	*image
	at int64
}

func (f *imageFile) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekStart || offset < 0 {
		return 0, fs.ErrInvalid
	}
	f.at = offset
	return offset, nil
}

func (f *imageFile) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), f.size-f.at)]
	if left := f.left.Load(); left >= 0 {
		if int64(len(p)) > left {
			return 0, f.failed(errSchema)
		}
		f.left.Store(left - int64(len(p)))
	}
	n, err := f.data.ReadAt(p, f.at)
	f.at += int64(n)
	if err != nil && (err != io.EOF || n == 0) {
		return n, f.failed(err)
	}
	return n, nil
}

func (m *image) failed(err error) error {
	if err != io.EOF { // the file shrank: the library finds the page missing
		m.fail.CompareAndSwap(nil, &err)
	}
	return err
}

func (f *imageFile) Stat() (fs.FileInfo, error) { return imageInfo{size: f.size}, nil }

func (f *imageFile) Close() error { return nil }

// imageInfo describes the file of an image.
type imageInfo struct {
	size int64
}

func (imageInfo) Name() string       { return imageName }
func (i imageInfo) Size() int64      { return i.size }
func (imageInfo) Mode() fs.FileMode  { return 0o400 }
func (imageInfo) ModTime() time.Time { return time.Time{} }
func (imageInfo) IsDir() bool        { return false }
func (imageInfo) Sys() any           { return nil }
