// Package ole reads compound files (OLE2 structured storage): a file system in
// one file, in which older Office keeps its documents and Outlook its messages.
// It reads lazily, holds no stream in memory, and believes no declared size.
package ole

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// Mark is how a compound file begins.
const Mark = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

const (
	headerSize  = 512
	miniSize    = 64         // of a sector of small streams
	lastSector  = 0xfffffff9 // above it are marks, not sectors
	noEntry     = 0xffffffff
	maxEntries  = 1 << 18 // of the directory
	maxTables   = 1 << 18 // sectors of the allocation table: 16 GiB of file
	maxCached   = 1 << 10 // sectors of it that are held
	maxSectors  = 1 << 24 // of one stream
	maxRuns     = 1 << 20 // of neighbouring sectors
	entrySize   = 128
	entryInline = 109 // sectors of the allocation table that the header lists
)

// File is an open compound file.
type File struct {
	data   io.ReaderAt
	shift  uint  // of the sector size
	cutoff int64 // streams smaller than this lie in small sectors

	tables []uint32          // the sectors of the allocation table
	cached map[uint32][]byte // some of their contents

	root      *Entry
	miniTable chain // the small sectors' allocation table
	mini      chain // the stream that holds the small sectors
}

// Is reports whether a file begins like a compound file.
func Is(head []byte) bool { return bytes.HasPrefix(head, []byte(Mark)) }

// Open reads the file's tables and its directory. The error wraps
// extract.ErrCorrupt if they cannot be made sense of.
func Open(data io.ReaderAt) (*File, error) {
	h := make([]byte, headerSize)
	if n, err := data.ReadAt(h, 0); n < len(h) {
		return nil, fmt.Errorf("read header of compound file: %w", cut(err))
	}
	shift := binary.LittleEndian.Uint16(h[30:])
	if !Is(h) || shift != 9 && shift != 12 {
		return nil, fmt.Errorf("read header of compound file: %w", extract.ErrCorrupt)
	}
	f := &File{
		data: data, shift: uint(shift), cached: make(map[uint32][]byte),
		cutoff: int64(binary.LittleEndian.Uint32(h[56:])),
	}
	if err := f.listTables(h); err != nil {
		return nil, err
	}
	directory, err := f.chain(binary.LittleEndian.Uint32(h[48:]), maxEntries*entrySize>>f.shift)
	if err != nil {
		return nil, fmt.Errorf("find directory of compound file: %w", err)
	}
	if err := f.readDirectory(directory); err != nil {
		return nil, err
	}
	if f.miniTable, err = f.chain(binary.LittleEndian.Uint32(h[60:]), maxTables); err != nil {
		return nil, fmt.Errorf("find table of small sectors: %w", err)
	}
	if f.mini, err = f.chain(f.root.start, maxSectors); err != nil {
		return nil, fmt.Errorf("find small sectors: %w", err)
	}
	return f, nil
}

// cut is the error of reading past the end, which is that of a broken file.
func cut(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return extract.ErrCorrupt
	}
	return err
}

// listTables finds the sectors of the allocation table: the first in the
// header, the others in a chain of lists.
func (f *File) listTables(header []byte) error {
	f.addTables(header[76 : 76+4*entryInline])
	next := binary.LittleEndian.Uint32(header[68:])
	b := make([]byte, 1<<f.shift)
	for range maxTables >> (f.shift - 2) {
		if next > lastSector || next == 0 && len(f.tables) < entryInline {
			break
		}
		if n, err := f.data.ReadAt(b, f.offset(next)); n < len(b) {
			if err = cut(err); errors.Is(err, extract.ErrCorrupt) {
				break // what it listed may not be needed
			}
			return fmt.Errorf("read list of tables: %w", err)
		}
		f.addTables(b[:len(b)-4])
		next = binary.LittleEndian.Uint32(b[len(b)-4:])
	}
	return nil
}

func (f *File) addTables(list []byte) {
	for ; len(list) >= 4; list = list[4:] {
		if sector := binary.LittleEndian.Uint32(list); sector <= lastSector && len(f.tables) < maxTables {
			f.tables = append(f.tables, sector)
		}
	}
}

func (f *File) offset(sector uint32) int64 { return (int64(sector) + 1) << f.shift }

// next is the sector behind another in its chain.
func (f *File) next(sector uint32) (uint32, error) {
	i := sector >> (f.shift - 2)
	if int64(i) >= int64(len(f.tables)) {
		return 0, extract.ErrCorrupt
	}
	b, ok := f.cached[i]
	if !ok {
		b = make([]byte, 1<<f.shift)
		n, err := f.data.ReadAt(b, f.offset(f.tables[i]))
		if err = cut(err); n < len(b) && (n == 0 || !errors.Is(err, extract.ErrCorrupt)) {
			return 0, err
		}
		for j := n; j < len(b); j++ { // cut off: what is missing leads nowhere
			b[j] = 0xff
		}
		if len(f.cached) >= maxCached {
			clear(f.cached)
		}
		f.cached[i] = b
	}
	at := sector & (1<<(f.shift-2) - 1) * 4
	return binary.LittleEndian.Uint32(b[at:]), nil
}

// chain is the sectors of a stream, joined where they lie side by side.
type chain struct {
	runs    []run
	sectors int64
}

// run is a stretch of neighbouring sectors.
type run struct {
	at    int64 // the first one's place in the chain
	first uint32
	n     uint32
}

// chain follows the sectors from start, most at the most. One that breaks off
// is kept as far as it goes; an error is one of reading.
func (f *File) chain(start uint32, most int64) (chain, error) {
	return follow(start, most, f.next)
}

func follow(start uint32, most int64, next func(uint32) (uint32, error)) (chain, error) {
	var c chain
	// A circle comes back to a sector that is noted at ever longer intervals.
	noted, until := uint32(noEntry), int64(1)
	for sector := start; sector <= lastSector && sector != noted && c.sectors < most && len(c.runs) < maxRuns; {
		if last := len(c.runs) - 1; last >= 0 && c.runs[last].first+c.runs[last].n == sector {
			c.runs[last].n++
		} else {
			c.runs = append(c.runs, run{c.sectors, sector, 1})
		}
		if c.sectors++; c.sectors == until {
			noted, until = sector, 2*until
		}
		following, err := next(sector)
		if errors.Is(err, extract.ErrCorrupt) {
			break
		}
		if err != nil {
			return c, fmt.Errorf("follow sectors: %w", err)
		}
		sector = following
	}
	return c, nil
}

// find returns the run that holds a place of the chain, and how far into it.
func (c *chain) find(at int64) (r run, skip uint32, ok bool) {
	low, high := 0, len(c.runs)
	for low < high {
		if mid := (low + high) / 2; c.runs[mid].at <= at {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == 0 || at >= c.sectors {
		return run{}, 0, false
	}
	r = c.runs[low-1]
	return r, uint32(at - r.at), true
}
