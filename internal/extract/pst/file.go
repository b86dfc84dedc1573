package pst

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

const mark = "!BDN"

// form is how wide the numbers of a file are, and how large its pages.
type form struct {
	wide bool // 64 bits: since Outlook 2003
	page int  // bytes; larger in mailboxes that are kept offline since Outlook 2013
}

const (
	smallPage  = 512
	largePage  = 4096
	maxLevel   = 8
	maxCached  = 1 << 14 // pages that are held: 8 MiB of small ones
	maxLarge   = maxCached * smallPage / largePage
	idInternal = 2 // a bit of a block's number: its content is of the file's own making
)

// file is an open store.
type file struct {
	data   io.ReaderAt
	size   int64
	form   form
	method byte  // by which blocks are encoded
	nodes  int64 // the root of the tree of nodes
	blocks int64 // and of that of blocks
	cache  map[int64]*page
}

// open reads the header.
func open(data io.ReaderAt, size int64) (*file, error) {
	h := make([]byte, 516)
	if n, err := data.ReadAt(h, 0); n < len(h) {
		return nil, fmt.Errorf("read header of store: %w", cut(err))
	}
	f := &file{data: data, size: size, form: form{page: smallPage}, cache: map[int64]*page{}}
	switch version := binary.LittleEndian.Uint16(h[10:]); {
	case string(h[:4]) != mark:
		return nil, fmt.Errorf("read header of store: %w", extract.ErrCorrupt)
	case version == 14, version == 15:
		f.nodes, f.blocks = int64(binary.LittleEndian.Uint32(h[0xbc:])), int64(binary.LittleEndian.Uint32(h[0xc4:]))
		f.method = h[0x1cd]
		return f, nil
	case version == 36:
		f.form.page = largePage
	case version < 23:
		return nil, fmt.Errorf("read header of store of version %d: %w", version, extract.ErrUnsupported)
	}
	f.form.wide = true
	f.nodes, f.blocks = int64(binary.LittleEndian.Uint64(h[0xe0:])), int64(binary.LittleEndian.Uint64(h[0xf0:]))
	f.method = h[0x201]
	return f, nil
}

// cut is the error of reading past the end, which is that of a broken file.
func cut(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return extract.ErrCorrupt
	}
	return err
}

// readAt fills b from a place of the file.
func (f *file) readAt(b []byte, at int64) error {
	if at <= 0 || at > f.size-int64(len(b)) {
		return extract.ErrCorrupt
	}
	if n, err := f.data.ReadAt(b, at); n < len(b) {
		return cut(err)
	}
	return nil
}

// page is one of a tree: entries of one width, in the order of their keys.
type page struct {
	level   int // 0 of leaves
	width   int
	entries []byte
}

// read reads a page.
func (f *file) read(at int64) (*page, error) {
	if p, ok := f.cache[at]; ok {
		return p, nil
	}
	b := make([]byte, f.form.page)
	if err := f.readAt(b, at); err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	p, count := new(page), 0
	switch {
	case f.form.page == largePage:
		count, p.width, p.level = int(binary.LittleEndian.Uint16(b[4056:])), int(b[4060]), int(b[4061])
		b = b[:4056]
	case f.form.wide:
		count, p.width, p.level = int(b[488]), int(b[490]), int(b[491])
		b = b[:488]
	default:
		count, p.width, p.level = int(b[496]), int(b[498]), int(b[499])
		b = b[:496]
	}
	if p.level > maxLevel || p.width < 12 || count*p.width > len(b) {
		return nil, fmt.Errorf("read page: %w", extract.ErrCorrupt)
	}
	p.entries = b[:count*p.width]
	if len(f.cache) >= maxCached || f.form.page == largePage && len(f.cache) >= maxLarge {
		clear(f.cache)
	}
	f.cache[at] = p
	return p, nil
}

// number reads the i-th number of an entry.
func (f *file) number(entry []byte, i int) uint64 {
	if f.form.wide {
		if len(entry) < 8*i+8 {
			return 0
		}
		return binary.LittleEndian.Uint64(entry[8*i:])
	}
	if len(entry) < 4*i+4 {
		return 0
	}
	return uint64(binary.LittleEndian.Uint32(entry[4*i:]))
}

// find looks for the leaf's entry of a key; nil when there is none.
func (f *file) find(root int64, key uint64) ([]byte, error) {
	for at, above := root, maxLevel+1; ; {
		p, err := f.read(at)
		if err != nil {
			return nil, err
		}
		if p.level >= above {
			return nil, fmt.Errorf("find in tree: %w", extract.ErrCorrupt)
		}
		above = p.level
		low, up := 0, len(p.entries)/p.width
		for low < up {
			if middle := (low + up) / 2; f.number(p.entries[middle*p.width:], 0)&^1 <= key&^1 {
				low = middle + 1
			} else {
				up = middle
			}
		}
		if low == 0 {
			return nil, nil
		}
		entry := p.entries[(low-1)*p.width : low*p.width]
		if p.level > 0 {
			at = int64(f.number(entry, 2))
			continue
		}
		if f.number(entry, 0)&^1 != key&^1 {
			return nil, nil
		}
		return entry, nil
	}
}

// walk calls see for every entry of the leaves below a page. A page that cannot be
// read is told to lost, and the others are read.
func (f *file) walk(at int64, below int, see func(entry []byte) error, lost func()) error {
	p, err := f.read(at)
	if err == nil && p.level >= below {
		err = extract.ErrCorrupt
	}
	if errors.Is(err, extract.ErrCorrupt) {
		lost()
		return nil
	}
	if err != nil {
		return err
	}
	for entries := p.entries; len(entries) > 0; entries = entries[p.width:] {
		if p.level > 0 {
			err = f.walk(int64(f.number(entries[:p.width], 2)), p.level, see, lost)
		} else {
			err = see(entries[:p.width])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// block reads the block of a number, decoded.
func (f *file) block(id uint64) ([]byte, error) {
	entry, err := f.find(f.blocks, id)
	if err != nil {
		return nil, err
	}
	if entry == nil {
		return nil, fmt.Errorf("find block: %w", extract.ErrCorrupt)
	}
	b := make([]byte, f.length(entry))
	if err := f.readAt(b, int64(f.number(entry, 1))); err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	if f.form.page == largePage {
		b = inflate(b)
	}
	if id&idInternal == 0 {
		decode(f.method, b, id)
	}
	return b, nil
}

// length is how long the block of an entry is, as it is stored.
func (f *file) length(entry []byte) int {
	at := 8
	if f.form.wide {
		at = 16
	}
	if len(entry) < at+2 {
		return 0
	}
	return int(binary.LittleEndian.Uint16(entry[at:]))
}

// maxBlock is the most that a block holds.
const maxBlock = 64 << 10

// inflate unpacks a block that is compressed. Nothing says so but that it unpacks
// and its checksum is right.
func inflate(b []byte) []byte {
	if len(b) < 8 || b[0]&0xf != 8 || binary.BigEndian.Uint16(b)%31 != 0 {
		return b
	}
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return b
	}
	out, err := io.ReadAll(io.LimitReader(r, maxBlock+1))
	if err != nil || len(out) > maxBlock {
		return b
	}
	return out
}
