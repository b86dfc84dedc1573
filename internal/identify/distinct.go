package identify

import (
	"math/bits"
)

// distinctExact is how many distinct values are counted exactly: as many as fill
// three quarters of a table of a mebibyte.
const distinctExact = 3 << 15

// distinct counts distinct 64-bit hashes: exactly up to a bound, and beyond it
// by keeping those below a threshold that halves whenever the bound is reached
// (adaptive sampling). It is reused without giving its memory back.
type distinct struct {
	slots []uint64 // open addressing; 0 is empty
	n     int
	level int // hashes with this many leading zero bits are kept
	limit int // how many are kept; zero means distinctExact
}

// smallSlots is the capacity after a reset: clearing it must cost nothing.
const smallSlots = 64

func (d *distinct) reset() {
	if cap(d.slots) > 0 {
		d.slots = d.slots[:smallSlots]
		clear(d.slots)
	}
	d.n, d.level, d.limit = 0, 0, 0
}

// add takes a hash, which must be well mixed, and reports whether it is new.
func (d *distinct) add(h uint64) bool {
	if bits.LeadingZeros64(h) < d.level {
		return false
	}
	if h == 0 {
		h = 1
	}
	if d.slots == nil {
		d.slots = make([]uint64, smallSlots)
	}
	mask := uint64(len(d.slots) - 1)
	i := h & mask
	for d.slots[i] != 0 {
		if d.slots[i] == h {
			return false
		}
		i = (i + 1) & mask
	}
	d.slots[i] = h
	if d.n++; d.n > d.bound() {
		d.level++
		d.rebuild(len(d.slots))
	} else if d.n*4 > len(d.slots)*3 {
		d.rebuild(len(d.slots) * 2)
	}
	return true
}

func (d *distinct) bound() int {
	if d.limit == 0 {
		return distinctExact
	}
	return d.limit
}

// restrict lowers the bound, giving the memory back.
func (d *distinct) restrict(limit int) {
	d.limit = limit
	size := smallSlots
	for size*3 < limit*4 {
		size *= 2
	}
	for d.n > limit {
		d.level++
		d.rebuild(len(d.slots))
	}
	if cap(d.slots) > size {
		kept := d.slots
		d.slots = make([]uint64, size)
		d.n = 0
		for _, h := range kept {
			if h != 0 {
				d.add(h)
			}
		}
	}
}

// rebuild moves what the level keeps into size slots.
func (d *distinct) rebuild(size int) {
	old := append([]uint64(nil), d.slots...)
	if cap(d.slots) >= size {
		d.slots = d.slots[:size]
		clear(d.slots)
	} else {
		d.slots = make([]uint64, size)
	}
	d.n = 0
	for _, h := range old {
		if h != 0 {
			d.add(h)
		}
	}
}

// merge takes all that other holds.
func (d *distinct) merge(other *distinct) {
	if other.level > d.level {
		d.level = other.level
		d.rebuild(max(len(d.slots), smallSlots))
	}
	for _, h := range other.slots {
		if h != 0 {
			d.add(h)
		}
	}
}

// count returns how many distinct hashes were added, and whether that is an
// estimate.
func (d *distinct) count() (n int64, estimated bool) {
	return int64(d.n) << d.level, d.level > 0
}

// gathered is a distinct that takes hashes in batches: in a table that is larger
// than the cache, the slots of several are then fetched side by side.
type gathered struct {
	into  distinct
	batch [32]uint64
	held  int
}

func (g *gathered) add(h uint64) {
	g.batch[g.held] = h
	if g.held++; g.held == len(g.batch) {
		g.all()
	}
}

// all returns the distinct with all that was taken.
func (g *gathered) all() *distinct {
	for _, h := range g.batch[:g.into.unknown(g.batch[:g.held])] {
		g.into.add(h)
	}
	g.held = 0
	return &g.into
}

// unknown moves the hashes that are not at home in their slots to the front, and
// returns how many they are: add has to look at these. It looks at all slots without
// branches, so that they are fetched side by side.
func (d *distinct) unknown(hashes []uint64) (n int) {
	if len(d.slots) == 0 {
		return len(hashes)
	}
	mask := uint64(len(d.slots) - 1)
	for _, h := range hashes {
		hashes[n] = h
		n += int(bit(d.slots[h&mask] != h || h == 0))
	}
	return n
}

func (g *gathered) reset() {
	g.held = 0
	g.into.reset()
}

// mix makes a well-mixed hash of a value; the seed comes from the audit key, so
// that nobody can choose values that collide.
func mix(seed, v uint64) uint64 {
	hi, lo := bits.Mul64(v^seed, 0x9E3779B97F4A7C15^(seed>>1|1))
	h := (hi ^ lo) * 0xD6E8FEB86659FD93
	return h ^ h>>32
}

// mixBytes is mix for a value of any length.
func mixBytes(seed uint64, b []byte) uint64 {
	h := seed ^ uint64(len(b))
	for len(b) >= 8 {
		h = mix(seed, h^word(b))
		b = b[8:]
	}
	var last uint64
	for _, ch := range b {
		last = last<<8 | uint64(ch)
	}
	return mix(seed, h^last)
}

// word loads eight bytes, lowest address lowest.
func word(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
