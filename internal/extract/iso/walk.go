package iso

import (
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// walk gives the files of a folder, and then those of the folders in it.
func (d *disc) walk(folder entry, path string, depth int) error {
	entries, err := d.list(folder)
	if err != nil {
		return err
	}
	var inner []entry
	for i := range entries {
		e := &entries[i]
		switch {
		case e.name == "":
		case e.folder:
			inner = append(inner, *e)
		case e.more && i+1 < len(entries) && entries[i+1].name == e.name:
			entries[i+1].parts = append(e.parts, entries[i+1].parts...)
		default:
			if err := d.give(path+e.name, e); err != nil {
				return err
			}
		}
	}
	for _, e := range inner {
		if len(e.parts) == 0 || d.seen[e.parts[0].at] {
			continue
		}
		if d.seen[e.parts[0].at] = true; depth >= mostDepth || len(d.seen) > mostFolders {
			d.sink.Partial("folders that go too deep")
			continue
		}
		if err := d.walk(e, path+e.name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}

// list reads a folder. Records do not go over the end of a sector.
func (d *disc) list(folder entry) (all []entry, err error) {
	size := folder.parts[0].size
	if size > mostFolder {
		return nil, fmt.Errorf("read folder: %w", extract.ErrCorrupt)
	}
	var b [sector]byte
	for at := int64(0); at < size; at += sector {
		if err := d.ctx.Err(); err != nil {
			return nil, fmt.Errorf("read folder: %w", err)
		}
		if err := d.fill(b[:], folder.parts[0].at+at); err != nil {
			return nil, err
		}
		for rest := b[:]; ; {
			e, n := d.entry(rest)
			if n == 0 {
				break
			}
			all, rest = append(all, e), rest[n:]
		}
	}
	return all, nil
}

// give gives the sink a file.
func (d *disc) give(name string, e *entry) error {
	if err := d.ctx.Err(); err != nil {
		return fmt.Errorf("read image: %w", err)
	}
	d.given++
	size := int64(0)
	for _, p := range e.parts {
		size += p.size
	}
	f := &file{d: d, parts: e.parts, size: size}
	err := d.sink.Child(extract.Child{
		Name: name, Size: size, Modified: e.modified,
		Open: func() (io.ReadCloser, error) { return f, nil },
	})
	if err != nil {
		return err
	}
	return d.hurt
}

// file is a file on the disc, in one stretch or in several. Holes read as zeros.
type file struct {
	d     *disc
	parts []span
	size  int64
	at    int64
}

// hole is where a stretch lies that was never written.
const hole = -1

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	n, err := f.ReadAt(p[:min(int64(len(p)), f.size-f.at)], f.at)
	f.at += int64(n)
	if n > 0 {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("read file: %w", extract.ErrCorrupt) // the image ends before it
	}
	return 0, err
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	for _, s := range f.parts {
		if off >= s.size {
			off -= s.size
			continue
		}
		want := p[n:min(int64(len(p)), int64(n)+s.size-off)]
		got := len(want)
		if s.at == hole {
			clear(want)
		} else if got, err = f.d.doc.Data.ReadAt(want, s.at+off); got < len(want) {
			if err != nil && !errors.Is(err, io.EOF) {
				f.d.hurt = fmt.Errorf("read image: %w", err)
			}
			return n + got, err
		}
		if n, off = n+got, 0; n == len(p) {
			return n, nil
		}
	}
	return n, io.EOF
}

// Close implements io.Closer.
func (*file) Close() error { return nil }
