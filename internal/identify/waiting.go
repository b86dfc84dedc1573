package identify

import "slices"

// waiting is a match that has not been weighed. The kinds that follow are looked
// for around many at once.
type waiting struct {
	at    int // in buf
	kind  uint8
	match Match
}

// maxWaiting is how many matches wait for what follows.
const maxWaiting = 32

// takeProse takes a match in prose.
func (s *Scanner) takeProse(k uint8, at int, m Match) int {
	if n := len(s.waiting); n == maxWaiting || n > 0 && at-s.waiting[n-1].at > recordGap {
		s.weighWaiting(at)
	}
	s.waiting = append(s.waiting, waiting{at, k, m})
	return m.End
}

// weighWaiting weighs what waits before upto, looks for what follows it, and adds
// both to the records, unless nothing speaks for anybody.
func (s *Scanner) weighWaiting(upto int) {
	if len(s.waiting) == 0 && s.follow <= s.followed {
		return
	}
	if len(s.waiting) > 0 && len(s.hits) > 0 && s.base+int64(s.waiting[0].at)-s.lastHit > recordGap {
		s.endRecord()
	}
	s.weighed, s.found = s.weighed[:0], s.found[:0]
	for i := range s.waiting {
		s.weigh(&s.weighed, &s.waiting[i])
	}
	s.followWeighed()
	s.waiting = s.waiting[:0]
	s.followUpto(upto)
	if len(s.hits) == 0 && s.follow == s.settled {
		return // nothing speaks for anybody
	}
	s.settled = s.follow
	found := s.found
	for i := range s.weighed {
		if s.config.Kinds[s.weighed[i].kind].Follows {
			continue // it is found again, where something led to it
		}
		for len(found) > 0 && found[0].at < s.weighed[i].at {
			s.addHit(&found[0])
			found = found[1:]
		}
		s.addHit(&s.weighed[i])
	}
	for i := range found {
		s.addHit(&found[i])
	}
}

// parted returns a Finder of some of the kinds. Their numbers stay.
func parted(kinds []Kind, in func(*Kind) bool) *Finder {
	some := slices.Clone(kinds)
	for i := range some {
		if !in(&some[i]) {
			some[i].Shapes = nil
		}
	}
	return NewFinder(some)
}

// weigh weighs a match in prose and appends it to hits if it counts.
func (s *Scanner) weigh(hits *[]hit, w *waiting) {
	kind, m := &s.config.Kinds[w.kind], &w.match
	if kind.Weigh != nil && !kind.Weigh(&s.context, w.at, m) {
		return
	}
	hash, column := mix(s.seed, m.Value), int32(inProse)
	if kind.Bare != 0 && m.Signals&kind.Bare == 0 {
		column = ordinalColumn(ordinal(s.context.Text, w.at))
		pass := kind.Column.passes(m.Signals)
		own, all := s.proseTest(int(column), w.kind)
		own.see(m.Value, hash, pass)
		all.see(m.Value, hash, pass)
	}
	if kind.Needs != 0 && m.Signals&kind.Needs == 0 {
		return
	}
	*hits = append(*hits, hit{kind: w.kind, value: m.Value, column: column, hash: hash, match: *m, at: s.base + int64(w.at)})
}

// ofColumn reports whether a match of no worth by itself stands where lines had
// enough matches of a column so far.
func (s *Scanner) ofColumn(h *hit) bool {
	rule := &s.config.Kinds[h.kind].Column
	if h.column >= inProse || h.match.Signals&rule.Pass == 0 {
		return false
	}
	own, _ := s.proseTest(int(h.column), h.kind)
	return float64(own.passed) >= rule.Share*float64(own.tested)
}

// Bounds of what follows.
const (
	followReach = 320  // how far around a match it is looked for
	followAll   = 1024 // matches that decide by themselves, around which it always is
	followSome  = 32   // and of those beyond, the share around which it is
	followLone  = 32   // matches that decide, up to which what leads is looked for
)

// followWeighed asks for the kinds that follow around what was weighed. Beyond a
// number of matches that need no company, it is looked for around some of them,
// and how often it is there becomes an estimate.
func (s *Scanner) followWeighed() {
	near := int64(-1 << 62) // of the last match that decides, not to be followed
	for i := range s.weighed {
		h := &s.weighed[i]
		own := s.evidence[h.kind].sum(h.match.Signals)
		if kind := &s.config.Kinds[h.kind]; kind.Follows && h.match.Signals&kind.Leads == 0 || own <= 0 && !s.ofColumn(h) {
			continue
		}
		if s.identifiable(s.prior + own) {
			near = -1 << 62
			if s.deciding++; s.deciding > followAll && s.deciding%followSome != 0 {
				near = h.at
				s.settled = -1
				continue
			}
			s.accompanied++
		}
		if h.at-near > followReach && !s.decidesSoon(s.weighed[i+1:], h.at) {
			s.followAround(int(h.at-s.base), h.match.End)
		}
	}
}

// decidesSoon reports whether one of the hits stands near behind a place, decides
// by itself and is one of too many for company.
func (s *Scanner) decidesSoon(hits []hit, at int64) bool {
	if s.deciding < followAll {
		return false
	}
	for i := range hits {
		h := &hits[i]
		if h.at-at > followReach {
			return false
		}
		if s.identifiable(s.prior + s.evidence[h.kind].sum(h.match.Signals)) {
			return true
		}
	}
	return false
}

// followAround asks for the kinds that follow around a match in buf.
func (s *Scanner) followAround(at, end int) {
	s.followUpto(at - followReach)
	s.followed = max(s.followed, s.base+int64(max(0, at-followReach)))
	s.follow = max(s.follow, s.base+int64(end+followReach))
}

// followUpto looks for the kinds that follow as far as that was asked for, up to
// a place in buf.
func (s *Scanner) followUpto(upto int) {
	to := min(s.follow, s.base+int64(min(upto, len(s.buf))))
	if to <= s.followed {
		return
	}
	s.followed = s.base + int64(s.followers.Find(&s.context, &s.followSweep, int(s.followed-s.base), int(to-s.base), s.inFollowing))
}

// takeFollowing takes a match of a kind that follows.
func (s *Scanner) takeFollowing(k uint8, at int, m Match) int {
	s.follower = waiting{at, k, m}
	s.weigh(&s.found, &s.follower)
	return m.End
}
