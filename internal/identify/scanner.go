package identify

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"trustaudit/internal/audit"
)

// Scanner finds identifiers in one item after another. It is made once for
// each worker and reused; it is not for concurrent use. Its memory is bounded
// whatever it is given.
type Scanner struct {
	config Config
	*rules
	hashers     []*audit.Hasher // by kind, for sketches
	digests     *audit.Hasher   // for sketches of what looks like digests
	sweep       Sweep
	inProse     Taker // of a match in prose
	inCell      Taker // in the prose of a cell
	inFollowing Taker // and of the kinds that follow
	seed        uint64
	flagged     uint64 // of the kinds that flag content, those found in the item
	flagTries   int

	prose
	table     tally
	sideways  sideways
	tableName string
	columns   []column
	headed    About          // the headings of the table
	titled    About          // what stands above them, or above it
	named     bool           // it has some
	cells     [][]byte       // of the row at hand
	around    About          // the words around a record
	fields    map[string]int // the columns of named values
	fielded   bool           // the columns are of named values
	rows      int64
	rowHits   []hit
	plain     [gluedDigits + 2]byte // of a cell that was coded
	cellOf    int                   // column of the cell whose prose is read
	called    []Sign                // by kind, what the row's first cell calls the others; nil when nothing
	virtual   []column
	recent    []uint64 // hashes of what was sketched of late
	samples   uint64   // that were begun
	canonical [8]byte
	joined    []byte // of a number parted over cells

	name        []byte // the name that is looked at
	nameContext Context
	nameMatch   Match
	cellFound   Match
	traced      []pathTrace // the components of the path looked at last
	cellContext Context
	best        []float64
	judgements  []verdict
	distinct    []gathered // by kind, of accepted values
	totals      entryTotals
	summary     Summary
	scored      bool    // the summary has a score
	excerpted   float64 // score of the record that the excerpt is of
}

// rules are what the kinds ask for. They do not change: Scanners share them.
type rules struct {
	evidence   []evidence // by kind
	headings   []headings // by kind
	asks       *cellKinds
	begins     []beginnings // by kind
	threshold  float64
	prior      float64
	scale      float64 // of evidence in a record
	finder     *Finder // of all kinds, for cells
	leaders    *Finder // of those that prose is searched for
	searchers  *Finder // of those, and of those that follow and may lead
	followers  *Finder // and of those that follow
	flagging   []uint8 // kinds that flag content
	topical    int     // the kind with Topics, below zero when there is none
	topicMost  float64 // what it is worth at most
	topicLeast float64 // and at least, below zero
	topicMuch  float64 // and when prose is mostly of others
	family     []uint8 // by kind, the first of its family
}

func readRules(kinds []Kind) *rules {
	r := &rules{asks: readCells(kinds), finder: NewFinder(kinds),
		leaders:   parted(kinds, func(k *Kind) bool { return !k.Follows }),
		searchers: parted(kinds, func(k *Kind) bool { return !k.Follows || k.Leads != 0 }),
		followers: parted(kinds, func(k *Kind) bool { return k.Follows })}
	r.readEvidence(kinds)
	r.topical = -1
	for i, k := range kinds {
		if k.Topics != nil {
			bans := r.evidence[i].bans[:]
			r.topical, r.topicMost, r.topicLeast, r.topicMuch = i, slices.Max(bans), slices.Min(bans), r.evidence[i].sum(mostlyOther)
		}
		r.family = append(r.family, uint8(slices.IndexFunc(kinds, func(o Kind) bool {
			return o.Name == k.Name || o.Family != "" && o.Family == k.Family
		})))
		r.begins = append(r.begins, beginningsOf(k.Shapes))
		r.headings = append(r.headings, readHeadings(k.Name))
		if k.Flag != nil {
			r.flagging = append(r.flagging, uint8(i))
		}
	}
	return r
}

// NewScanner returns a Scanner, ready for its first item.
func NewScanner(config Config) *Scanner { return newScanner(config, readRules(config.Kinds)) }

// Twin returns another Scanner of the same Config, for an item inside the one at
// hand. It costs less than a new one.
func (s *Scanner) Twin() *Scanner { return newScanner(s.config, s.rules) }

func newScanner(config Config, r *rules) *Scanner {
	n := len(config.Kinds)
	s := &Scanner{config: config, rules: r, best: make([]float64, n), distinct: make([]gathered, n),
		totals: entryTotals{counts: make([]int64, n)}}
	for _, k := range config.Kinds {
		s.hashers = append(s.hashers, config.Key.Hasher("value "+k.Name))
	}
	s.digests = config.Key.Hasher("value digest")
	s.seed = config.Key.Digest("identify", nil)
	s.proseTests = make([]columnTest, n*(ordinals+1))
	for i := range s.proseTests {
		s.proseTests[i].where = inLines
		if i%(ordinals+1) == ordinals {
			s.proseTests[i].where = anywhere
		}
	}
	s.inProse, s.inCell, s.inFollowing = s.takeProse, s.takeCell, s.takeFollowing
	s.buf = make([]byte, 0, bufferSize)
	s.context.Now, s.cellContext.Now = config.Now, config.Now
	return s
}

// Reset forgets everything seen, for the next item.
func (s *Scanner) Reset() {
	s.prose.reset()
	s.table.reset()
	s.sideways.reset(false)
	s.forgetColumns()
	for i := range s.distinct {
		s.distinct[i].reset()
	}
	clear(s.totals.counts)
	s.totals = entryTotals{counts: s.totals.counts}
	s.summary, s.excerpted, s.rows = Summary{}, math.Inf(-1), 0
	s.scored, s.flagged, s.flagTries = false, 0, 0
}

// Finish ends the item and says what was found. Reset must come before the
// next item.
func (s *Scanner) Finish() Summary {
	s.Break()
	s.endTable()
	s.settle(&s.prose.tally)
	sum := &s.summary
	sum.Records = s.totals.records
	sum.Identifiable = sum.Records > 0
	sum.TestData = s.totals.tested > 0 && s.totals.tests == s.totals.tested
	for _, k := range s.flagging {
		if sum.Identifiable && s.flagged>>k&1 == 1 {
			sum.Flags = append(sum.Flags, s.config.Kinds[k].Name)
		}
	}
	for k, n := range s.totals.counts {
		if n == 0 {
			continue
		}
		if sum.Identifiers == nil {
			sum.Identifiers = map[string]Count{}
		}
		d, estimated := s.distinct[k].all().count()
		if s.config.Kinds[k].Follows && s.accompanied < s.deciding {
			n, estimated = n*int64(s.deciding)/int64(max(s.accompanied, 1)), true
		}
		sum.Identifiers[s.config.Kinds[k].Name] = Count{Count: n, Distinct: min(d, n), Estimated: estimated}
	}
	return *sum
}

// takeCell takes a match in the prose of a cell.
func (s *Scanner) takeCell(k uint8, at int, found Match) int {
	kind, m := &s.config.Kinds[k], &s.cellFound
	*m = found
	if kind.Weigh != nil && !kind.Weigh(&s.cellContext, at, m) ||
		kind.Named != 0 && m.Signals&kind.Named == 0 && s.calledOther(k) {
		return m.End
	}
	hash, column := mix(s.seed, m.Value), int32(inProse)
	if kind.Bare != 0 && m.Signals&kind.Bare == 0 && s.cellOf < len(s.columns) {
		column = int32(s.cellOf)
		pass := kind.Column.passes(m.Signals)
		s.columns[column].tests[k].see(m.Value, hash, pass)
	}
	if len(s.rowHits) < maxRowHits && (kind.Needs == 0 || m.Signals&kind.Needs != 0) {
		s.rowHits = append(s.rowHits, hit{kind: k, column: column, value: m.Value, hash: hash, match: *m})
	}
	return m.End
}

// Bounds of the search for content to be flagged.
const (
	flagTries  = 32 // records of an item
	flagBefore = 512
	flagBehind = 1024
)

// flag looks for content around a record that may be identifiable.
func (s *Scanner) flag(text []byte) {
	s.flagTries++
	for _, k := range s.flagging {
		if s.flagged>>k&1 == 0 && s.config.Kinds[k].Flag(text) {
			s.flagged |= 1 << k
		}
	}
}

// wantsFlags reports whether a record is worth a look.
func (s *Scanner) wantsFlags(e *entry) bool {
	return e != nil && e.possible && s.flagTries < flagTries && bits.OnesCount64(s.flagged) < len(s.flagging)
}

// offerScore keeps the score of the best record.
func (s *Scanner) offerScore(score float64) {
	if !s.scored || score > s.summary.Score {
		s.summary.Score, s.scored = score, true
	}
}

// maxRowHits bounds the matches kept of one row.
const maxRowHits = 1024

// offerExcerpt keeps the excerpt of the best record.
func (s *Scanner) offerExcerpt(t *tally, e *entry, verdicts []verdict, score float64) {
	if !s.identifiable(score) || score <= s.excerpted {
		return
	}
	s.excerpted = score
	var parts []string
	for k := range s.config.Kinds {
		kind := &s.config.Kinds[k]
		for i := range t.slots {
			if int(t.slots[i].kind) != k || !e.set.has(i) || !s.accepts(&t.slots[i], verdicts[i]) {
				continue
			}
			part := kind.Words
			if kind.Mask != nil && e.valued {
				part = fmt.Sprintf("%s %s", kind.Words, kind.Mask(e.value))
			}
			parts = append(parts, part)
			break
		}
	}
	s.summary.Excerpt = cut(strings.Join(parts, ", "), excerptLength)
}

const excerptLength = 80

// cut shortens text to n characters.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}
