package iso

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/codepage"
)

// Marks and tags of UDF, as ECMA-167 has them.
const (
	udfBegin = "BEA01"

	tagAnchor    = 2
	tagPartition = 5
	tagLogical   = 6
	tagSet       = 256
	tagName      = 257
	tagMore      = 258
	tagFile      = 261
	tagExtended  = 266

	kindFolder = 4
	kindFile   = 5

	nameFolder  = 0x02
	nameDeleted = 0x04
	nameParent  = 0x08

	mostMaps    = 8
	mostExtents = 1 << 16 // of one file
	mostHops    = 64
)

// udf is the UDF file system of a disc.
type udf struct {
	*disc
	partitions map[int]int64 // where they begin
	maps       []partition
	set        address
}

// partition is what addresses of files refer to: a stretch of the disc, or a
// file that lies in one.
type partition struct {
	number int
	inside []span // of the file that the metadata lies in
}

// address is a place in a partition.
type address struct {
	block     int64
	partition int
}

func (d *disc) readUDF() error {
	u := &udf{disc: d, partitions: map[int]int64{}}
	if err := u.open(); err != nil {
		return fmt.Errorf("open UDF: %w", err)
	}
	b := make([]byte, 512)
	if err := u.block512(b, u.set, tagSet); err != nil {
		return fmt.Errorf("read file set: %w", err)
	}
	root, err := u.entryAt(longAddress(b[400:]))
	if err != nil {
		return fmt.Errorf("read root: %w", err)
	}
	return u.walkUDF(root, "", 0)
}

// open reads the descriptions of volumes, from the anchor on.
func (u *udf) open() error {
	b := make([]byte, sector)
	if err := u.fill(b, 256*sector); err != nil {
		return err
	}
	if tag(b) != tagAnchor {
		return extract.ErrCorrupt
	}
	length, at := int64(binary.LittleEndian.Uint32(b[16:])), int64(binary.LittleEndian.Uint32(b[20:]))*sector
	var logical []byte
	for n := int64(0); n < min(length/sector, mostVolumes); n++ {
		b := make([]byte, sector)
		if err := u.fill(b, at+n*sector); err != nil {
			return err
		}
		switch tag(b) {
		case tagPartition:
			u.partitions[int(binary.LittleEndian.Uint16(b[22:]))] = int64(binary.LittleEndian.Uint32(b[188:])) * sector
		case tagLogical:
			logical = b
		}
	}
	if logical == nil || binary.LittleEndian.Uint32(logical[212:]) != sector {
		return extract.ErrUnsupported
	}
	u.set = longAddress(logical[248:])
	return u.readMaps(logical)
}

func (u *udf) readMaps(logical []byte) error {
	count := min(int(binary.LittleEndian.Uint32(logical[268:])), mostMaps)
	for m := logical[440:]; count > 0 && len(m) >= 6; count-- {
		length := int(m[1])
		if length < 6 || length > len(m) {
			return extract.ErrCorrupt
		}
		switch {
		case m[0] == 1:
			u.maps = append(u.maps, partition{number: int(binary.LittleEndian.Uint16(m[4:]))})
		case length < 64:
			return extract.ErrUnsupported
		default:
			p, err := u.special(m[:length])
			if err != nil {
				return err
			}
			u.maps = append(u.maps, p)
		}
		m = m[length:]
	}
	return nil
}

// special reads the map of a partition that has spare sectors, or that lies in a
// file. Those of discs that are written bit by bit are not supported.
func (u *udf) special(m []byte) (partition, error) {
	p := partition{number: int(binary.LittleEndian.Uint16(m[38:]))}
	switch kind := string(m[5:28]); {
	case strings.HasPrefix(kind, "*UDF Sparable"):
		return p, nil
	case strings.HasPrefix(kind, "*UDF Metadata"):
		b := make([]byte, sector)
		at := u.partitions[p.number] + int64(binary.LittleEndian.Uint32(m[40:]))*sector
		if err := u.fill(b, at); err != nil {
			return p, err
		}
		holder := udf{disc: u.disc, partitions: u.partitions, maps: []partition{p}}
		e, err := holder.file(b, at, 0)
		p.inside = e.parts
		return p, err
	}
	return p, extract.ErrUnsupported
}

func tag(b []byte) int { return int(binary.LittleEndian.Uint16(b)) }

func longAddress(b []byte) address {
	return address{int64(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint16(b[8:]))}
}

// place says where on the disc an address is.
func (u *udf) place(a address) (int64, error) {
	if a.partition >= len(u.maps) {
		return 0, extract.ErrCorrupt
	}
	p := u.maps[a.partition]
	if p.inside == nil {
		return u.partitions[p.number] + a.block*sector, nil
	}
	off := a.block * sector
	for _, s := range p.inside {
		if off < s.size {
			return s.at + off, nil
		}
		off -= s.size
	}
	return 0, extract.ErrCorrupt
}

func (u *udf) block512(b []byte, a address, want int) error {
	at, err := u.place(a)
	if err != nil {
		return err
	}
	if err := u.fill(b, at); err != nil {
		return err
	}
	if tag(b) != want {
		return extract.ErrCorrupt
	}
	return nil
}

// entryAt reads what is known of a file.
func (u *udf) entryAt(a address) (entry, error) {
	at, err := u.place(a)
	if err != nil {
		return entry{}, err
	}
	b := make([]byte, sector)
	if err := u.fill(b, at); err != nil {
		return entry{}, err
	}
	return u.file(b, at, a.partition)
}

func (u *udf) file(b []byte, at int64, part int) (e entry, err error) {
	extra, data, when := 168, 176, 84
	switch tag(b) {
	case tagFile:
	case tagExtended:
		extra, data, when = 208, 216, 92
	default:
		return e, extract.ErrCorrupt
	}
	e.folder = b[27] == kindFolder
	if b[27] != kindFolder && b[27] != kindFile && b[27] < 248 { // links and devices hold nothing
		return e, nil
	}
	e.modified = timestamp(b[when:])
	size := int64(binary.LittleEndian.Uint64(b[56:]))
	from := int64(data) + int64(binary.LittleEndian.Uint32(b[extra:]))
	length := int64(binary.LittleEndian.Uint32(b[extra+4:]))
	if size < 0 || from > sector || length > sector-from {
		return e, extract.ErrCorrupt
	}
	if form := b[34] & 7; form == 3 {
		e.parts = []span{{at + from, min(size, length)}}
	} else {
		e.parts, err = u.extents(b[from:from+length], form, part)
		e.parts = cut(e.parts, size)
	}
	return e, err
}

// cut ends the stretches where the file ends: they are whole sectors.
func cut(parts []span, size int64) []span {
	for i, p := range parts {
		if p.size >= size {
			parts[i].size = size
			return parts[:i+1]
		}
		size -= p.size
	}
	return parts
}

// extents reads where the parts of a file lie.
func (u *udf) extents(b []byte, form byte, part int) (all []span, err error) {
	width := map[byte]int{0: 8, 1: 16}[form]
	if width == 0 {
		return nil, extract.ErrUnsupported
	}
	for hops := 0; len(b) >= width && len(all) < mostExtents; {
		word := binary.LittleEndian.Uint32(b)
		a := address{int64(binary.LittleEndian.Uint32(b[4:])), part}
		if width == 16 {
			a.partition = int(binary.LittleEndian.Uint16(b[8:]))
		}
		b = b[width:]
		size, kind := int64(word&0x3fffffff), word>>30
		switch {
		case size == 0:
			return all, nil
		case kind == 3: // the list goes on elsewhere
			if hops++; hops > mostHops {
				return nil, extract.ErrCorrupt
			}
			if b, err = u.more(a); err != nil {
				return nil, err
			}
		case kind != 0:
			all = append(all, span{hole, size})
		default:
			at, err := u.place(a)
			if err != nil {
				return nil, err
			}
			all = append(all, span{at, size})
		}
	}
	if len(all) == mostExtents {
		return nil, fmt.Errorf("read extents: too many: %w", extract.ErrUnsupported)
	}
	return all, nil
}

func (u *udf) more(a address) ([]byte, error) {
	b := make([]byte, sector)
	if err := u.block512(b, a, tagMore); err != nil {
		return nil, err
	}
	return b[24:min(sector, 24+int64(binary.LittleEndian.Uint32(b[20:])))], nil
}

func timestamp(b []byte) time.Time {
	zone := int(int16(binary.LittleEndian.Uint16(b)<<4)) >> 4 // twelve bits of minutes
	if zone < -1440 || zone > 1440 {
		zone = 0
	}
	return time.Date(int(binary.LittleEndian.Uint16(b[2:])), time.Month(b[4]), int(b[5]), int(b[6]), int(b[7]), int(b[8]), 0, time.FixedZone("", zone*60)).UTC()
}

// walkUDF gives the files of a folder and of those in it.
func (u *udf) walkUDF(folder entry, path string, depth int) error {
	size := int64(0)
	for _, p := range folder.parts {
		size += p.size
	}
	if size > mostFolder {
		return fmt.Errorf("read folder: %w", extract.ErrCorrupt)
	}
	b := make([]byte, size)
	if _, err := (&file{d: u.disc, parts: folder.parts, size: size}).ReadAt(b, 0); err != nil {
		if u.hurt != nil {
			return u.hurt
		}
		return fmt.Errorf("read folder: %w", extract.ErrCorrupt)
	}
	for len(b) >= 38 && tag(b) == tagName {
		length, skip := int(b[19]), int(binary.LittleEndian.Uint16(b[36:]))
		total := (38 + skip + length + 3) &^ 3
		if total > len(b) {
			return fmt.Errorf("read folder: %w", extract.ErrCorrupt)
		}
		if b[18]&(nameDeleted|nameParent) == 0 {
			if err := u.named(longAddress(b[20:]), path+udfName(b[38+skip:38+skip+length]), b[18]&nameFolder != 0, depth); err != nil {
				return err
			}
		}
		b = b[total:]
	}
	return nil
}

// named gives a file, or walks a folder.
func (u *udf) named(a address, name string, folder bool, depth int) error {
	e, err := u.entryAt(a)
	if err != nil {
		return fmt.Errorf("read entry: %w", err)
	}
	if !folder {
		return u.give(name, &e)
	}
	at := a.block<<8 | int64(a.partition)
	if u.seen[at] {
		return nil
	}
	if u.seen[at] = true; depth >= mostDepth || len(u.seen) > mostFolders {
		u.sink.Partial("folders that go too deep")
		return nil
	}
	return u.walkUDF(e, name+"/", depth+1)
}

// udfName reads a name, whose first byte says how wide its letters are.
func udfName(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if b[0] == 16 {
		return string(codepage.Wide(nil, swap(b[1:])))
	}
	return string(codepage.Decode(nil, codepage.Of(28591), b[1:]))
}
