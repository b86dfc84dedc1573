package disk

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

const (
	qcowMark = "QFI\xfb"
	vmdkMark = "KDMV"
	vhdMark  = "conectix"
)

// mapped is a disk whose blocks lie somewhere in a file, or nowhere: those are
// zeros.
type mapped struct {
	data  io.ReaderAt
	size  int64
	block int64
	// find returns where a block lies, zero when nowhere; or the block itself, when
	// it is compressed.
	find func(n int64) (at int64, held []byte, err error)
}

func (m *mapped) Size() int64 { return m.size }

func (m *mapped) ReadAt(p []byte, off int64) (done int, err error) {
	for done < len(p) {
		if off >= m.size {
			return done, io.EOF
		}
		n, within := off/m.block, off%m.block
		piece := p[done:min(int64(len(p)), int64(done)+min(m.block-within, m.size-off))]
		at, held, err := m.find(n)
		switch {
		case err != nil:
			return done, err
		case held != nil:
			clear(piece[copy(piece, held[min(within, int64(len(held))):]):])
		case at == 0:
			clear(piece)
		default:
			if _, err := m.data.ReadAt(piece, at+within); err != nil {
				return done, corrupt("read block of disk", err)
			}
		}
		done += len(piece)
		off += int64(len(piece))
	}
	return done, nil
}

// table reads numbers of a table, a page of it at a time.
type table struct {
	data  io.ReaderAt
	order binary.ByteOrder
	width int64 // of a number: 4 or 8 bytes
	page  int64 // where the page that is held begins
	held  []byte
}

const pageSize = 64 << 10

func (t *table) number(at, i int64) (uint64, error) {
	at += i * t.width
	if t.held == nil || at < t.page || at+t.width > t.page+int64(len(t.held)) {
		if t.held == nil {
			t.held = make([]byte, 0, pageSize)
		}
		t.page = at
		n, err := t.data.ReadAt(t.held[:pageSize], at)
		t.held = t.held[:n]
		if int64(n) < t.width {
			return 0, corrupt("read table of blocks", err)
		}
	}
	b := t.held[at-t.page:]
	if t.width == 4 {
		return uint64(t.order.Uint32(b)), nil
	}
	return t.order.Uint64(b), nil
}

// openVHD opens a disk that grows. One of fixed size is raw, with a footer.
func openVHD(doc extract.Document) (drive, error) {
	const header, dynamic, unused = 1024, 3, 0xFFFFFFFF
	b := make([]byte, sector+header)
	if _, err := doc.Data.ReadAt(b, 0); err != nil {
		return nil, corrupt("open VHD", err)
	}
	if kind := binary.BigEndian.Uint32(b[60:]); kind != dynamic || !begins(b[sector:], "cxsparse") {
		return nil, fmt.Errorf("open VHD that is part of another: %w", extract.ErrUnsupported)
	}
	size, at, block := int64(binary.BigEndian.Uint64(b[48:])), int64(binary.BigEndian.Uint64(b[sector+16:])), int64(binary.BigEndian.Uint32(b[sector+32:]))
	if !sane(size, block) || at <= 0 || at > doc.Size {
		return nil, fmt.Errorf("open VHD: %w", extract.ErrCorrupt)
	}
	bitmap := (block/sector/8 + sector - 1) / sector * sector // stands before each block
	t := &table{data: doc.Data, order: binary.BigEndian, width: 4}
	return &mapped{data: doc.Data, size: size, block: block, find: func(n int64) (int64, []byte, error) {
		v, err := t.number(at, n)
		if err != nil || v == unused {
			return 0, nil, err
		}
		return int64(v)*sector + bitmap, nil, nil
	}}, nil
}

// sane reports whether a disk's size and that of its blocks can be.
func sane(size, block int64) bool {
	return size > 0 && size < 1<<56 && block >= sector && block <= 64<<20 && block&(block-1) == 0
}

// openVMDK opens a disk in one sparse file. The blocks may be compressed.
func openVMDK(doc extract.Document) (drive, error) {
	h := doc.Head
	flags, size, block := binary.LittleEndian.Uint32(h[8:]), int64(binary.LittleEndian.Uint64(h[12:]))*sector, int64(binary.LittleEndian.Uint64(h[20:]))*sector
	perTable, at := int64(binary.LittleEndian.Uint32(h[44:])), int64(binary.LittleEndian.Uint64(h[56:]))*sector
	const compressed, atEnd = 1 << 16, -1 * sector
	if at == atEnd { // a stream: a copy of the header stands before its end
		footer := make([]byte, sector)
		if _, err := doc.Data.ReadAt(footer, doc.Size-2*sector); err != nil || !begins(footer, vmdkMark) {
			return nil, fmt.Errorf("open VMDK: %w", extract.ErrCorrupt)
		}
		at = int64(binary.LittleEndian.Uint64(footer[56:])) * sector
	}
	if !sane(size, block) || perTable <= 0 || perTable > 1<<20 || at <= 0 || at > doc.Size {
		return nil, fmt.Errorf("open VMDK: %w", extract.ErrCorrupt)
	}
	top, low := &table{data: doc.Data, order: binary.LittleEndian, width: 4}, &table{data: doc.Data, order: binary.LittleEndian, width: 4}
	last := kept{n: -1}
	return &mapped{data: doc.Data, size: size, block: block, find: func(n int64) (int64, []byte, error) {
		v, err := top.number(at, n/perTable)
		if err != nil || v == 0 {
			return 0, nil, err
		}
		if v, err = low.number(int64(v)*sector, n%perTable); err != nil || v <= 1 { // 1 is zeros
			return 0, nil, err
		}
		if flags&compressed == 0 {
			return int64(v) * sector, nil, nil
		}
		held, err := last.block(n, func() ([]byte, error) { return inflateVMDK(doc.Data, int64(v)*sector, block) })
		return 0, held, err
	}}, nil
}

// kept is the last block that was unpacked: it is read in pieces.
type kept struct {
	n    int64
	data []byte
}

func (k *kept) block(n int64, unpack func() ([]byte, error)) ([]byte, error) {
	if k.n == n {
		return k.data, nil
	}
	data, err := unpack()
	if err != nil {
		return nil, err
	}
	k.n, k.data = n, data
	return data, nil
}

// inflateVMDK unpacks a block: a number, the packed size, and the packed bytes.
func inflateVMDK(data io.ReaderAt, at, block int64) ([]byte, error) {
	var marker [12]byte
	if _, err := data.ReadAt(marker[:], at); err != nil {
		return nil, corrupt("read block of disk", err)
	}
	packed := io.NewSectionReader(data, at+12, int64(binary.LittleEndian.Uint32(marker[8:])))
	r, err := zlib.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack block of disk: %w", extract.ErrCorrupt)
	}
	return unpacked(r, block)
}

func unpacked(r io.Reader, block int64) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(r, block)); err != nil {
		return nil, fmt.Errorf("unpack block of disk: %w", extract.ErrCorrupt)
	}
	return b.Bytes(), nil
}

// openQCOW opens a disk of QEMU. Its own encryption is told by number.
func openQCOW(doc extract.Document) (drive, error) {
	h := doc.Head
	version, backing, shift := binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint64(h[8:]), binary.BigEndian.Uint32(h[20:])
	size, crypt, at := int64(binary.BigEndian.Uint64(h[24:])), binary.BigEndian.Uint32(h[32:]), int64(binary.BigEndian.Uint64(h[40:]))
	switch {
	case version != 2 && version != 3, backing != 0:
		return nil, fmt.Errorf("open QCOW that is part of another: %w", extract.ErrUnsupported)
	case crypt != 0:
		return nil, fmt.Errorf("open QCOW: %w", extract.ErrSealed)
	case shift < 9 || shift > 21 || !sane(size, 1<<shift) || at <= 0 || at > doc.Size:
		return nil, fmt.Errorf("open QCOW: %w", extract.ErrCorrupt)
	}
	const place, compressed = 0x00fffffffffffe00, 1 << 62
	block := int64(1) << shift
	perTable := block / 8
	top, low := &table{data: doc.Data, order: binary.BigEndian, width: 8}, &table{data: doc.Data, order: binary.BigEndian, width: 8}
	last := kept{n: -1}
	return &mapped{data: doc.Data, size: size, block: block, find: func(n int64) (int64, []byte, error) {
		v, err := top.number(at, n/perTable)
		if err != nil || v&place == 0 {
			return 0, nil, err
		}
		if v, err = low.number(int64(v&place), n%perTable); err != nil {
			return 0, nil, err
		}
		switch {
		case v&compressed != 0:
			held, err := last.block(n, func() ([]byte, error) { return inflateQCOW(doc.Data, v, shift, block) })
			return 0, held, err
		case version == 3 && v&1 == 1: // zeros
			return 0, nil, nil
		}
		return int64(v & place), nil, nil
	}}, nil
}

// inflateQCOW unpacks a block: its entry says where it lies and in how many
// sectors.
func inflateQCOW(data io.ReaderAt, entry uint64, shift uint32, block int64) ([]byte, error) {
	width := 62 - (shift - 8)
	at := int64(entry & (1<<width - 1))
	sectors := int64(entry&(1<<62-1)>>width) + 1
	return unpacked(flate.NewReader(io.NewSectionReader(data, at, sectors*sector-at%sector)), block)
}
