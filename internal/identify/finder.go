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
	sieve   sieve                                    // of the places at which a shape may fit
}

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
				s.whole = k.Whole
				digits = append(digits, s)
				f.letters = f.letters || s.upper|s.lower|s.slash != 0 || s.whole
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
	f.sieve = newSieve(filtersOf(digits), filtersOf(uppers))
	return f
}

// shape is a shape in bits, its first place lowest.
type shape struct {
	kind                       uint8
	digit, upper, lower, slash uint16
	any                        uint16 // places of which nothing is asked
	whole                      bool   // it is no tail of something longer
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

// class is a class of bytes.
type class uint8

// The classes.
const (
	digitClass class = iota
	upperClass
	lowerClass
	atClass
	slashClass // one of - . and /
	tailClass  // any behind a digit and a slash
	classCount
)

// mask has a bit for each byte of a chunk, and of the blocks before and behind it.
type mask [1 + chunkBlocks + 1]uint64

// maskSize is how many bytes a mask takes.
const maskSize = 8 * (1 + chunkBlocks + 1)

// row has a bit for each byte of a chunk.
type row [chunkBlocks]uint64

// Sweep is the scratch of a pass over a text: one for each goroutine.
type Sweep struct {
	is          [classCount]mask
	digitStarts row   // where a run of digits begins
	wordStarts  row   // where a word does, with a capital
	ahead       []row // where a term of the sieve holds
	places      row   // where a match may begin
	tail        [(chunkBlocks + 1) * blockSize]byte
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
		f.fill(w, blocks, c, base)
		if rest := limit - base - (blocks-1)*blockSize; rest < blockSize {
			w.places[blocks-1] &= 1<<rest - 1
		}
		next = f.visit(c, w, base, blocks, next, take)
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

// fill notes where in the blocks, whose first byte is at base, a match may begin.
func (f *Finder) fill(w *Sweep, blocks int, c *Context, base int) {
	before, far := c.Before(base), c.Before(base-1)
	w.is[digitClass][0] = bit(IsDigit(before))<<63 | bit(IsDigit(far))<<62
	w.is[upperClass][0] = bit(IsUpper(before)) << 63
	w.is[lowerClass][0] = bit(IsLower(before)) << 63
	w.is[slashClass][0] = bit(before >= '-' && before <= '/') << 63
	f.sieve.find(w, blocks)
	if len(f.at) > 0 {
		for b := range blocks {
			w.places[b] |= w.is[atClass][1+b]
		}
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// visit asks the kinds about the places of a chunk, whose first byte is at base,
// and returns the place before which nothing is to be looked at.
func (f *Finder) visit(c *Context, w *Sweep, base, blocks, next int, take Taker) int {
	for busy := w.busy(blocks); busy != 0; busy &= busy - 1 {
		b := bits.TrailingZeros64(busy)
		for places := w.places[b]; places != 0; places &= places - 1 {
			i := uint(bits.TrailingZeros64(places))
			at := base + b*blockSize + int(i)
			if at < next {
				continue
			}
			digits, uppers := w.is[digitClass].from(b, i), uint64(0)
			if f.letters {
				uppers = w.is[upperClass].from(b, i)
			}
			c.digits, c.digitsAt = digits, at+1
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
	}
	c.digitsAt = 0 // the text may become another
	return next
}

// busy has a bit for each block that has places. Which have is a matter of chance,
// so that it is told without branches.
func (w *Sweep) busy(blocks int) (busy uint64) {
	for b, places := range w.places[:blocks] {
		busy |= (places | -places) >> 63 << b
	}
	return busy
}

// from returns the bits from bit i of block b on.
func (m *mask) from(b int, i uint) uint64 {
	return m[1+b]>>i | m[2+b]<<1<<(63^i)
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
