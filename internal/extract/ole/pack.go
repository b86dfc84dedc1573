package ole

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"

	"trustaudit/internal/extract"
)

// Part is a stream or a storage to be packed into a compound file.
type Part struct {
	Name  string
	Class [16]byte
	Size  int64                     // of a stream
	Open  func() (io.Reader, error) // of a stream; nil of a storage
	Parts []Part                    // of a storage
}

// Copy makes a file of its own of a storage: that is how a document inside
// another becomes one that can be read by itself.
func (f *File) Copy(storage *Entry) (io.Reader, error) {
	return Pack(f.part(storage))
}

func (f *File) part(e *Entry) Part {
	p := Part{Name: e.Name, Class: e.Class}
	if !e.Storage {
		p.Size = e.Size
		p.Open = func() (io.Reader, error) { return f.Open(e) }
	}
	for _, c := range e.Children {
		p.Parts = append(p.Parts, f.part(c))
	}
	return p
}

const (
	streamEnd   = 0xfffffffe
	tableSector = 0xfffffffd
	// smallFile is up to where sectors are small enough to waste little.
	smallFile = 4 << 20
)

// Pack writes a compound file as it is read. Its header says that there are no
// small sectors, which keeps the layout plain: tables, directory, streams.
func Pack(root Part) (io.Reader, error) {
	shift := uint(9)
	if weight(root, 9) > smallFile {
		shift = 12
	}
	p := packer{shift: shift}
	p.add(root)
	directory := p.sectors(int64(len(p.entries) * entrySize))
	bodies := weight(root, shift) >> shift
	tables := int64(1)
	for tables*p.perTable() < tables+directory+bodies {
		if tables++; tables > entryInline {
			return nil, fmt.Errorf("pack storage: too large: %w", extract.ErrUnsupported)
		}
	}
	return p.write(tables, directory), nil
}

// weight is how many bytes a part's streams take, padded.
func weight(p Part, shift uint) int64 {
	sum := (p.Size + 1<<shift - 1) >> shift << shift
	for _, c := range p.Parts {
		sum += weight(c, shift)
		if sum > entryInline<<(2*shift) {
			return sum // too large in any case
		}
	}
	return sum
}

// packer lays out a compound file.
type packer struct {
	shift   uint
	entries []packed
}

// packed is an entry of the directory with its links.
type packed struct {
	part        Part
	right, down uint32
}

func (p *packer) perTable() int64          { return 1 << (p.shift - 2) }
func (p *packer) sectors(size int64) int64 { return (size + 1<<p.shift - 1) >> p.shift }

// add lists a part and those below it; siblings are a chain to the right.
func (p *packer) add(part Part) uint32 {
	at := uint32(len(p.entries))
	p.entries = append(p.entries, packed{part, noEntry, noEntry})
	last := uint32(noEntry)
	for _, c := range part.Parts {
		child := p.add(c)
		if last == noEntry {
			p.entries[at].down = child
		} else {
			p.entries[last].right = child
		}
		last = child
	}
	return at
}

func (p *packer) write(tables, directory int64) io.Reader {
	table := make([]uint32, 0, tables*p.perTable())
	for range tables {
		table = append(table, tableSector)
	}
	table = link(table, directory)
	var list bytes.Buffer
	readers := []io.Reader{&list}
	for i := range p.entries {
		e := &p.entries[i]
		start := uint32(streamEnd)
		if e.part.Open != nil && e.part.Size > 0 {
			start = uint32(len(table))
			table = link(table, p.sectors(e.part.Size))
			pad := p.sectors(e.part.Size)<<p.shift - e.part.Size
			readers = append(readers, &stream{open: e.part.Open, left: e.part.Size}, bytes.NewReader(make([]byte, pad)))
		}
		list.Write(e.bytes(i == 0, start))
	}
	list.Write(make([]byte, directory<<p.shift-int64(list.Len())))
	var head bytes.Buffer
	head.Write(p.header(tables))
	for len(table) < cap(table) {
		table = append(table, noEntry)
	}
	for _, sector := range table {
		head.Write(binary.LittleEndian.AppendUint32(nil, sector))
	}
	return io.MultiReader(append([]io.Reader{&head}, readers...)...)
}

// link adds a chain of neighbours to a table.
func link(table []uint32, sectors int64) []uint32 {
	for i := range sectors {
		next := uint32(len(table)) + 1
		if i == sectors-1 {
			next = streamEnd
		}
		table = append(table, next)
	}
	return table
}

func (p *packer) header(tables int64) []byte {
	h := make([]byte, 1<<p.shift)
	copy(h, Mark)
	binary.LittleEndian.PutUint16(h[24:], 0x3e)
	binary.LittleEndian.PutUint16(h[26:], uint16(3+(p.shift-9)/3))
	binary.LittleEndian.PutUint16(h[28:], 0xfffe)
	binary.LittleEndian.PutUint16(h[30:], uint16(p.shift))
	binary.LittleEndian.PutUint16(h[32:], 6)
	binary.LittleEndian.PutUint32(h[44:], uint32(tables))
	binary.LittleEndian.PutUint32(h[48:], uint32(tables)) // the directory lies behind them
	binary.LittleEndian.PutUint32(h[60:], streamEnd)
	binary.LittleEndian.PutUint32(h[68:], streamEnd)
	for i := range uint32(entryInline) {
		sector := uint32(noEntry)
		if int64(i) < tables {
			sector = i
		}
		binary.LittleEndian.PutUint32(h[76+4*i:], sector)
	}
	return h
}

func (e *packed) bytes(root bool, start uint32) []byte {
	b := make([]byte, entrySize)
	name := utf16.Encode([]rune(e.part.Name))
	name = name[:min(len(name), 31)]
	for i, u := range name {
		binary.LittleEndian.PutUint16(b[2*i:], u)
	}
	binary.LittleEndian.PutUint16(b[64:], uint16(2*len(name)+2))
	b[66] = storageEntry
	switch {
	case root:
		b[66] = rootEntry
	case e.part.Open != nil:
		b[66] = streamEntry
	}
	binary.LittleEndian.PutUint32(b[68:], noEntry)
	binary.LittleEndian.PutUint32(b[72:], e.right)
	binary.LittleEndian.PutUint32(b[76:], e.down)
	copy(b[80:], e.part.Class[:])
	binary.LittleEndian.PutUint32(b[116:], start)
	binary.LittleEndian.PutUint64(b[120:], uint64(e.part.Size))
	return b
}

// stream opens what it reads when it is its turn.
type stream struct {
	open func() (io.Reader, error)
	r    io.Reader
	left int64
}

func (s *stream) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	if s.r == nil {
		r, err := s.open()
		if err != nil {
			return 0, fmt.Errorf("pack stream: %w", err)
		}
		s.r = r
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	if s.left -= int64(n); err != nil && s.left > 0 {
		return n, fmt.Errorf("pack stream: %w", cut(err))
	}
	return n, nil
}
