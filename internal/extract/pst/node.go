package pst

import (
	"encoding/binary"
	"fmt"
	"io"
	"sort"

	"trustaudit/internal/extract"
)

// node is a thing in the store: its data, and the nodes below it.
type node struct {
	f    *file
	data uint64
	subs []sub
}

// sub is a node below another.
type sub struct {
	id         uint32
	data, subs uint64
}

const (
	maxSubs   = 1 << 16
	maxLeaves = 1 << 20 // blocks of one stretch of data: 8 GiB
)

// open makes a node of the numbers of its blocks.
func (f *file) open(data, subs uint64) (*node, error) {
	n := &node{f: f, data: data}
	if subs&^1 == 0 {
		return n, nil
	}
	return n, n.list(subs, 1)
}

// list reads the nodes below: from one block, or from those that it lists.
func (n *node) list(id uint64, deeper int) error {
	b, err := n.f.block(id | idInternal)
	if err != nil {
		return fmt.Errorf("list nodes: %w", err)
	}
	header, width := 4, 4
	if n.f.form.wide {
		header, width = 8, 8
	}
	if len(b) < header || b[0] != 2 || int(b[1]) > deeper {
		return fmt.Errorf("list nodes: %w", extract.ErrCorrupt)
	}
	leaf := b[1] == 0
	each := 2 * width
	if leaf {
		each = 3 * width
	}
	count := int(binary.LittleEndian.Uint16(b[2:]))
	for b = b[header:]; count > 0 && len(b) >= each; b, count = b[each:], count-1 {
		if len(n.subs) >= maxSubs {
			return fmt.Errorf("list nodes: too many: %w", extract.ErrCorrupt)
		}
		if !leaf {
			if err := n.list(n.f.number(b, 1), deeper-1); err != nil {
				return err
			}
			continue
		}
		n.subs = append(n.subs, sub{uint32(n.f.number(b, 0)), n.f.number(b, 1), n.f.number(b, 2)})
	}
	return nil
}

// sub opens a node below; nil when there is none of the number.
func (n *node) sub(id uint32) (*node, error) {
	for _, s := range n.subs {
		if s.id == id {
			return n.f.open(s.data, s.subs)
		}
	}
	return nil, nil
}

// leaf is a block of data, and where in it the block lies.
type leaf struct {
	id   uint64
	from int64
}

// stretch is a node's data: it may lie in many blocks.
type stretch struct {
	f      *file
	leaves []leaf
	size   int64
	at     int64
	held   int // the block in buf, by its place; -1 for none
	buf    []byte
}

// stretch lists the blocks of the data.
func (f *file) stretch(id uint64) (*stretch, error) {
	s := &stretch{f: f, held: -1}
	if id&^1 == 0 {
		return s, nil
	}
	if err := s.add(id, 2); err != nil {
		return nil, fmt.Errorf("list blocks: %w", err)
	}
	return s, nil
}

func (s *stretch) add(id uint64, deeper int) error {
	if id&idInternal == 0 {
		return s.addLeaf(id)
	}
	b, err := s.f.block(id)
	if err != nil {
		return err
	}
	if len(b) < 8 || b[0] != 1 || int(b[1]) > deeper || b[1] == 0 {
		return extract.ErrCorrupt
	}
	width := 4
	if s.f.form.wide {
		width = 8
	}
	count := int(binary.LittleEndian.Uint16(b[2:]))
	for b = b[8:]; count > 0 && len(b) >= width; b, count = b[width:], count-1 {
		if err := s.add(s.f.number(b, 0), deeper-1); err != nil {
			return err
		}
	}
	return nil
}

// addLeaf adds a block. How long one is in a large page is known once it is
// unpacked.
func (s *stretch) addLeaf(id uint64) error {
	if len(s.leaves) >= maxLeaves {
		return extract.ErrCorrupt
	}
	s.leaves = append(s.leaves, leaf{id, s.size})
	if s.f.form.page == largePage {
		b, err := s.f.block(id)
		s.size += int64(len(b))
		return err
	}
	entry, err := s.f.find(s.f.blocks, id)
	if err == nil && entry == nil {
		err = extract.ErrCorrupt
	}
	s.size += int64(s.f.length(entry))
	return err
}

// block reads a block by its place.
func (s *stretch) block(i int) ([]byte, error) {
	if s.held == i {
		return s.buf, nil
	}
	b, err := s.f.block(s.leaves[i].id)
	if err != nil {
		return nil, err
	}
	s.held, s.buf = i, b
	return b, nil
}

// Read implements io.Reader.
func (s *stretch) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p[:min(len(p), maxBlock)], s.at)
	s.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (s *stretch) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	n := 0
	i := sort.Search(len(s.leaves), func(i int) bool { return s.leaves[i].from > off }) - 1
	for ; n < len(p) && i < len(s.leaves); i++ {
		b, err := s.block(i)
		if err != nil {
			return n, err
		}
		skip := off + int64(n) - s.leaves[i].from
		if skip >= int64(len(b)) && len(b) > 0 {
			return n, fmt.Errorf("read block: %w", extract.ErrCorrupt)
		}
		n += copy(p[n:], b[min(skip, int64(len(b))):])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close implements io.Closer.
func (s *stretch) Close() error { return nil }

// all reads the data whole, most bytes at the most; what is beyond is told by size.
func (s *stretch) all(most int64) ([]byte, error) {
	b := make([]byte, min(most, s.size))
	n, err := s.ReadAt(b, 0)
	if n == len(b) {
		err = nil
	}
	return b[:n], err
}
