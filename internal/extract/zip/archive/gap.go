package archive

import (
	"encoding/binary"
	"math"
)

// gaps finds members that the directory does not list: those of an archive that
// another was appended to, or that a program removed by forgetting them. It is
// used where the directory goes through the file from its beginning to its end,
// as nearly all do.
type gaps struct {
	a   *Archive
	end int64 // of what the entries have accounted for, at the least
	at  int64 // of the local header last accounted for; -1 before the first
	len int64 // packed bytes behind it
}

// fill calls see for each member between the last entry and this one.
func (g *gaps) fill(e *Entry, see func(*Entry) error) error {
	if e.disk == g.a.disk && e.offset-g.end > localLen {
		if err := g.search(e.offset, see); err != nil {
			return err
		}
	}
	g.at, g.len = e.offset, e.packed
	g.end = e.offset + localLen + e.packed
	return nil
}

func (g *gaps) search(to int64, see func(*Entry) error) error {
	from := int64(0)
	if g.at >= 0 {
		var h [localLen]byte
		if g.a.readAt(h[:], g.at) != nil || string(h[:4]) != localMark {
			return nil // its own opening will tell
		}
		from = g.at + localLen + int64(binary.LittleEndian.Uint16(h[26:])) + int64(binary.LittleEndian.Uint16(h[28:])) + g.len
		if to-from <= localLen {
			return nil
		}
		var err error
		if from, err = g.a.skipDescriptor(from); err != nil {
			return err
		}
	}
	return g.a.members(from, to, see)
}

// ascending reports whether the entries lie in the file as in the directory.
func (a *Archive) ascending() bool {
	last, sorted := int64(math.MinInt64), true
	err := a.list(func(e *Entry) error {
		sorted = sorted && e.offset > last
		last = e.offset
		return nil
	})
	return sorted && err == nil
}
