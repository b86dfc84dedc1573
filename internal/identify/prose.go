package identify

import (
	"bytes"
	"slices"
)

// Bounds of the prose reader.
const (
	bufferSize = 32 << 10
	lookAhead  = 192  // a match is at most so long, with what decides it
	lookBack   = 2048 // what stands before a match: its label, its line, the last one
	recordSize = 4096 // the span of a record
	recordGap  = 1024 // without a match, the next one is of another record
	maxHits    = 64   // matches of one record
	titleSize  = 128  // what says what a text is about
)

// prose is the state of the prose reader.
type prose struct {
	buf     []byte // what is kept of the text
	base    int64  // place in the prose of buf[0]
	next    int    // up to here buf has been scanned
	blank   int64  // place of the last empty line seen behind a match
	seen    int64  // up to here the lines behind the last match have been looked at
	title   []byte // with what the text, or the page, begins
	context Context

	waiting               []waiting
	weighed               []hit   // of those that waited
	found                 []hit   // of the kinds that follow
	follower              waiting // the one at hand
	follow                int64   // up to this place the kinds that follow are asked for
	followed              int64   // up to this place they have been looked for
	settled               int64   // follow, when what waited was weighed last
	deciding, accompanied int     // matches that decide by themselves, and those that were followed
	followSweep           Sweep
	hits                  []hit
	lastHit               int64
	tally                 tally
	proseTests            []columnTest // by kind, of bare matches
}

func (p *prose) reset() {
	p.buf, p.base, p.next, p.blank, p.seen = p.buf[:0], 0, 0, -1, 0
	p.waiting, p.hits = p.waiting[:0], p.hits[:0]
	p.title = p.title[:0]
	p.follow, p.followed, p.settled = 0, 0, 0
	p.deciding, p.accompanied = 0, 0
	p.tally.reset()
	for i := range p.proseTests {
		p.proseTests[i].reset()
	}
}

// Text takes a stretch of prose in UTF-8. Calls continue one another: an
// identifier may be split between them.
func (s *Scanner) Text(b []byte) {
	s.letGo()
	if n := titleSize - len(s.title); n > 0 {
		s.title = append(s.title, b[:min(n, len(b))]...)
	}
	for len(b) > 0 {
		n := min(len(b), cap(s.buf)-len(s.buf))
		s.buf = append(s.buf, b[:n]...)
		b = b[n:]
		if len(s.buf) == cap(s.buf) {
			s.advance(len(s.buf) - lookAhead)
			s.shift()
			boundPending(&s.prose.tally)
		}
	}
}

// Break ends a record: the end of a message, a page, a letter.
func (s *Scanner) Break() {
	s.letGo()
	s.endProse()
}

func (s *Scanner) endProse() {
	if len(s.buf) > 0 {
		s.advance(len(s.buf))
		s.endRecord()
		s.base += int64(len(s.buf))
		s.buf, s.next = s.buf[:0], 0
		s.follow, s.followed, s.settled = s.base, s.base, s.base
	}
	s.endRecord()
	s.blank, s.title = -1, s.title[:0]
}

// advance scans the buffer up to limit.
func (s *Scanner) advance(limit int) {
	if s.next >= limit {
		return
	}
	s.context.Text = s.buf
	leaders := s.leaders
	if s.deciding < followLone {
		leaders = s.searchers
	}
	s.next = leaders.Find(&s.context, &s.sweep, s.next, limit, s.inProse)
	s.weighWaiting(s.next)
	if s.base+int64(s.next)-s.lastHit > recordGap {
		s.endRecord() // while what stands around it is at hand
	}
}

// shift drops what has been scanned, but for what labels may stand in.
func (s *Scanner) shift() {
	drop := max(0, s.next-lookBack)
	s.buf = s.buf[:copy(s.buf, s.buf[drop:])]
	s.base += int64(drop)
	s.next -= drop
}

// readLines looks at the lines that begin between the last match and the place
// in buf: an empty one is noted, and the first of another record by its form
// ends the record.
func (s *Scanner) readLines(to int) {
	i := int(max(s.seen-s.base, 0))
	if i >= to {
		return
	}
	if bytes.IndexByte(s.buf[i:to], '\f') >= 0 {
		s.endRecord()
		return
	}
	end := byte('\n')
	if bytes.IndexByte(s.buf[i:to], end) < 0 {
		end = '\r' // HL7 ends its lines with it
	}
	for {
		n := bytes.IndexByte(s.buf[i:to], end)
		if n < 0 {
			return
		}
		i += n + 1
		switch rest := s.buf[i:]; {
		case len(rest) == 0:
		case rest[0] == '\n' || rest[0] == '\r':
			s.blank = s.base + int64(i)
		case beginsRecord(rest):
			s.endRecord()
			return
		}
	}
}

// beginsRecord reports whether a line is the first of a record by its form: of
// a log, of line-delimited JSON, of a list of values, of an HL7 message, of a
// mailbox.
func beginsRecord(line []byte) bool {
	switch ch := line[0]; ch {
	case '{', '(':
		return true
	case '[':
		return len(line) > 1 && IsDigit(line[1])
	case 'M':
		return bytes.HasPrefix(line, []byte("MSH|"))
	case 'F':
		return bytes.HasPrefix(line, []byte("From "))
	default:
		return IsDigit(ch) && isTimestamp(line)
	}
}

// isTimestamp reports whether the line begins with date and time as logs write
// them.
func isTimestamp(line []byte) bool {
	const pattern = "0000-00-00 00:00"
	if len(line) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		switch p := pattern[i]; {
		case p == '0' && !IsDigit(line[i]),
			p == ' ' && line[i] != ' ' && line[i] != 'T',
			p == ':' && line[i] != ':',
			p == '-' && line[i] != '-' && line[i] != '/':
			return false
		}
	}
	return true
}

// addHit adds a match to the current record, beginning another one when the
// match is too far away or of another person.
func (s *Scanner) addHit(h *hit) {
	own := s.evidence[h.kind].sum(h.match.Signals)
	if own < 0 {
		return
	}
	if n := len(s.hits); n > 0 {
		if n == maxHits || h.at-s.lastHit > recordGap || h.at-s.hits[0].at > recordSize {
			s.endRecord()
		} else {
			s.readLines(int(h.at - s.base))
		}
	}
	if kind := &s.config.Kinds[h.kind]; kind.Strong&h.match.Signals != 0 && own >= s.evidence[h.kind].accept {
		for i := len(s.hits) - 1; i >= 0; i-- {
			old := &s.hits[i]
			if old.kind == h.kind && old.match.Signals&kind.Strong != 0 {
				if old.value != h.value {
					s.split(i, h)
				}
				break
			}
		}
	}
	s.hits = append(s.hits, *h)
	if own > 0 {
		s.lastHit = h.at
	}
	s.seen = h.at
}

// split ends the record before h, which is of another person than hit i. What
// stands behind the last empty line, else on the line of h, is the other's.
// Within one line, matches before hit i say that numbers come last.
func (s *Scanner) split(i int, h *hit) {
	from := s.base + int64(lineStart(s.buf, int(h.at-s.base)))
	if s.blank > s.hits[i].at {
		from = s.blank
	}
	if from <= s.hits[i].at {
		from = h.at
		if i > 0 {
			from = s.hits[i].at + 1
		}
	}
	n := len(s.hits)
	for n > 0 && s.hits[n-1].at >= from {
		n--
	}
	rest := s.hits[n:]
	s.hits = s.hits[:n]
	s.countRecord()
	s.hits = append(s.hits[:0], rest...)
}

// endRecord ends the record.
func (s *Scanner) endRecord() {
	if len(s.hits) == 0 {
		return
	}
	s.countRecord()
	s.hits = s.hits[:0]
}

// countRecord counts the record that hits holds.
func (s *Scanner) countRecord() {
	for i := range s.hits {
		h := &s.hits[i]
		kind := &s.config.Kinds[h.kind]
		if kind.Near != 0 && h.match.Signals&kind.Apart == 0 && s.besideAnchor(h) {
			h.match.Signals |= kind.Near
		}
		if h.match.Signals&kind.Beside != 0 && !s.besideName(h) {
			h.match.Signals &^= kind.Beside
		}
	}
	first, last := s.hits[0].at, s.hits[len(s.hits)-1].at
	if e := s.take(&s.prose.tally, s.hits); s.wantsFlags(e) {
		s.flag(s.held(first-flagBefore, last+flagBehind))
	}
}

// besideReach is how far from a name stands what is beside it, on its line or
// below: there is room for the name itself.
const besideReach = 56

// besideName reports whether an anchor that follows, a name, stands right beside h.
func (s *Scanner) besideName(h *hit) bool {
	return slices.ContainsFunc(s.hits, func(o hit) bool {
		kind := &s.config.Kinds[o.kind]
		near := o.at <= h.at && h.at-o.at < besideReach || o.at > h.at && o.at-h.at < besideReach && s.oneLine(h.at, o.at)
		return kind.Anchor && kind.Follows && near
	})
}

// besideAnchor reports whether an anchor stands on the line of h.
func (s *Scanner) besideAnchor(h *hit) bool {
	for i := range s.hits {
		o := &s.hits[i]
		if s.oneLine(h.at, o.at) && s.config.Kinds[o.kind].Anchor && s.evidence[o.kind].sum(o.match.Signals) >= s.evidence[o.kind].accept {
			return true
		}
	}
	return false
}

// oneLine reports whether two places are on one line of what is still held.
func (s *Scanner) oneLine(a, b int64) bool {
	return bytes.IndexByte(s.held(min(a, b), max(a, b)), '\n') < 0
}

// lineStart returns where the line of the place begins, as far as it is held.
func lineStart(text []byte, at int) int {
	return bytes.LastIndexByte(text[:at], '\n') + 1
}

// held is what is still held of the prose between two places.
func (s *Scanner) held(from, to int64) []byte {
	to = min(max(to-s.base, 0), int64(len(s.buf)))
	return s.buf[min(max(from-s.base, 0), to):to]
}
