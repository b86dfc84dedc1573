package identify

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// Bounds of the finder.
const (
	window      = 13 // places of a shape that are looked at
	blockSize   = 64 // bytes of a block: a bit each
	chunkBlocks = 64 // blocks that are classified at a time
	capitals    = 3  // places behind a leading capital of which capitals are told
	figures     = 8  // and of which digits are told
)

// Finder finds the places at which a kind's shapes fit, and asks the kind for a
// match there. It does not change once it is made: Scanners may share one.
type Finder struct {
	parse   []func(c *Context, at int) (Match, bool) // of the kinds
	digit   dispatch                                 // of matches that begin with a digit
	capital dispatch                                 // with a capital
	at      []need                                   // with an @
	letters bool                                     // something else than digits matters
	digits  filters                                  // of places that are digits
	words   filters                                  // of capitals that begin a word
}

// filter is what a group of shapes have in common, a place each.
type filter []term

// filters let through what one of them does: all of them ask for what is common.
type filters struct {
	common filter
	each   []filter
}

// term asks that a byte of a class stands some places on, or that none does. It
// is laid out for the assembly.
type term struct {
	right, left [2]uint64 // shifts of a block and of the one behind it; the high halves are zero
	flip        uint64    // all ones when no byte of the class may stand there
	offset      uint64    // of the class's mask in a Sweep
}

func newTerm(c class, ahead int, absent bool) term {
	t := term{right: [2]uint64{uint64(ahead)}, left: [2]uint64{uint64(blockSize - ahead)}, offset: uint64(c) * maskSize}
	if absent {
		t.flip = ^uint64(0)
	}
	return t
}

// class is the class that the term asks for.
func (t *term) class() class { return class(t.offset / maskSize) }

// dispatch tells from a window which kinds to ask.
type dispatch struct {
	rule  []uint8 // by window: an index of rules
	rules [][]need
}

// need is a kind, and where its shape has letters and slashes.
type need struct {
	kind                uint8
	upper, lower, slash uint64
}

// NewFinder returns a Finder of the kinds.
func NewFinder(kinds []Kind) *Finder {
	f := &Finder{}
	var digits, uppers []shape
	for i, k := range kinds {
		f.parse = append(f.parse, k.Parse)
		for _, text := range k.Shapes {
			s := readShape(text, uint8(i))
			switch text[0] {
			case 'd':
				digits = append(digits, s)
				f.letters = f.letters || s.upper|s.lower|s.slash != 0
			case 'U':
				uppers = append(uppers, s)
			default:
				f.at = append(f.at, need{kind: uint8(i)})
			}
		}
	}
	f.letters = f.letters || len(uppers)+len(f.at) > 0
	f.digit = newDispatch(digits, window, func(s shape) (fixed, free uint) { return uint(s.digit), uint(s.any) })
	f.capital = newDispatch(uppers, capitals+figures, behindCapital)
	f.digits, f.words = filtersOf(digits), filtersOf(uppers)
	return f
}

// shape is a shape in bits, its first place lowest.
type shape struct {
	kind                       uint8
	digit, upper, lower, slash uint16
	any                        uint16 // places of which nothing is asked
	soon                       bool   // that a capital stands at one of the next few, wherever
}

func readShape(text string, kind uint8) shape {
	s := shape{kind: kind}
	for i := range window {
		switch {
		case i >= len(text) || text[i] == '*':
			s.any |= 1 << i
		case text[i] == 'd':
			s.digit |= 1 << i
		case text[i] == 'U':
			s.upper |= 1 << i
		case text[i] == 'l':
			s.lower |= 1 << i
		case text[i] == '/':
			s.slash |= 1 << i
		}
	}
	s.soon = s.upper>>1&(1<<soon-1) != 0
	return s
}

// behindCapital puts what a shape asks behind its leading capital into one
// window: a few bits of capitals, then those of digits.
func behindCapital(s shape) (fixed, free uint) {
	const upper, digit = 1<<capitals - 1, 1<<figures - 1
	fixed = uint(s.upper>>1)&upper | uint(s.digit>>1)&digit<<capitals
	free = uint(s.any>>1)&upper | uint(s.any>>1)&digit<<capitals
	return fixed, free
}

func newDispatch(shapes []shape, width int, bitsOf func(shape) (fixed, free uint)) dispatch {
	var forms [][]shape // that ask the same of a window
	fitting := make([][2]uint64, 1<<width)
	for _, s := range shapes {
		fixed, free := bitsOf(s)
		same := slices.IndexFunc(forms, func(f []shape) bool {
			a, b := bitsOf(f[0])
			return a == fixed && b == free
		})
		if same >= 0 {
			forms[same] = append(forms[same], s)
			continue
		}
		i := len(forms)
		forms = append(forms, []shape{s})
		for sub := free; ; sub = (sub - 1) & free {
			fitting[fixed|sub][i/64] |= 1 << (i % 64)
			if sub == 0 {
				break
			}
		}
	}
	d := dispatch{rule: make([]uint8, 1<<width), rules: [][]need{nil}}
	known := map[[2]uint64]uint8{{}: 0}
	for w, set := range fitting {
		rule, ok := known[set]
		if !ok {
			rule = uint8(len(d.rules))
			known[set] = rule
			d.rules = append(d.rules, needsOf(forms, set))
		}
		d.rule[w] = rule
	}
	if len(d.rules) > 1<<8 {
		panic(fmt.Sprintf("identify: %d combinations of shapes are more than the finder holds", len(d.rules)))
	}
	return d
}

// needsOf lists the kinds of a set of forms, in the order of the kinds.
func needsOf(forms [][]shape, set [2]uint64) []need {
	var needs []need
	for i, form := range forms {
		if set[i/64]>>(i%64)&1 == 0 {
			continue
		}
		for _, s := range form {
			if n := (need{s.kind, uint64(s.upper), uint64(s.lower), uint64(s.slash)}); !slices.Contains(needs, n) {
				needs = append(needs, n)
			}
		}
	}
	slices.SortStableFunc(needs, func(a, b need) int { return cmp.Compare(a.kind, b.kind) })
	return needs
}

// filtersOf groups the shapes such that passes and visits cost least: one shape
// that fits nearly everywhere makes all filters idle, and then there is one that
// filters nothing.
func filtersOf(shapes []shape) filters {
	var groups []grouped
	for _, s := range shapes {
		s.kind = 0
		if !slices.ContainsFunc(groups, func(g grouped) bool { return g.shape == s }) {
			groups = append(groups, grouped{shape: s, cost: s.cost()})
		}
	}
	for i := range groups {
		groups[i].findPartner(groups, i)
	}
	for {
		a := 0
		for i := range groups {
			if groups[i].saved > groups[a].saved {
				a = i
			}
		}
		if len(groups) == 0 || groups[a].saved <= 0 {
			break
		}
		groups = merge(groups, a, groups[a].partner)
	}
	var all filters
	for _, g := range groups {
		all.each = append(all.each, g.shape.filter())
	}
	return all.factored()
}

// factored parts what all filters ask for from the rest.
func (f filters) factored() filters {
	if len(f.each) < 2 {
		return f
	}
	for _, t := range f.each[0] {
		if !slices.ContainsFunc(f.each, func(g filter) bool { return !slices.Contains(g, t) }) {
			f.common = append(f.common, t)
		}
	}
	for i, g := range f.each {
		f.each[i] = slices.DeleteFunc(g, func(t term) bool { return slices.Contains(f.common, t) })
	}
	return f
}

// grouped is what a group of shapes have in common, and with which of the groups
// before it it would best be merged.
type grouped struct {
	shape   shape
	cost    float64
	partner int
	saved   float64
}

// findPartner looks for the partner of group i among those before it.
func (g *grouped) findPartner(groups []grouped, i int) {
	g.saved = 0
	for j := range groups[:i] {
		if saved := g.cost + groups[j].cost - join(g.shape, groups[j].shape).cost(); saved > g.saved {
			g.partner, g.saved = j, saved
		}
	}
}

// merge merges group a into group b, which stands before it.
func merge(groups []grouped, a, b int) []grouped {
	joined := join(groups[a].shape, groups[b].shape)
	groups[b] = grouped{shape: joined, cost: joined.cost()}
	groups = slices.Delete(groups, a, a+1)
	groups[b].findPartner(groups, b)
	for i := b + 1; i < len(groups); i++ {
		g := &groups[i]
		switch {
		case g.partner == a || g.partner == b:
			g.findPartner(groups, i)
			continue
		case g.partner > a:
			g.partner--
		}
		if saved := g.cost + groups[b].cost - join(g.shape, joined).cost(); saved > g.saved {
			g.partner, g.saved = b, saved
		}
	}
	return groups
}

// join is what two shapes have in common.
func join(a, b shape) shape {
	joined := shape{digit: a.digit & b.digit, upper: a.upper & b.upper, lower: a.lower & b.lower, slash: a.slash & b.slash, soon: a.soon && b.soon}
	joined.any = ^(joined.digit | joined.upper | joined.lower | joined.slash | a.noDigit()&b.noDigit())
	return joined
}

// noDigit are the places of a shape at which no digit may stand.
func (s shape) noDigit() uint16 { return ^(s.digit | s.any) & (1<<window - 1) &^ 1 }

// What passes and visits cost, measured on logs, in nanoseconds per kilobyte of
// text and per visit; how many digits begin a number in a kilobyte; and how many
// of those that begin one have a byte of the class, or no digit, at a place behind.
const (
	passCost  = 5
	visitCost = 15
	numbers   = 80
	ofDigit   = 0.4
	ofUpper   = 0.1
	ofSoon    = 0.3
	ofLower   = 0.2
	ofSlash   = 0.15
	ofNoDigit = 0.8
)

// filter is as much of the shape as is worth a pass.
func (s shape) filter() (f filter) {
	visits := float64(numbers)
	add := func(c class, set uint16, share float64, absent bool) {
		for set = worthwhile(set, share, &visits); set != 0; set &= set - 1 {
			f = append(f, newTerm(c, bits.TrailingZeros16(set), absent))
		}
	}
	if s.soonOnly() {
		f, visits = append(f, newTerm(soonClass, 0, false)), visits*ofSoon
	}
	add(upperClass, s.upper&^1, ofUpper, false)
	add(slashClass, s.slash, ofSlash, false)
	add(lowerClass, s.lower, ofLower, false)
	add(digitClass, s.digit&^1, ofDigit, false)
	add(digitClass, s.otherwise(), ofNoDigit, true)
	return f
}

// cost is what the filter of the shape costs per kilobyte.
func (s shape) cost() float64 {
	visits := float64(numbers)
	passes := 0
	if s.soonOnly() {
		passes, visits = 1, visits*ofSoon
	}
	passes += bits.OnesCount16(worthwhile(s.upper&^1, ofUpper, &visits)) +
		bits.OnesCount16(worthwhile(s.slash, ofSlash, &visits)) +
		bits.OnesCount16(worthwhile(s.lower, ofLower, &visits)) +
		bits.OnesCount16(worthwhile(s.digit&^1, ofDigit, &visits)) +
		bits.OnesCount16(worthwhile(s.otherwise(), ofNoDigit, &visits))
	return float64(passCost*passes) + visits*visitCost
}

// soonOnly reports whether no more is known of a capital than that it is soon.
func (s shape) soonOnly() bool { return s.soon && s.upper&^1 == 0 }

// otherwise are the places of which no more is asked than that no digit stands
// there.
func (s shape) otherwise() uint16 { return s.noDigit() &^ (s.upper | s.lower | s.slash) }

// worthwhile returns as many of the places, from the first on, as save more
// visits than their passes cost; each leaves a share of the visits.
func worthwhile(set uint16, share float64, visits *float64) (worth uint16) {
	for ; set != 0 && *visits*(1-share)*visitCost > passCost; set &= set - 1 {
		worth |= set & -set
		*visits *= share
	}
	return worth
}

// class is a class of bytes.
type class uint8

// The classes.
const (
	digitClass class = iota
	upperClass
	lowerClass
	atClass
	slashClass // one of - . and /
	soonClass  // any before one of the next few capitals
	classCount
)

// soon is how many places ahead a capital is soon.
const soon = 5

// mask has a bit for each byte of a chunk, and of the block behind it.
type mask [chunkBlocks + 1]uint64

// maskSize is how many bytes a mask takes.
const maskSize = 8 * (chunkBlocks + 1)

// Sweep is the scratch of a pass over a text: one for each goroutine.
type Sweep struct {
	is     [classCount]mask
	places [chunkBlocks]uint64 // where a match may begin
	starts [chunkBlocks]uint64 // where a run of digits or a word in capitals begins
	tail   [(chunkBlocks + 1) * blockSize]byte
}

// Taker takes a match and returns the place from which to look on.
type Taker func(kind uint8, at int, m Match) int

// Find asks about every place from from up to limit at which a shape fits, and
// returns where it stopped: at limit or behind it.
func (f *Finder) Find(c *Context, w *Sweep, from, limit int, take Taker) int {
	next := from // nothing before it is looked at
	for base := from; base < limit; base += chunkBlocks * blockSize {
		blocks := min(chunkBlocks, (limit-base+blockSize-1)/blockSize)
		f.classify(w, c.Text[base:], blocks+1)
		f.fill(w, blocks, c.Before(base))
		for b, places := range w.places[:blocks] {
			if places == 0 {
				continue
			}
			at := base + b*blockSize
			if rest := limit - at; rest < blockSize {
				places &= 1<<rest - 1
			}
			next = f.visit(c, w, at, b, places, next, take)
		}
	}
	return max(next, limit)
}

// classify fills the masks of blocks from text on; beyond its end are no
// characters of any class.
func (f *Finder) classify(w *Sweep, text []byte, blocks int) {
	if whole := blocks * blockSize; len(text) < whole {
		n := copy(w.tail[:], text)
		clear(w.tail[n:whole])
		text = w.tail[:]
	}
	if f.letters {
		classify(w, text, blocks)
	} else {
		classifyDigits(&w.is[digitClass], text, blocks)
	}
}

// fill notes where in the blocks a match may begin. before is the byte before
// the first.
func (f *Finder) fill(w *Sweep, blocks int, before byte) {
	clear(w.places[:blocks])
	last := bit(IsDigit(before))
	for b, d := range w.is[digitClass][:blocks] {
		w.starts[b] = d &^ (d<<1 | last)
		last = d >> 63
	}
	if f.letters {
		w.findSoon(blocks)
	}
	f.digits.pass(w, blocks)
	if !f.letters {
		return
	}
	last = bit(IsWord(before))
	for b := range blocks {
		word := w.is[digitClass][b] | w.is[upperClass][b] | w.is[lowerClass][b]
		w.starts[b] = w.is[upperClass][b] &^ (word<<1 | last)
		last = word >> 63
	}
	f.words.pass(w, blocks)
	if len(f.at) > 0 {
		for b := range blocks {
			w.places[b] |= w.is[atClass][b]
		}
	}
}

// pass adds to the places the starts that one of the filters lets through.
func (f *filters) pass(w *Sweep, blocks int) {
	if len(f.common) > 0 {
		thin(w, f.common, blocks)
	}
	for _, g := range f.each {
		pass(w, g, blocks)
	}
}

// findSoon fills the mask of places before a capital.
func (w *Sweep) findSoon(blocks int) {
	for b := range blocks {
		u, more := w.is[upperClass][b], w.is[upperClass][b+1]
		w.is[soonClass][b] = u>>1 | u>>2 | u>>3 | u>>4 | u>>5 | more<<63 | more<<62 | more<<61 | more<<60 | more<<59
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// visit asks the kinds about the places of block b, whose first byte is at base,
// and returns the place before which nothing is to be looked at.
func (f *Finder) visit(c *Context, w *Sweep, base, b int, places uint64, next int, take Taker) int {
	for ; places != 0; places &= places - 1 {
		i := uint(bits.TrailingZeros64(places))
		at := base + int(i)
		if at < next {
			continue
		}
		digits, uppers := w.is[digitClass].from(b, i), uint64(0)
		if f.letters {
			uppers = w.is[upperClass].from(b, i)
		}
		for _, n := range f.needs(digits, uppers) {
			if uppers&n.upper != n.upper || n.lower != 0 && w.is[lowerClass].from(b, i)&n.lower != n.lower ||
				n.slash != 0 && w.is[slashClass].from(b, i)&n.slash != n.slash {
				continue
			}
			if m, ok := f.parse[n.kind](c, at); ok {
				next = take(n.kind, at, m)
				break
			}
		}
	}
	return next
}

// from returns the bits from bit i of block b on.
func (m *mask) from(b int, i uint) uint64 {
	return m[b]>>i | m[b+1]<<1<<(63^i)
}

// needs returns what to ask at a place, by the digits and capitals from it on.
func (f *Finder) needs(digits, upper uint64) []need {
	switch {
	case digits&1 == 1:
		return f.digit.rules[f.digit.rule[digits&(1<<window-1)]]
	case upper&1 == 1:
		return f.capital.rules[f.capital.rule[upper>>1&(1<<capitals-1)|digits>>1&(1<<figures-1)<<capitals]]
	}
	return f.at
}
