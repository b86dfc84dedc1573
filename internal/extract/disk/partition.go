package disk

import (
	"encoding/binary"
	"errors"
	"io"
)

// partition is a part of a disk, in bytes.
type partition struct{ at, size int64 }

const (
	gptMark       = "EFI PART"
	mbrEntries    = 446
	mostLogical   = 128 // partitions in an extended one
	mostGPT       = 1024
	protectiveGPT = 0xEE
)

// isMBR recognises the sector that holds a table of four partitions, at least one
// of them in use, and not the first of a file system.
func isMBR(head []byte) bool {
	if head[510] != 0x55 || head[511] != 0xaa || begins(head[54:], "FAT") || begins(head[82:], "FAT") || begins(head[3:], "NTFS") || begins(head[3:], "EXFAT") || begins(head[3:], "-FVE") {
		return false
	}
	used := 0
	for _, e := range entries(head) {
		switch {
		case e[0]&0x7f != 0:
			return false
		case e[4] == 0:
		case binary.LittleEndian.Uint32(e[8:]) == 0 || binary.LittleEndian.Uint32(e[12:]) == 0:
			return false
		default:
			used++
		}
	}
	return used > 0
}

// entries are the four entries of a table.
func entries(b []byte) (four [4][]byte) {
	for i := range four {
		four[i] = b[mbrEntries+16*i : mbrEntries+16*i+16]
	}
	return four
}

// partitions reads the table of a disk; none is no error.
func partitions(d drive) ([]partition, error) {
	b := make([]byte, 2*sector)
	if _, err := d.ReadAt(b, 0); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, corrupt("read table of partitions", err)
	}
	if begins(b[sector:], gptMark) {
		return readGPT(d, b[sector:])
	}
	if !isMBR(b) {
		return nil, nil
	}
	return readMBR(d, b)
}

func readMBR(d drive, b []byte) (parts []partition, err error) {
	for _, e := range entries(b) {
		p := partition{int64(binary.LittleEndian.Uint32(e[8:])) * sector, int64(binary.LittleEndian.Uint32(e[12:])) * sector}
		switch e[4] {
		case 0, protectiveGPT:
		case 0x05, 0x0f, 0x85:
			logical, err := readLogical(d, p.at)
			if err != nil {
				return nil, err
			}
			parts = append(parts, logical...)
		default:
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// readLogical follows the chain of tables in an extended partition, each of which
// has one partition and says where the next table is.
func readLogical(d drive, first int64) (parts []partition, err error) {
	b := make([]byte, sector)
	for at := first; len(parts) < mostLogical; {
		if _, err := d.ReadAt(b, at); err != nil {
			if errors.Is(err, io.EOF) {
				return parts, nil
			}
			return nil, corrupt("read table of partitions", err)
		}
		if b[510] != 0x55 || b[511] != 0xaa {
			return parts, nil
		}
		four := entries(b)
		if four[0][4] != 0 {
			parts = append(parts, partition{at + int64(binary.LittleEndian.Uint32(four[0][8:]))*sector, int64(binary.LittleEndian.Uint32(four[0][12:])) * sector})
		}
		if four[1][4] == 0 {
			return parts, nil
		}
		next := first + int64(binary.LittleEndian.Uint32(four[1][8:]))*sector
		if next <= at {
			return parts, nil // the chain only goes on
		}
		at = next
	}
	return parts, nil
}

// readGPT reads the table that a header describes.
func readGPT(d drive, header []byte) (parts []partition, err error) {
	at, n, size := int64(binary.LittleEndian.Uint64(header[72:])), binary.LittleEndian.Uint32(header[80:]), int64(binary.LittleEndian.Uint32(header[84:]))
	if size < 128 || size > 4096 || at <= 0 || at > d.Size()/sector {
		return nil, corrupt("read table of partitions", io.ErrUnexpectedEOF)
	}
	e := make([]byte, size)
	for i := range int64(min(n, mostGPT)) {
		if _, err := d.ReadAt(e, at*sector+i*size); err != nil {
			return parts, corrupt("read table of partitions", err)
		}
		first, last := int64(binary.LittleEndian.Uint64(e[32:])), int64(binary.LittleEndian.Uint64(e[40:]))
		if binary.LittleEndian.Uint64(e) == 0 && binary.LittleEndian.Uint64(e[8:]) == 0 || first <= 0 || last < first || last > d.Size()/sector {
			continue
		}
		parts = append(parts, partition{first * sector, (last - first + 1) * sector})
	}
	return parts, nil
}
