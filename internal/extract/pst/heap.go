package pst

import (
	"encoding/binary"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/mapi"
)

// heap is how a node's data holds many small values: each block ends in a list of
// where they are.
type heap struct {
	n      *node
	blocks [][]byte
	root   uint32
	held   int64 // bytes of values outside it
}

// The kinds of heap.
const (
	tableHeap      = 0x7c
	propertiesHeap = 0xbc
)

const (
	maxHeap  = 24 << 20 // bytes of a heap that are held
	maxValue = 24 << 20 // and of values outside it
)

// heap reads the node's data as a heap.
func (n *node) heap(kind byte) (*heap, error) {
	s, err := n.f.stretch(n.data)
	if err != nil {
		return nil, err
	}
	if s.size > maxHeap {
		return nil, fmt.Errorf("read heap: too large: %w", extract.ErrUnsupported)
	}
	h := &heap{n: n}
	for i := range s.leaves {
		b, err := s.block(i)
		if err != nil {
			return nil, err
		}
		h.blocks = append(h.blocks, b)
	}
	if len(h.blocks) == 0 || len(h.blocks[0]) < 12 || h.blocks[0][2] != 0xec || h.blocks[0][3] != kind {
		return nil, fmt.Errorf("read heap: %w", extract.ErrCorrupt)
	}
	h.root = binary.LittleEndian.Uint32(h.blocks[0][4:])
	return h, nil
}

// item is a value on the heap; nil when there is none of the number.
func (h *heap) item(id uint32) []byte {
	block, i := int(id>>16), int(id>>5&0x7ff)
	if h.n.f.form.page == largePage {
		block, i = int(id>>19), int(id>>5&0x3fff)
	}
	if i == 0 || block >= len(h.blocks) || len(h.blocks[block]) < 4 {
		return nil
	}
	b := h.blocks[block]
	list := int(binary.LittleEndian.Uint16(b))
	at := list + 4 + 2*(i-1)
	if at+4 > len(b) || i > int(binary.LittleEndian.Uint16(b[list:])) {
		return nil
	}
	from, to := int(binary.LittleEndian.Uint16(b[at:])), int(binary.LittleEndian.Uint16(b[at+2:]))
	if from > to || to > len(b) {
		return nil
	}
	return b[from:to]
}

// inHeap tells a number of a value on the heap from one of a node.
func inHeap(id uint32) bool { return id&0x1f == 0 }

// records calls see for the records of a tree on the heap, whose keys and values
// have the widths given.
func (h *heap) records(root uint32, key, value int, see func(record []byte) error) error {
	head := h.item(root)
	if len(head) < 8 || head[0] != 0xb5 || int(head[1]) != key || int(head[2]) < value || head[3] > maxLevel {
		return fmt.Errorf("read tree on heap: %w", extract.ErrCorrupt)
	}
	return h.level(binary.LittleEndian.Uint32(head[4:]), int(head[3]), key, key+int(head[2]), see)
}

func (h *heap) level(id uint32, level, key, width int, see func(record []byte) error) error {
	b := h.item(id)
	if level > 0 {
		for ; len(b) >= key+4; b = b[key+4:] {
			if err := h.level(binary.LittleEndian.Uint32(b[key:]), level-1, key, width, see); err != nil {
				return err
			}
		}
		return nil
	}
	for ; len(b) >= width; b = b[width:] {
		if err := see(b[:width]); err != nil {
			return err
		}
	}
	return nil
}

// value reads what a number stands for: a value on the heap, or the data of a
// node. How much of it was left is said.
func (h *heap) value(id uint32) (b []byte, left int64, err error) {
	if id == 0 {
		return nil, 0, nil
	}
	if inHeap(id) {
		return h.item(id), 0, nil
	}
	n, err := h.n.sub(id)
	if err != nil || n == nil {
		return nil, 0, err
	}
	s, err := n.f.stretch(n.data)
	if err != nil {
		return nil, 0, err
	}
	b, err = s.all(maxValue - h.held)
	h.held += int64(len(b))
	return b, s.size - int64(len(b)), err
}

// properties reads those of a node's properties that say something.
func (n *node) properties(o *mapi.Object) (left int64, err error) {
	h, err := n.heap(propertiesHeap)
	if err != nil {
		return 0, err
	}
	err = h.records(h.root, 2, 6, func(r []byte) error {
		id, kind, v := binary.LittleEndian.Uint16(r), binary.LittleEndian.Uint16(r[2:]), r[4:8]
		if w := mapi.Width(kind); w > 0 && w <= 4 {
			o.Add(id, kind, v[:w])
			return nil
		}
		if !mapi.Told(id, kind) {
			return nil
		}
		b, l, err := h.value(binary.LittleEndian.Uint32(v))
		left += l
		add(o, id, kind, b)
		return err
	})
	return left, err
}

// add adds a property, and one of many values as many.
func add(o *mapi.Object, id, kind uint16, b []byte) {
	if kind&mapi.Multiple == 0 {
		if len(b) > 0 {
			o.Add(id, kind, b)
		}
		return
	}
	if len(b) < 4 {
		return
	}
	count := int(min(int64(binary.LittleEndian.Uint32(b)), int64(len(b)/4-1)))
	for i := range count {
		from, to := int64(binary.LittleEndian.Uint32(b[4+4*i:])), int64(len(b))
		if i+1 < count {
			to = int64(binary.LittleEndian.Uint32(b[8+4*i:]))
		}
		if from < to && to <= int64(len(b)) {
			o.Add(id, kind&^mapi.Multiple, b[from:to])
		}
	}
}

// reference is the number that a property's value is kept under, and its type.
func (n *node) reference(property uint16) (h *heap, kind uint16, id uint32, err error) {
	if h, err = n.heap(propertiesHeap); err != nil {
		return nil, 0, 0, err
	}
	err = h.records(h.root, 2, 6, func(r []byte) error {
		if binary.LittleEndian.Uint16(r) == property {
			kind, id = binary.LittleEndian.Uint16(r[2:]), binary.LittleEndian.Uint32(r[4:])
		}
		return nil
	})
	return h, kind, id, err
}
