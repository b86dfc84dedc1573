package pst

import (
	"encoding/binary"
	"fmt"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/mapi"
)

// table is rows of properties, on a heap or in a node below it.
type table struct {
	h       *heap
	width   int // of a row
	bits    int // where those begin that say which columns a row has
	columns []column
}

type column struct {
	id, kind uint16
	at       int
	width    int
	bit      int
}

const maxRows = 1 << 14

// rows reads a node's table: the rows of it that were taken out are told as well.
func (n *node) rows(see func(row mapi.Object)) error {
	t, rows, err := n.table()
	if err != nil {
		return err
	}
	if rows == 0 {
		return nil
	}
	if inHeap(rows) {
		return t.each(t.h.item(rows), see)
	}
	matrix, err := n.sub(rows)
	if err != nil || matrix == nil {
		return err
	}
	s, err := n.f.stretch(matrix.data)
	if err != nil {
		return err
	}
	for i := range s.leaves {
		b, err := s.block(i)
		if err != nil {
			return err
		}
		if err := t.each(b, see); err != nil {
			return err
		}
		if i+1 < len(s.leaves) && (i+1)*len(b) > maxRows*t.width {
			return fmt.Errorf("read table: too many rows: %w", extract.ErrUnsupported)
		}
	}
	return nil
}

// table reads what the columns are, and where the rows are.
func (n *node) table() (t *table, rows uint32, err error) {
	h, err := n.heap(tableHeap)
	if err != nil {
		return nil, 0, err
	}
	b := h.item(h.root)
	if len(b) < 22 || b[0] != tableHeap {
		return nil, 0, fmt.Errorf("read table: %w", extract.ErrCorrupt)
	}
	t = &table{h: h, bits: int(binary.LittleEndian.Uint16(b[6:])), width: int(binary.LittleEndian.Uint16(b[8:]))}
	rows = binary.LittleEndian.Uint32(b[14:])
	if t.width == 0 || t.bits > t.width {
		return nil, 0, fmt.Errorf("read table: %w", extract.ErrCorrupt)
	}
	count := int(b[1])
	for b = b[22:]; count > 0 && len(b) >= 8; b, count = b[8:], count-1 {
		c := column{
			kind: binary.LittleEndian.Uint16(b), id: binary.LittleEndian.Uint16(b[2:]),
			at: int(binary.LittleEndian.Uint16(b[4:])), width: int(b[6]), bit: int(b[7]),
		}
		if c.at+c.width <= t.width && t.bits+c.bit/8 < t.width {
			t.columns = append(t.columns, c)
		}
	}
	return t, rows, nil
}

// each reads the rows that lie in one block: none goes on in the next.
func (t *table) each(b []byte, see func(mapi.Object)) error {
	for ; len(b) >= t.width; b = b[t.width:] {
		var o mapi.Object
		for _, c := range t.columns {
			if b[t.bits+c.bit/8]>>(7-c.bit%8)&1 == 0 {
				continue
			}
			v := b[c.at : c.at+c.width]
			if w := mapi.Width(c.kind); w > 0 {
				o.Add(c.id, c.kind, v[:min(w, len(v))])
				continue
			}
			if len(v) < 4 || !mapi.Told(c.id, c.kind) {
				continue
			}
			text, _, err := t.h.value(binary.LittleEndian.Uint32(v))
			if err != nil {
				return err
			}
			add(&o, c.id, c.kind, text)
		}
		see(o)
	}
	return nil
}
