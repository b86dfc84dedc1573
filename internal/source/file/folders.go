package file

import (
	"container/list"
	"errors"
	"sync"

	"trustaudit/internal/source"
)

// maxOpen is how many folders are kept open for the files in them. Opening a
// file relative to its folder is both quicker and safer than from the top.
const maxOpen = 64

var errClosed = errors.New("store is closed")

// folder is a folder of the store, open or not.
type folder struct {
	parent *folder
	name   string
	path   string // relative to the store with a trailing slash; "" for the store
	depth  int
}

func (f *folder) child(name string) *folder {
	return &folder{parent: f, name: name, path: f.path + name + "/", depth: f.depth + 1}
}

// held is an open folder. It is closed when it is neither kept nor in use.
type held struct {
	dir  *dir
	uses int
	kept *list.Element // its place in folders.recent; nil once dropped
}

// folders keeps the folders used last open. An item of a folder that was
// closed since opens it again, by way of its parent, so a walk of any length
// needs few handles however many of its items still wait to be opened.
type folders struct {
	root *folder

	mu      sync.Mutex
	handles map[*folder]*held
	recent  *list.List // of *folder, most recent first; the root is not in it
	closed  bool
}

func newFolders(root *dir) *folders {
	top := &folder{}
	return &folders{
		root:    top,
		handles: map[*folder]*held{top: {dir: root, uses: 1}},
		recent:  list.New(),
	}
}

// acquire returns the folder, open; release must follow.
func (s *folders) acquire(f *folder) (*held, error) {
	if h, err := s.lookup(f); h != nil || err != nil {
		return h, err
	}
	parent, err := s.acquire(f.parent)
	if err != nil {
		return nil, err
	}
	defer s.release(parent)
	d, err := parent.dir.openDir(f.name)
	if err != nil {
		return nil, err
	}
	return s.keep(f, d)
}

func (s *folders) lookup(f *folder) (*held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	h := s.handles[f]
	if h != nil {
		h.uses++
		if h.kept != nil {
			s.recent.MoveToFront(h.kept)
		}
	}
	return h, nil
}

// keep takes the opened folder in, in use, and drops the one not used longest.
func (s *folders) keep(f *folder, d *dir) (*held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		d.close()
		return nil, errClosed
	}
	if h := s.handles[f]; h != nil { // another goroutine was quicker
		d.close()
		h.uses++
		return h, nil
	}
	h := &held{dir: d, uses: 1, kept: s.recent.PushFront(f)}
	s.handles[f] = h
	if s.recent.Len() > maxOpen {
		s.drop(s.recent.Back().Value.(*folder))
	}
	return h, nil
}

// drop forgets an open folder, and closes it unless it is in use.
func (s *folders) drop(f *folder) {
	h := s.handles[f]
	delete(s.handles, f)
	if h.kept != nil {
		s.recent.Remove(h.kept)
		h.kept = nil
	}
	if h.uses == 0 {
		h.dir.close()
	}
}

func (s *folders) release(h *held) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.uses--
	if h.uses == 0 && h.kept == nil {
		h.dir.close()
	}
}

func (s *folders) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.handles[s.root].uses--
	for f := range s.handles {
		s.drop(f)
	}
}

// open opens a file of the folder.
func (s *folders) open(f *folder, name string) (source.File, error) {
	h, err := s.acquire(f)
	if err != nil {
		return nil, plain(err)
	}
	defer s.release(h)
	file, err := h.dir.openFile(name)
	if err != nil {
		return nil, plain(err)
	}
	return file, nil
}
