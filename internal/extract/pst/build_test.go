package pst

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"sort"
	"unicode/utf16"
)

// builder writes a store.
type builder struct {
	form   form
	method byte
	pack   bool // compress blocks
	client string

	out    []byte
	next   uint64
	blocks [][3]uint64 // number, place, length
	nodes  [][4]uint64 // number, data, nodes below, the one above
}

func newBuilder(form form, method byte) *builder {
	return &builder{form: form, method: method, client: "SM", out: make([]byte, 0x4600), next: 4}
}

// prop is a property of a node.
type prop struct {
	id, kind uint16
	value    []byte
}

func words(id uint16, s string) prop { return prop{id, 0x1f, wide(s)} }

func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func (b *builder) align(n int) {
	for len(b.out)%n != 0 {
		b.out = append(b.out, 0)
	}
}

// num appends a number of the form's width.
func (b *builder) num(out []byte, n uint64) []byte {
	if b.form.wide {
		return binary.LittleEndian.AppendUint64(out, n)
	}
	return binary.LittleEndian.AppendUint32(out, uint32(n))
}

// block writes a block and returns its number.
func (b *builder) block(data []byte, internal bool) uint64 {
	id := b.next
	b.next += 4
	data = bytes.Clone(data)
	if internal {
		id |= idInternal
	} else if b.method == compressible {
		for i, c := range data {
			data[i] = first[c]
		}
	} else if b.method == high {
		turn(data, uint32(id))
	}
	if b.pack {
		var packed bytes.Buffer
		w := zlib.NewWriter(&packed)
		w.Write(data)
		w.Close()
		data = packed.Bytes()
	}
	b.align(64)
	b.blocks = append(b.blocks, [3]uint64{id, uint64(len(b.out)), uint64(len(data))})
	b.out = append(b.out, data...)
	return id
}

const fullBlock = 8000

// data writes data of any length.
func (b *builder) data(data []byte) uint64 {
	if len(data) <= fullBlock {
		return b.block(data, false)
	}
	list := []byte{1, 1, 0, 0, 0, 0, 0, 0}
	binary.LittleEndian.PutUint32(list[4:], uint32(len(data)))
	n := uint16(0)
	for ; len(data) > 0; n++ {
		part := data[:min(fullBlock, len(data))]
		data = data[len(part):]
		list = b.num(list, b.block(part, false))
	}
	binary.LittleEndian.PutUint16(list[2:], n)
	return b.block(list, true)
}

// below writes the list of nodes below another.
func (b *builder) below(subs ...sub) uint64 {
	if len(subs) == 0 {
		return 0
	}
	list := []byte{2, 0, byte(len(subs)), 0}
	if b.form.wide {
		list = append(list, 0, 0, 0, 0)
	}
	for _, s := range subs {
		list = b.num(b.num(b.num(list, uint64(s.id)), s.data), s.subs)
	}
	return b.block(list, true)
}

// heapOf writes values as a heap of one block. The first is the root.
func (b *builder) heapOf(kind byte, items ...[]byte) []byte {
	out := []byte{0, 0, 0xec, kind, 0x20, 0, 0, 0, 0, 0, 0, 0}
	places := binary.LittleEndian.AppendUint16(nil, uint16(len(out)))
	for _, item := range items {
		out = append(out, item...)
		places = binary.LittleEndian.AppendUint16(places, uint16(len(out)))
	}
	binary.LittleEndian.PutUint16(out, uint16(len(out)))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(items)))
	return append(append(out, 0, 0), places...)
}

// properties writes a node's properties; a value that is nil stands in a node
// below, of the number in its place.
func (b *builder) properties(props ...prop) []byte {
	sort.Slice(props, func(i, j int) bool { return props[i].id < props[j].id })
	items := [][]byte{{0xb5, 2, 6, 0, 0x40, 0, 0, 0}, nil}
	for _, p := range props {
		r := binary.LittleEndian.AppendUint16(nil, p.id)
		r = binary.LittleEndian.AppendUint16(r, p.kind)
		switch {
		case p.kind&0x8000 != 0: // of this test: a value elsewhere
			binary.LittleEndian.PutUint16(r[2:], p.kind&^0x8000)
			r = append(r, p.value...)
		case p.kind == 3:
			r = append(r, p.value...)
		default:
			items = append(items, p.value)
			r = binary.LittleEndian.AppendUint32(r, uint32(len(items))<<5)
		}
		items[1] = append(items[1], r...)
	}
	return b.heapOf(propertiesHeap, items...)
}

// table writes rows of words.
func (b *builder) table(ids []uint16, rows [][]string) []byte {
	width := 4*len(ids) + 1
	info := []byte{tableHeap, byte(len(ids))}
	for _, at := range []int{4 * len(ids), 4 * len(ids), 4 * len(ids), width} {
		info = binary.LittleEndian.AppendUint16(info, uint16(at))
	}
	info = append(info, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0)
	for i, id := range ids {
		info = append(info, 0x1f, 0, byte(id), byte(id>>8), byte(4*i), 0, 4, byte(i))
	}
	items := [][]byte{info, nil}
	for _, row := range rows {
		has := byte(0)
		for i, cell := range row {
			items = append(items, wide(cell))
			items[1] = binary.LittleEndian.AppendUint32(items[1], uint32(len(items))<<5)
			has |= 0x80 >> i
		}
		items[1] = append(items[1], has)
	}
	return b.heapOf(tableHeap, items...)
}

func (b *builder) node(id uint32, data []byte, below uint64, above uint32) {
	b.nodes = append(b.nodes, [4]uint64{uint64(id), b.data(data), below, uint64(above)})
}

// page writes one page of a tree.
func (b *builder) page(level int, entries [][]byte) uint64 {
	b.align(b.form.page)
	at := len(b.out)
	p := make([]byte, b.form.page)
	for i, e := range entries {
		copy(p[i*len(e):], e)
	}
	switch {
	case b.form.page == largePage:
		binary.LittleEndian.PutUint16(p[4056:], uint16(len(entries)))
		p[4060], p[4061] = byte(len(entries[0])), byte(level)
	case b.form.wide:
		p[488], p[490], p[491] = byte(len(entries)), byte(len(entries[0])), byte(level)
	default:
		p[496], p[498], p[499] = byte(len(entries)), byte(len(entries[0])), byte(level)
	}
	b.out = append(b.out, p...)
	return uint64(at)
}

// tree writes pages of a few entries, and those above them, up to a root.
func (b *builder) tree(level int, entries [][]byte) uint64 {
	const few = 9
	if level > 0 && len(entries) <= few {
		return b.page(level, entries)
	}
	var above [][]byte
	for len(entries) > 0 {
		part := entries[:min(few, len(entries))]
		entries = entries[len(part):]
		key := b.num(nil, 0)
		copy(key, part[0])
		above = append(above, b.num(b.num(key, 0), b.page(level, part)))
	}
	return b.tree(level+1, above)
}

// file writes the trees and the header.
func (b *builder) file() []byte {
	var nodes, blocks [][]byte
	sort.Slice(b.nodes, func(i, j int) bool { return b.nodes[i][0] < b.nodes[j][0] })
	for _, n := range b.nodes {
		e := b.num(b.num(b.num(nil, n[0]), n[1]), n[2])
		nodes = append(nodes, b.num(e, n[3]))
	}
	for _, n := range b.blocks {
		e := b.num(b.num(nil, n[0]), n[1])
		e = binary.LittleEndian.AppendUint16(e, uint16(n[2]))
		e = append(e, 2, 0)
		if b.form.wide {
			e = append(e, 0, 0, 0, 0)
		}
		blocks = append(blocks, e)
	}
	n, m := b.tree(0, nodes), b.tree(0, blocks)
	h := b.out
	copy(h, mark)
	copy(h[8:], b.client)
	switch {
	case !b.form.wide:
		h[10], h[0x1cd] = 14, b.method
		binary.LittleEndian.PutUint32(h[0xbc:], uint32(n))
		binary.LittleEndian.PutUint32(h[0xc4:], uint32(m))
		return h
	case b.form.page == largePage:
		h[10] = 36
	default:
		h[10] = 23
	}
	h[0x201] = b.method
	binary.LittleEndian.PutUint64(h[0xe0:], n)
	binary.LittleEndian.PutUint64(h[0xf0:], m)
	return h
}
