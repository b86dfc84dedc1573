package ole

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"trustaudit/internal/extract"
)

// Entry is a stream, or a storage: a folder of them.
type Entry struct {
	Name     string // as it stands, with leading control characters
	Storage  bool
	Size     int64    // as declared
	Class    [16]byte // of a storage: whose it is
	Modified time.Time
	Children []*Entry // in the order of the directory

	start             uint32
	left, right, down uint32
}

// Root is the storage that holds everything.
func (f *File) Root() *Entry { return f.root }

// Child finds an entry of a storage by its name, in whatever case. A path of
// several names is slash-separated.
func (e *Entry) Child(path string) *Entry {
	name, rest, deeper := strings.Cut(path, "/")
	for _, c := range e.Children {
		if strings.EqualFold(c.Name, name) {
			if deeper {
				return c.Child(rest)
			}
			return c
		}
	}
	return nil
}

// Stream finds a stream of a storage by its path; nil when there is none.
func (e *Entry) Stream(path string) *Entry {
	if c := e.Child(path); c != nil && !c.Storage {
		return c
	}
	return nil
}

// readDirectory reads the entries and joins them to a tree. A name that is
// reached twice is kept once.
func (f *File) readDirectory(c chain) error {
	entries, err := f.readEntries(c)
	if err != nil {
		return fmt.Errorf("read directory of compound file: %w", err)
	}
	if len(entries) == 0 || entries[0].kind != rootEntry {
		return fmt.Errorf("read directory of compound file: %w", extract.ErrCorrupt)
	}
	f.root = entries[0].entry
	taken := make([]bool, len(entries))
	taken[0] = true
	storages := []*Entry{f.root}
	for len(storages) > 0 {
		s := storages[len(storages)-1]
		storages = storages[:len(storages)-1]
		s.Children = siblings(entries, taken, s.down)
		for _, child := range s.Children {
			if child.Storage {
				storages = append(storages, child)
			}
		}
	}
	return nil
}

// listed is an entry with its kind.
type listed struct {
	kind  byte
	entry *Entry
}

// The kinds of entry.
const (
	storageEntry = 1
	streamEntry  = 2
	rootEntry    = 5
)

func (f *File) readEntries(c chain) ([]listed, error) {
	var entries []listed
	b := make([]byte, entrySize)
	for at := int64(0); at < c.sectors<<f.shift; at += entrySize {
		r, skip, _ := c.find(at >> f.shift)
		within := at & (1<<f.shift - 1)
		if n, err := f.data.ReadAt(b, f.offset(r.first+skip)+within); n < len(b) {
			if err = cut(err); errors.Is(err, extract.ErrCorrupt) {
				break
			}
			return nil, err
		}
		entries = append(entries, f.parseEntry(b))
	}
	return entries, nil
}

func (f *File) parseEntry(b []byte) listed {
	units := make([]uint16, 0, 32)
	for n := min(int(binary.LittleEndian.Uint16(b[64:])), 64); len(units) < n/2; {
		u := binary.LittleEndian.Uint16(b[2*len(units):])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	e := &Entry{
		Name: string(utf16.Decode(units)), Storage: b[66] != streamEntry,
		left: binary.LittleEndian.Uint32(b[68:]), right: binary.LittleEndian.Uint32(b[72:]), down: binary.LittleEndian.Uint32(b[76:]),
		Class: [16]byte(b[80:96]), Modified: fileTime(binary.LittleEndian.Uint64(b[108:])),
		start: binary.LittleEndian.Uint32(b[116:]), Size: int64(binary.LittleEndian.Uint32(b[120:])),
	}
	if f.shift > 9 { // version 3 leaves rubbish in the upper half
		e.Size = max(0, int64(binary.LittleEndian.Uint64(b[120:])))
	}
	return listed{b[66], e}
}

// fileTime turns tenths of microseconds since 1601 into a time.
func fileTime(t uint64) time.Time {
	const epoch = 11644473600
	if seconds := t / 1e7; seconds > epoch && seconds < epoch+1<<33 {
		return time.Unix(int64(seconds-epoch), int64(t%1e7)*100).UTC()
	}
	return time.Time{}
}

// siblings walks the tree in which a storage's entries are, in its order. The
// order of names is not relied on: few writers keep it.
func siblings(entries []listed, taken []bool, root uint32) []*Entry {
	var found []*Entry
	var path []uint32
	for at := root; at != noEntry || len(path) > 0; {
		if at < uint32(len(entries)) && !taken[at] {
			taken[at] = true
			path = append(path, at)
			at = entries[at].entry.left
			continue
		}
		if len(path) == 0 {
			break
		}
		last := entries[path[len(path)-1]]
		path = path[:len(path)-1]
		if last.kind == storageEntry || last.kind == streamEntry {
			found = append(found, last.entry)
		}
		at = last.entry.right
	}
	return found
}

// Streams are the names of the streams and storages at the root of a compound
// file of which only the head is at hand; nil when the directory lies behind
// it.
func Streams(head []byte) []string {
	if !Is(head) {
		return nil
	}
	f, err := Open(headOnly(head))
	if err != nil {
		return nil
	}
	names := make([]string, len(f.root.Children))
	for i, c := range f.root.Children {
		names[i] = c.Name
	}
	return names
}

// headOnly reads from a head, and does not read past it.
type headOnly []byte

func (h headOnly) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(h)) {
		return 0, io.EOF
	}
	n := copy(p, h[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
