package grid

import (
	"encoding/binary"
	"errors"
)

// Bounds of the strings that are held.
const (
	maxStrings = 4 << 20
	maxBytes   = 48 << 20
	chunkBits  = 18
	chunkSize  = 1 << chunkBits
)

// ErrFull says that no more strings are held.
var ErrFull = errors.New("more strings than are held")

// Strings holds the strings of a workbook, to which cells refer by number. They
// lie in chunks, so that growing never copies them.
type Strings struct {
	chunks [][]byte // of strings with their lengths before them
	starts [][]uint32
	count  int
	bytes  int
	full   bool
}

// Add adds a string, or returns ErrFull, from then on always: the numbers of
// those that follow would be wrong.
func (s *Strings) Add(text []byte) error {
	need := binary.MaxVarintLen32 + len(text)
	if s.full = s.full || s.count >= maxStrings || s.bytes+need > maxBytes; s.full {
		return ErrFull
	}
	n := len(s.chunks)
	if n == 0 || len(s.chunks[n-1])+need > cap(s.chunks[n-1]) {
		s.chunks = append(s.chunks, make([]byte, 0, max(chunkSize, need)))
		n++
	}
	if s.count%chunkSize == 0 {
		s.starts = append(s.starts, make([]uint32, 0, min(chunkSize, 1024)))
	}
	at := s.count / chunkSize
	s.starts[at] = append(s.starts[at], uint32(n-1)<<chunkBits|uint32(len(s.chunks[n-1])))
	s.chunks[n-1] = append(binary.AppendUvarint(s.chunks[n-1], uint64(len(text))), text...)
	s.count++
	s.bytes += need
	return nil
}

// Len is how many strings there are.
func (s *Strings) Len() int { return s.count }

// At returns a string by its number; it holds for good.
func (s *Strings) At(i int) (text []byte, ok bool) {
	if i < 0 || i >= s.count {
		return nil, false
	}
	start := s.starts[i/chunkSize][i%chunkSize]
	b := s.chunks[start>>chunkBits][start&(chunkSize-1):]
	n, width := binary.Uvarint(b)
	return b[width : width+int(n) : width+int(n)], true
}
