package identify

// A tally keeps records without keeping them: how many there are of each
// combination of slots. A slot is (column, kind, signals): what matches can be
// alike in. Whether a combination is identifiable is settled at the end, when
// the columns have been judged.
type tally struct {
	slots   []slot
	entries []entry
	latest  int // of the entries, the one that was asked for last
	index   map[slotSet]int32
	doubts  map[slotSet]bool // of combinations: whether their topic matters
	spill   entryTotals      // records beyond the bound, judged as they came
	spilled int              // how many there were
	guesses []verdict        // on the columns, as they stood some time ago
}

// Bounds of a tally.
const (
	maxSlots   = 128
	maxEntries = 2048
)

// slotSet is a set of slots by number.
type slotSet [maxSlots / 64]uint64

func (s *slotSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *slotSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s *slotSet) empty() bool    { return *s == slotSet{} }

// slot is a way in which matches are alike.
type slot struct {
	column  int // -1 for prose
	kind    uint8
	signals uint32
	bans    float64 // of the signals, without the column's verdict
	bonus   float64 // what acceptance of the column would add
	pending gathered
	unsure  bool // something is in pending
}

// entry counts the records of one combination.
type entry struct {
	set      slotSet
	records  int64
	hits     [maxSlots]uint32 // beyond one a record, by slot
	certain  bool             // identifiable whatever the columns turn out to be
	possible bool             // identifiable if the columns are accepted
	first    int64            // its first record: row from 1 on, or place in the prose
	value    uint64           // of that: the value to be masked
	valued   bool
}

// entryTotals are what a tally adds to a summary.
type entryTotals struct {
	records int64
	counts  []int64 // by kind
	tests   int64   // of the counts, test values
	tested  int64   // of the counts, of kinds that have test values
}

func (t *tally) reset() {
	for i := range t.slots {
		t.slots[i].pending.reset()
		t.slots[i].unsure = false
	}
	t.slots = t.slots[:0]
	t.entries = t.entries[:0]
	clear(t.index)
	clear(t.doubts)
	clear(t.spill.counts)
	t.spill = entryTotals{counts: t.spill.counts}
	t.spilled = 0
}

// slotOf returns the number of a slot, making it when it is new. When there are
// too many, the closest of the same kind that promises no more takes its place;
// -1 when there is none.
func (s *Scanner) slotOf(t *tally, column int, kind uint8, signals uint32) int {
	for i := range t.slots {
		if sl := &t.slots[i]; sl.column == column && sl.kind == kind && sl.signals == signals {
			return i
		}
	}
	bans := s.evidence[kind].sum(signals)
	if len(t.slots) == maxSlots {
		return t.substitute(kind, bans)
	}
	n := len(t.slots)
	if n < cap(t.slots) {
		t.slots = t.slots[:n+1]
	} else {
		t.slots = append(t.slots, slot{})
	}
	sl := &t.slots[n]
	sl.column, sl.kind, sl.signals, sl.bans, sl.bonus = column, kind, signals, bans, 0
	if rule := s.config.Kinds[kind].Column; rule.Signal&^signals != 0 && signals&rule.Unless == 0 && s.judged(column, kind, signals) {
		sl.bonus = s.evidence[kind].sum(rule.Signal)
	}
	return n
}

// judged reports whether a match of a column, or of prose, takes part in the
// column test.
func (s *Scanner) judged(column int, kind uint8, signals uint32) bool {
	k := &s.config.Kinds[kind]
	if k.Column.Null == 0 || signals&k.Column.Fail != 0 {
		return false
	}
	if column < 0 {
		return k.Bare != 0 && signals&k.Bare == 0
	}
	return true
}

func (t *tally) substitute(kind uint8, bans float64) int {
	best := -1
	for i := range t.slots {
		sl := &t.slots[i]
		if sl.kind == kind && sl.bans <= bans && (best < 0 || sl.bans > t.slots[best].bans) {
			best = i
		}
	}
	return best
}

// verdict is what the test of a column concludes.
type verdict int8

const (
	undecided verdict = iota
	possible          // two values, both of which pass
	likely            // three
	probable          // some more
	accepted
	rejected
)

// part is how much of what an accepted column is worth counts.
func (v verdict) part() float64 {
	switch v {
	case possible:
		return 0.4
	case likely:
		return 0.5
	case probable:
		return 0.6
	case accepted:
		return 1
	}
	return 0
}

// worth returns the bans of a slot under a verdict.
func (sl *slot) worth(v verdict) float64 {
	if v == rejected {
		return 0
	}
	return sl.bans + v.part()*sl.bonus
}

// score is what the set is worth, its topic included. verdicts may be nil: then
// every column is taken to be accepted when hopeful, or else rejected if it can be.
func (s *Scanner) score(t *tally, set *slotSet, verdicts []verdict, hopeful bool) float64 {
	guess := rejected
	if hopeful {
		guess = accepted
	}
	total, outright, topic := s.addUp(t, set, verdicts, guess)
	if outright == byNumber || outright == byBirth && topic > s.topicMuch {
		topic = max(topic, 0)
	}
	return total + topic
}

// addUp adds up the best of each family of kinds in the set, and returns
// what of it identifies outright and what the topic says. Without verdicts it takes
// the guess.
func (s *Scanner) addUp(t *tally, set *slotSet, verdicts []verdict, guess verdict) (total float64, outright outright, topic float64) {
	best := s.best[:len(s.config.Kinds)]
	clear(best)
	for i := range t.slots {
		if !set.has(i) {
			continue
		}
		sl := &t.slots[i]
		v := guess
		switch {
		case verdicts != nil:
			v = verdicts[i]
		case guess == rejected && (sl.bonus == 0 || !s.config.Kinds[sl.kind].Column.Reject):
			v = undecided
		}
		if int(sl.kind) == s.topical {
			topic = sl.bans
			continue
		}
		family := &best[s.family[sl.kind]]
		*family = max(*family, sl.worth(v))
		if v.part() < accepted.part() && v != rejected {
			v = undecided // what a column may yet be is not plain
		}
		outright = max(outright, s.outright(t, sl.kind, sl.worth(v)))
	}
	total = s.prior
	for _, b := range best {
		total += b
	}
	return total, outright, topic
}

// outright says what identifies so plainly that no topic says anything against it.
type outright uint8

const (
	byNothing outright = iota
	byBirth            // unless the text is mostly of others
	byNumber
)

// outrightly is what one kind is worth then: a number, or a date of birth, that is
// called what it is.
const outrightly = 1.29

// outright says whether what a kind is worth identifies outright. A birth date does
// not where headings speak: staff and students have one, too.
func (s *Scanner) outright(t *tally, k uint8, bans float64) outright {
	kind := &s.config.Kinds[k]
	switch {
	case kind.Follows || bans < s.scale*outrightly:
		return byNothing
	case !kind.Everybodys:
		return byNumber
	case t == &s.table && s.named:
		return byNothing
	}
	return byBirth
}

// epsilon forgives the rounding of sums of decimals.
const epsilon = 1e-9

func (s *Scanner) identifiable(score float64) bool { return score >= s.threshold-epsilon }

// hit is one match within a record.
type hit struct {
	slot   int16 // set when the record ends
	kind   uint8
	column int32 // of a table; below zero in prose
	value  uint64
	hash   uint64
	at     int64 // place in the prose
	match  Match
}

// inProse is the column of what is in no column.
const inProse = -1

// agreeing bounds the matches that are compared with one another.
const agreeing = 64

// relate adds to the matches of a record what they say of one another, and
// gives each its slot.
func (s *Scanner) relate(t *tally, hits []hit) {
	few := hits[:min(len(hits), agreeing)]
	for i := range few {
		h := &few[i]
		kind := &s.config.Kinds[h.kind]
		if kind.Agree != nil {
			for j := range few {
				if o := &few[j]; o.kind != h.kind {
					h.match.Signals |= kind.Agree(h.value, s.config.Kinds[o.kind].Name, o.value)
				}
			}
		}
		if kind.Joins != 0 && h.match.Signals&kind.Joins != 0 && hasOther(few, h, kind.Joins) {
			h.match.Signals |= kind.Joined
		}
	}
	for i := range hits {
		h := &hits[i]
		n := s.slotOf(t, int(h.column), h.kind, h.match.Signals)
		if n >= 0 && t.slots[n].bans+t.slots[n].bonus <= 0 {
			n = -1
		}
		h.slot = int16(n)
	}
}

// hasOther reports whether another value of the kind, in another column, has one
// of the signals.
func hasOther(hits []hit, h *hit, signals uint32) bool {
	for i := range hits {
		o := &hits[i]
		if o.kind == h.kind && o.match.Signals&signals != 0 && o.value != h.value && (o.column != h.column || h.column < 0) {
			return true
		}
	}
	return false
}

// take counts a record with the given hits, and returns the entry that it is
// counted in, if there is one.
func (s *Scanner) take(t *tally, hits []hit) *entry {
	s.relate(t, hits)
	var set slotSet
	for _, h := range hits {
		if h.slot >= 0 {
			set.add(int(h.slot))
		}
	}
	if set.empty() {
		return nil
	}
	if n := s.topicOf(t, &set, hits); n >= 0 {
		set.add(n)
	}
	e := s.entryOf(t, set)
	if e != nil && e.records == 0 {
		e.first = hits[0].at
		if t == &s.table {
			e.first = s.rows + 1
		}
	}
	if e == nil {
		s.takeSpilled(t, &set, hits)
		return nil
	}
	e.records++
	var once slotSet
	for _, h := range hits {
		if h.slot < 0 {
			continue
		}
		if once.has(int(h.slot)) {
			e.hits[h.slot]++
		}
		once.add(int(h.slot))
		if !e.valued && s.config.Kinds[h.kind].Strong != 0 && s.config.Kinds[h.kind].Anchor {
			e.value, e.valued = h.value, true
		}
		s.remember(t, e, h)
	}
	return e
}

// remember keeps the hash of a value that counts, or may yet count.
func (s *Scanner) remember(t *tally, e *entry, h hit) {
	sl := &t.slots[h.slot]
	switch {
	case e.certain && sl.bonus == 0 && sl.bans >= s.evidence[h.kind].accept-epsilon:
		s.distinct[h.kind].add(h.hash)
	case e.possible && sl.bans+sl.bonus >= s.evidence[h.kind].accept-epsilon:
		sl.pending.add(h.hash)
		sl.unsure = true
	}
}

// entryOf returns the entry of a combination, making it; nil when there are too
// many. Mostly it is that of the record before.
func (s *Scanner) entryOf(t *tally, set slotSet) *entry {
	if t.latest < len(t.entries) && t.entries[t.latest].set == set {
		return &t.entries[t.latest]
	}
	if i, ok := t.index[set]; ok {
		t.latest = int(i)
		return &t.entries[i]
	}
	if len(t.entries) == maxEntries {
		return nil
	}
	if t.index == nil {
		t.index = map[slotSet]int32{}
	}
	n := len(t.entries)
	t.index[set] = int32(n)
	t.entries = append(t.entries, entry{set: set})
	e := &t.entries[n]
	e.certain = s.identifiable(s.score(t, &set, nil, false))
	e.possible = s.identifiable(s.score(t, &set, nil, true))
	return e
}

// guessEvery is after how many spilled records the columns are judged anew.
const guessEvery = 4096

// takeSpilled counts a record of a combination that there is no room for, as
// its columns stand.
func (s *Scanner) takeSpilled(t *tally, set *slotSet, hits []hit) {
	if t.spilled%guessEvery == 0 || len(t.guesses) != len(t.slots) {
		t.guesses = append(t.guesses[:0], s.verdicts(t)...)
	}
	t.spilled++
	verdicts := t.guesses
	score := s.score(t, set, verdicts, false)
	s.offerScore(score)
	if !s.identifiable(score) {
		return
	}
	t.spill.records++
	if t.spill.counts == nil {
		t.spill.counts = make([]int64, len(s.config.Kinds))
	}
	for _, h := range hits {
		if h.slot >= 0 && s.accepts(&t.slots[h.slot], verdicts[h.slot]) {
			s.count(&t.spill, &t.slots[h.slot], 1)
			s.distinct[h.kind].add(h.hash)
		}
	}
}

// accepts reports whether a match counts in an identifiable record.
func (s *Scanner) accepts(sl *slot, v verdict) bool {
	return v != rejected && sl.worth(v) >= s.evidence[sl.kind].accept-epsilon
}

func (s *Scanner) count(totals *entryTotals, sl *slot, n int64) {
	totals.counts[sl.kind] += n
	if test := s.config.Kinds[sl.kind].Test; test != 0 {
		totals.tested += n
		if sl.signals&test != 0 {
			totals.tests += n
		}
	}
}

// settle judges what the tally holds and adds it to the summary.
func (s *Scanner) settle(t *tally) {
	verdicts := s.verdicts(t)
	totals := &s.totals
	for i := range t.entries {
		e := &t.entries[i]
		score := s.score(t, &e.set, verdicts, false)
		s.offerExcerpt(t, e, verdicts, score)
		s.offerScore(score)
		if s.config.Explain {
			s.explain(t, e, verdicts, score)
		}
		if !s.identifiable(score) {
			continue
		}
		totals.records += e.records
		for j := range t.slots {
			if sl := &t.slots[j]; e.set.has(j) && s.accepts(sl, verdicts[j]) {
				s.count(totals, sl, e.records+int64(e.hits[j]))
				if sl.unsure {
					s.distinct[sl.kind].all().merge(sl.pending.all())
					sl.unsure = false
				}
			}
		}
	}
	totals.records += t.spill.records
	for k, n := range t.spill.counts {
		totals.counts[k] += n
	}
	totals.tests += t.spill.tests
	totals.tested += t.spill.tested
	t.reset()
}
