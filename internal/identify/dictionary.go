package identify

import (
	"encoding/binary"
	"iter"
	"math/bits"
)

// dictionary has a value for each word of a list. Words beside numbers are looked up
// all the time, and mostly in vain: a look at one slot tells that.
type dictionary[V any] struct {
	slots []meaning[V] // a power of two of them, of which at least half are empty
	words int
}

type meaning[V any] struct {
	word  string // empty in an empty slot
	tag   uint32 // of the hash
	value V
}

// find returns the slot of a word, or the empty one where it would stand; nil in a
// dictionary without words.
func (d *dictionary[V]) find(word []byte) *meaning[V] {
	if len(d.slots) == 0 {
		return nil
	}
	hash := hashWord(word)
	tag, last := uint32(hash), uint64(len(d.slots)-1)
	for i := hash >> 32; ; i++ {
		m := &d.slots[i&last]
		if m.word == "" || m.tag == tag && m.word == string(word) {
			return m
		}
	}
}

// get returns the value of a word, if there is one.
func (d *dictionary[V]) get(word []byte) (value V, ok bool) {
	if m := d.find(word); m != nil && m.word != "" {
		return m.value, true
	}
	return value, false
}

// set gives a word, which is not empty, a value.
func (d *dictionary[V]) set(word string, value V) {
	const fewest = 8
	if 2*(d.words+1) > len(d.slots) {
		old := d.slots
		d.slots = make([]meaning[V], max(fewest, 2*len(old)))
		for i := range old {
			if m := &old[i]; m.word != "" {
				*d.find([]byte(m.word)) = *m
			}
		}
	}
	m := d.find([]byte(word))
	if m.word == "" {
		d.words++
	}
	*m = meaning[V]{word: word, tag: uint32(hashWord([]byte(word))), value: value}
}

// all yields the words in no order.
func (d *dictionary[V]) all() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range d.slots {
			if w := d.slots[i].word; w != "" && !yield(w) {
				return
			}
		}
	}
}

// hashWord mixes the letters of a word, which is not empty, eight at a time.
func hashWord(w []byte) uint64 {
	const a, b = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
	n := len(w)
	h := uint64(n)
	switch {
	case n >= 8:
		for i := 0; i+8 < n; i += 8 {
			h = (h ^ binary.LittleEndian.Uint64(w[i:])) * b
			h ^= h >> 29
		}
		h ^= binary.LittleEndian.Uint64(w[n-8:])
	case n >= 4:
		h ^= uint64(binary.LittleEndian.Uint32(w))<<32 | uint64(binary.LittleEndian.Uint32(w[n-4:]))
	default:
		h ^= uint64(w[0])<<8 | uint64(w[n/2])<<16 | uint64(w[n-1])<<24
	}
	high, low := bits.Mul64(h^a, b)
	return high ^ low
}
