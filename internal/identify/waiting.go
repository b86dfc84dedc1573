package identify

import "math"

// waiting is a match that has not been weighed: most of what stands in a log, a
// date or a number, would come to nothing.
type waiting struct {
	at    int // in buf
	kind  uint8
	match Match
}

// maxWaiting is how many matches wait for one another.
const maxWaiting = 32

// takeProse takes a match in prose.
func (s *Scanner) takeProse(k uint8, at int, m Match) int {
	if n := len(s.waiting); n == maxWaiting || n > 0 && at-s.waiting[n-1].at > recordGap {
		s.weighWaiting()
	}
	s.waiting = append(s.waiting, waiting{at, k, m})
	return m.End
}

// weighWaiting weighs what waits, if a record may come of it: alone, or with the
// record that is open.
func (s *Scanner) weighWaiting() {
	if len(s.waiting) == 0 {
		return
	}
	if len(s.hits) > 0 && s.base+int64(s.waiting[0].at)-s.lastHit > recordGap {
		s.endRecord()
	}
	if len(s.hits) > 0 || s.promising() {
		for i := range s.waiting {
			w := &s.waiting[i]
			s.weigh(w.kind, w.at, w.match)
		}
	}
	s.waiting = s.waiting[:0]
}

// promising reports whether what waits could be identifiable, whatever the words
// around it say.
func (s *Scanner) promising() bool {
	best := s.best[:len(s.config.Kinds)]
	clear(best)
	for i := range s.waiting {
		w := &s.waiting[i]
		if s.config.Kinds[w.kind].Bare != 0 {
			return true // columns are judged by all that are bare
		}
		best[w.kind] = max(best[w.kind], s.evidence[w.kind].most(w.match.Signals|s.hopes[w.kind]))
	}
	total := s.prior
	for _, b := range best {
		total += b
	}
	return s.identifiable(total)
}

// hopesOf returns the signals that a match may gain after it was parsed.
func hopesOf(k *Kind) uint32 {
	if k.Weigh != nil && k.Weighs == 0 || k.Agree != nil {
		return math.MaxUint32
	}
	return k.Weighs | k.Near | k.Joined | k.Column.Signal
}

// most adds up what speaks for a match among the signals.
func (e *evidence) most(signals uint32) float64 {
	total := 0.0
	for i, bans := range e.bans {
		if signals>>i&1 == 1 && bans > 0 {
			total += bans
		}
	}
	return total
}

// weigh weighs a match in prose and adds it to the record.
func (s *Scanner) weigh(k uint8, at int, m Match) {
	kind := &s.config.Kinds[k]
	if kind.Weigh != nil && !kind.Weigh(&s.context, at, &m) {
		return
	}
	hash, column := mix(s.seed, m.Value), int32(inProse)
	if kind.Bare != 0 && m.Signals&kind.Bare == 0 {
		column = ordinalColumn(ordinal(s.context.Text, at))
		pass := m.Signals&kind.Column.Pass != 0 && m.Signals&kind.Column.Fail == 0
		own, all := s.proseTest(int(column), k)
		own.see(m.Value, hash, pass)
		all.see(m.Value, hash, pass)
	}
	if kind.Needs == 0 || m.Signals&kind.Needs != 0 {
		s.addHit(hit{kind: k, value: m.Value, column: column, hash: hash, match: m, at: s.base + int64(at)})
	}
}
