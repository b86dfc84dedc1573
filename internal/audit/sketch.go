package audit

import "slices"

// SketchSize is how many digests a Sketch keeps: enough for a distinct count
// within some six per cent and for comparing columns, and no value in it.
const SketchSize = 256

// Sketch keeps the lowest keyed digests of a set of distinct values
// (bottom-k). Sketches merge across units, targets and runs of one engagement:
// merging is commutative, so the order of arrival never shows.
type Sketch struct {
	Lowest []uint64 `json:"lowest,omitempty"` // ascending, distinct
	Full   bool     `json:"full,omitempty"`   // more than SketchSize values were seen
}

// Add takes the digest of a value.
func (s *Sketch) Add(digest uint64) {
	i, found := slices.BinarySearch(s.Lowest, digest)
	if found {
		return
	}
	if len(s.Lowest) == SketchSize {
		s.Full = true
		if i == SketchSize {
			return
		}
		copy(s.Lowest[i+1:], s.Lowest[i:SketchSize-1])
		s.Lowest[i] = digest
		return
	}
	s.Lowest = slices.Insert(s.Lowest, i, digest)
}

// AddTested takes the digest of a value that was tested, a check digit's say: its
// lowest bit says how the test ended. Where columns are cut into units, or lie in
// many files, the merged sketch is a sample of all their values on which a share
// can be judged.
func (s *Sketch) AddTested(digest uint64, passed bool) {
	digest &^= 1
	if passed {
		digest |= 1
	}
	s.Add(digest)
}

// Tested returns how many values of the sample were tested, and how many of
// them passed, if all were added by AddTested.
func (s *Sketch) Tested() (tested, passed int) {
	for _, d := range s.Lowest {
		passed += int(d & 1)
	}
	return len(s.Lowest), passed
}

// Merge takes all that other holds.
func (s *Sketch) Merge(other Sketch) {
	for _, d := range other.Lowest {
		s.Add(d)
	}
	s.Full = s.Full || other.Full
}

// Distinct estimates how many distinct values were added; exact is true while
// the sketch has not overflowed.
func (s *Sketch) Distinct() (n int64, exact bool) {
	if !s.Full {
		return int64(len(s.Lowest)), true
	}
	highest := s.Lowest[len(s.Lowest)-1]
	return int64(float64(len(s.Lowest)-1) / (float64(highest) / (1 << 64))), false
}
