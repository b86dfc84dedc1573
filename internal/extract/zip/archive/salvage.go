package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/extract"
)

// salvage walks the members of an archive that has lost its directory: most
// often a copy that was broken off. It ends in ErrCorrupt, whatever it found,
// unless the directory is known to lie in another volume.
func (a *Archive) salvage(see func(*Entry) error) error {
	start := int64(0)
	if a.Split {
		start = int64(len(splitMark))
	}
	if err := a.members(start, a.size, see); err != nil || a.Split {
		return err
	}
	return fmt.Errorf("read archive without a directory: %w", extract.ErrCorrupt)
}

// members walks members by their local headers, from one to the next.
func (a *Archive) members(at, end int64, see func(*Entry) error) error {
	for at <= end-localLen {
		var h [localLen]byte
		if err := a.readAt(h[:], at); err != nil {
			return err
		}
		if string(h[:4]) != localMark {
			return nil
		}
		e, start, err := a.localEntry(h[:], at)
		if errors.Is(err, extract.ErrCorrupt) {
			return nil // its name does not fit: it is none
		}
		if err != nil {
			return err
		}
		next := start + e.packed
		if e.flags&flagDescriptor != 0 || e.packed > a.size-start {
			if next, err = a.nextMark(start); err != nil {
				return err
			}
			// A member that is not packed does not itself say where it ends.
			e.short = e.method == methodStore && (e.flags&flagDescriptor == 0 || next == a.size)
			e.packed, e.Size = next-start, -1
		}
		if err := see(e); err != nil {
			return err
		}
		if at, err = a.skipDescriptor(next); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) localEntry(h []byte, at int64) (e *Entry, start int64, err error) {
	name, extra := int(binary.LittleEndian.Uint16(h[26:])), int(binary.LittleEndian.Uint16(h[28:]))
	variable := make([]byte, name+extra)
	if err := a.readAt(variable, at+localLen); err != nil {
		return nil, 0, err
	}
	e = &Entry{
		flags:    binary.LittleEndian.Uint16(h[6:]),
		method:   binary.LittleEndian.Uint16(h[8:]),
		Modified: dosTime(binary.LittleEndian.Uint16(h[12:]), binary.LittleEndian.Uint16(h[10:])),
		crc:      binary.LittleEndian.Uint32(h[14:]),
		packed:   int64(binary.LittleEndian.Uint32(h[18:])),
		Size:     int64(binary.LittleEndian.Uint32(h[22:])),
		disk:     a.disk,
	}
	e.setName(variable[:name])
	e.readExtra(variable[name:], variable[:name])
	e.offset = at
	return e, at + localLen + int64(len(variable)), nil
}

// nextMark finds where the next header begins, or the end of the file.
func (a *Archive) nextMark(from int64) (int64, error) {
	buf := make([]byte, 4<<10)
	for at := from; at < a.size; at += int64(len(buf) - 3) {
		n, err := a.r.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("search archive: %w", err)
		}
		for i := 0; i < n; {
			j := bytes.Index(buf[i:n], []byte("PK"))
			if j < 0 {
				break
			}
			i += j
			switch string(buf[i:min(n, i+4)]) {
			case localMark, centralMark, descriptMark:
				return at + int64(i), nil
			}
			i += 2
		}
		if n < len(buf) {
			break
		}
	}
	return a.size, nil
}

// skipDescriptor passes over the sizes that may stand behind a member's data.
func (a *Archive) skipDescriptor(at int64) (int64, error) {
	if at > a.size-localLen {
		return a.size, nil
	}
	var mark [4]byte
	if err := a.readAt(mark[:], at); err != nil {
		return 0, err
	}
	if string(mark[:]) != descriptMark {
		return at, nil
	}
	return a.nextMark(at + 4)
}
