package audit

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// These bounds keep a result readable, and the memory of a pass flat, however
// bad the estate is. Counts of what is listed stay exact.
const (
	maxExemplars = 20   // of a finding; also the reasons of a result
	maxFindings  = 200  // listed in a result
	maxPlaces    = 1000 // remembered for each severity
	maxWords     = 400  // runes of a locator, excerpt or reason
)

// places are the findings reported at one severity, by ID. Beyond maxPlaces
// those with the lowest IDs are kept: a sample that does not depend on the
// order of arrival, and that tells how many there were.
type places struct {
	found map[string]*Finding
	limit string // IDs from here on were dropped; "" while nothing was
}

func (s *places) add(id, locator string, severity Severity, e Evidence) {
	if s.limit != "" && id >= s.limit {
		return
	}
	f := s.found[id]
	if f == nil {
		if s.found == nil {
			s.found = map[string]*Finding{}
		}
		f = &Finding{ID: id, Locator: clip(locator), Severity: severity}
		s.found[id] = f
	}
	f.Count += e.Count
	f.Exemplars = keepExemplar(f.Exemplars, e)
	if len(s.found) >= 2*maxPlaces {
		s.prune()
	}
}

// prune drops all but the maxPlaces lowest IDs.
func (s *places) prune() {
	if len(s.found) <= maxPlaces {
		return
	}
	ids := slices.Sorted(maps.Keys(s.found))
	s.limit = ids[maxPlaces]
	for _, id := range ids[maxPlaces:] {
		delete(s.found, id)
	}
}

// total is how many places there were: exact while none was dropped, else
// estimated from how dense the kept IDs lie.
func (s *places) total() int64 {
	if s.limit == "" {
		return int64(len(s.found))
	}
	n, err := strconv.ParseUint(s.limit, 16, 64)
	if err != nil || n == 0 {
		return int64(len(s.found))
	}
	space := float64(uint64(1) << (4 * len(s.limit)))
	return int64(float64(len(s.found)) * space / float64(n))
}

// merge joins what was reported at each severity: a place has its worst
// severity, with the exemplars of that first, and notes count only where there
// is nothing else.
func merge(tiers *[Critical + 1]places) (all []*Finding, total int64) {
	merged := map[string]*Finding{}
	for severity := Critical; severity >= Note; severity-- {
		tier := &tiers[severity]
		tier.prune()
		total += tier.total()
		for id, f := range tier.found {
			worse := merged[id]
			if worse == nil {
				whole := *f
				merged[id] = &whole
				continue
			}
			total--
			if severity == Note {
				continue
			}
			worse.Count += f.Count
			list := slices.Concat(worse.Exemplars, f.Exemplars)
			worse.Exemplars = list[:min(len(list), maxExemplars)]
		}
	}
	return slices.Collect(maps.Values(merged)), total
}

// keepExemplar inserts e into the sorted list and drops what exceeds the
// bound: most occurrences first, then by locator.
func keepExemplar(list []Evidence, e Evidence) []Evidence {
	order := func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Locator, b.Locator),
			cmp.Compare(a.Excerpt, b.Excerpt), cmp.Compare(a.Digest, b.Digest))
	}
	i, _ := slices.BinarySearchFunc(list, e, order)
	if i >= maxExemplars {
		return list
	}
	list = slices.Insert(list, i, e)
	return list[:min(len(list), maxExemplars)]
}

// clip bounds the length of words that come from a target, keeping both ends.
func clip(words string) string {
	if len(words) <= maxWords {
		return words
	}
	runes := []rune(words)
	if len(runes) <= maxWords {
		return words
	}
	half := maxWords / 2
	return string(runes[:half]) + "…" + string(runes[len(runes)-half+1:])
}
