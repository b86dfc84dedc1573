package identify

import (
	"fmt"
	"math/bits"
	"strings"

	"trustaudit/internal/audit"
)

// Scanner finds identifiers in one item after another. It is made once for
// each worker and reused; it is not for concurrent use. Its memory is bounded
// whatever it is given.
type Scanner struct {
	config    Config
	evidence  []evidence      // by kind
	headings  []headings      // by kind
	hashers   []*audit.Hasher // by kind, for sketches
	digests   *audit.Hasher   // for sketches of what looks like digests
	threshold float64
	digit     []uint8 // kinds whose matches begin with a digit
	capital   []uint8 // and those that begin with a capital
	seed      uint64

	prose
	table     tally
	tableName string
	columns   []column
	rows      int64
	rowHits   []hit
	inCell    bool
	cellOf    int // column of the cell whose prose is read
	canonical [8]byte

	name        []byte // the name that is looked at
	nameContext Context
	traced      []pathTrace // the components of the path looked at last
	cellContext Context
	best        []float64
	judgements  []verdict
	distinct    []distinct // by kind, of accepted values
	totals      entryTotals
	summary     Summary
	excerpted   float64 // score of the record that the excerpt is of
}

// NewScanner returns a Scanner, ready for its first item.
func NewScanner(config Config) *Scanner {
	n := len(config.Kinds)
	s := &Scanner{config: config, best: make([]float64, n), distinct: make([]distinct, n),
		totals: entryTotals{counts: make([]int64, n)}}
	s.evidence, s.threshold = readEvidence(config.Kinds)
	for i, k := range config.Kinds {
		s.headings = append(s.headings, readHeadings(k.Name))
		s.hashers = append(s.hashers, config.Key.Hasher("value "+k.Name))
		switch {
		case k.Find == nil:
		case k.Start == Digit:
			s.digit = append(s.digit, uint8(i))
		default:
			s.capital = append(s.capital, uint8(i))
		}
	}
	s.digests = config.Key.Hasher("value digest")
	s.seed = config.Key.Digest("identify", nil)
	s.proseTests = make([]columnTest, n)
	for i := range s.proseTests {
		s.proseTests[i].prose = true
	}
	s.buf = make([]byte, 0, bufferSize)
	s.context.Now, s.cellContext.Now = config.Now, config.Now
	return s
}

// Reset forgets everything seen, for the next item.
func (s *Scanner) Reset() {
	s.prose.reset()
	s.table.reset()
	s.columns, s.tableName = s.columns[:0], ""
	for i := range s.distinct {
		s.distinct[i].reset()
	}
	clear(s.totals.counts)
	s.totals = entryTotals{counts: s.totals.counts}
	s.summary, s.excerpted, s.rows = Summary{}, 0, 0
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
	for k, n := range s.totals.counts {
		if n == 0 {
			continue
		}
		if sum.Identifiers == nil {
			sum.Identifiers = map[string]Count{}
		}
		d, estimated := s.distinct[k].count()
		sum.Identifiers[s.config.Kinds[k].Name] = Count{Count: n, Distinct: min(d, n), Estimated: estimated}
	}
	return *sum
}

// scan asks the kinds about every place between i and limit at which a match
// can begin, and returns where it stopped: at limit or behind it.
func (s *Scanner) scan(c *Context, i, limit int) int {
	text := c.Text
	for i < limit {
		if i+8 <= len(text) {
			skip := dull(word(text[i:]))
			if i += skip; skip == 8 {
				continue
			}
			if i >= limit {
				break
			}
		}
		switch ch := text[i]; {
		case IsDigit(ch):
			i = s.atDigit(c, i)
		case IsUpper(ch):
			i = s.atCapital(c, i)
		case (ch == '\n' || ch == '\r' && c.At(i+1) != '\n') && !s.inCell:
			i++
			s.newLine(i) // HL7 ends its lines with a carriage return
		case ch == '\f' && !s.inCell:
			i++
			s.endRecord()
		default:
			i++
		}
	}
	return i
}

// dull returns how many of the eight bytes, from the lowest on, are surely no
// digit, capital or control character: small letters and the punctuation from
// space to slash.
func dull(w uint64) int {
	const ones = 0x0101010101010101
	// Bit 5 is set in 0x20-0x3F and 0x60-0x7F; of these the digits and some
	// signs have bit 4 set and bit 6 clear.
	interesting := (^w>>5 | w>>4&^(w>>6)) & ones
	return bits.TrailingZeros64(interesting) / 8
}

// atDigit handles a run of digits and returns where to go on.
func (s *Scanner) atDigit(c *Context, i int) int {
	end := runEnd(c.Text, i)
	if i > 0 && IsDigit(c.Text[i-1]) {
		return end
	}
	for _, k := range s.digit {
		kind := &s.config.Kinds[k]
		if !kind.begins(end - i) {
			continue
		}
		if m, ok := kind.Find(c, i); ok {
			s.matched(c, k, i, m)
			return max(m.End, end)
		}
	}
	return end
}

// runEnd returns the end of the run of digits at i.
func runEnd(text []byte, i int) int {
	for i < len(text) && IsDigit(text[i]) {
		i++
	}
	return i
}

// begins reports whether a match can begin with a run of n digits.
func (k *Kind) begins(n int) bool { return n < 32 && k.Runs>>n&1 == 1 }

// atCapital handles a word that begins with a capital.
func (s *Scanner) atCapital(c *Context, i int) int {
	if i == 0 || !IsWord(c.Text[i-1]) {
		for _, k := range s.capital {
			if m, ok := s.config.Kinds[k].Find(c, i); ok {
				s.matched(c, k, i, m)
				return max(m.End, i+1)
			}
		}
	}
	for i < len(c.Text) && IsLetter(c.Text[i]) {
		i++
	}
	return i
}

// matched takes a match in prose or in the prose of a cell.
func (s *Scanner) matched(c *Context, k uint8, at int, m Match) {
	kind := &s.config.Kinds[k]
	hash := mix(s.seed, m.Value)
	if kind.Bare != 0 && m.Signals&kind.Bare == 0 && !s.inCell {
		pass := m.Signals&kind.Column.Pass != 0 && m.Signals&kind.Column.Fail == 0
		s.proseTests[k].see(m.Value, hash, pass)
	}
	if kind.Needs != 0 && m.Signals&kind.Needs == 0 {
		return
	}
	h := hit{kind: k, value: m.Value, hash: hash, match: m}
	if s.inCell {
		if kind.Named != 0 && m.Signals&kind.Named == 0 && s.calledOther(k) {
			return
		}
		if h.slot = int16(s.slotOf(&s.table, -1, k, m.Signals)); h.slot >= 0 && s.table.slots[h.slot].bans > 0 && len(s.rowHits) < maxRowHits {
			s.rowHits = append(s.rowHits, h)
		}
		return
	}
	h.at, h.line = s.base+int64(at), s.base+int64(s.line)
	s.addHit(h)
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
