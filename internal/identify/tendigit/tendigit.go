// Package tendigit reads the three numbers by which the United Kingdom's health
// services know a patient: the NHS number of England, Wales and the Isle of
// Man, the CHI number of Scotland and the Health and Care number of Northern
// Ireland. All have ten digits, the last of which is a modulus 11 check digit,
// and the first of which tell them apart. Each is a kind in a folder of its
// own; what they have in common stands here.
package tendigit

import (
	"fmt"
	"strconv"
	"sync"

	"trustaudit/internal/identify"
)

// The signals that all three have, as bits of a match.
const (
	checksum uint32 = 1 << iota
	failed
	inRange
	test
	label
	grouped
	parted
	glued
	padded
	rounded
	other
	column
	window
	patient
	vague
	named
	// And those that only one has: its first, second, ….
	first
	second
	third
	fourth
	fifth

	stuck uint32 = 1 << 31 // between Parse and Weigh: only a label makes it a number
)

// Of the NHS number.
const outside = first

// Of the CHI number.
const (
	epoch  = first
	stamp  = second
	short  = third
	born   = fourth
	differ = fifth
)

// signalNames are what the lists call them.
var signalNames = [...]string{"checksum", "failed", "range", "test", "label", "grouped", "parted", "glued",
	"padded", "rounded", "other", "column", "window", "patient", "vague", "named"}

// shapes are ten digits in one piece, 3-3-4, 3-7, 6-4 and 5-5, the groups parted
// by characters of one to three bytes, or by the end of a line that is quoted
// or not. One more blunts the finder's filter.
var shapes = []string{
	"dddddddddd",
	"ddd ddd dddd", "ddd ddddddd", "dddddd dddd", "ddddd ddddd",
	"ddd  ddd  dddd", "ddd  ddd dddd", "ddd ddd  dddd", "dddddd  dddd", "ddddd  ddddd",
	"ddd   ddd   dddd", "ddd   ddd dddd", "ddd ddd   dddd", "ddd ddd    dddd", "ddd   ddddddd", "ddddd   ddddd",
}

// Scheme is one of the three numbers.
type Scheme uint8

// The schemes, as bits.
const (
	NHS Scheme = 1 << iota
	CHI
	HC
)

// New returns the kind of a scheme.
func New(s Scheme, name, words string) identify.Kind {
	k := identify.Kind{
		Name:    name,
		Words:   words,
		Family:  "ten digits",
		Signals: signalNames[:],
		Shapes:  shapes,
		Parse:   s.parse,
		Weigh:   s.weigh,
		Cell:    s.cell,
		Cells:   identify.CellRanges{Digits: identify.Range{From: fewestDigits, Below: mostDigits + 1}, Length: identify.Range{Below: longestCell + 1}},
		Column:  identify.ColumnRule{Null: 1.0 / 11, CheckDigit: true, Share: 0.85, Pass: checksum, Reject: true, Signal: column},
		Needs:   checksum,
		Strong:  checksum,
		Bare:    label | parted | glued | padded | other,
		Window:  window,
		Test:    test,
		Anchor:  true,
		Names:   identify.NameRule{Alone: checksum, Unless: parted},
		Mask:    func(v uint64) string { return fmt.Sprintf("%03d ••• ••••", v/1e7) },
	}
	switch s {
	case NHS:
		k.Parse = parseNHS
		k.Signals = append(signalNames[:len(signalNames):len(signalNames)], "outside")
		k.Column.Fail |= outside
		k.Names.Unless |= outside
	case CHI:
		k.Signals = append(signalNames[:len(signalNames):len(signalNames)], "epoch", "stamp", "short", "born", "differs")
		k.Names.Unless |= epoch | stamp
		k.Agree = agree
	}
	return k
}

// leads has, for the first two digits, the schemes that may have to do with a
// number. A number that none issues is the NHS number's to judge.
var leads = func() (t [100]Scheme) {
	for i := range t {
		switch {
		case i == 0: // or noughts that fill a field
			t[i] = NHS | CHI | HC
		case i <= 31:
			t[i] = NHS | CHI
		case i <= 39:
			t[i] = HC
		default:
			t[i] = NHS
		}
	}
	return t
}()

// may reports whether a number that begins with two digits can be the scheme's.
func (s Scheme) may(tens, ones byte) bool {
	lead := uint(tens-'0')*10 + uint(ones-'0')
	return lead < uint(len(leads)) && leads[lead]&s != 0
}

// ranges has, for the first two digits, who issues the numbers: of those that
// begin as a date does, the CHI if it is one. In a test range nobody does, but
// for tests.
var ranges = func() (t [100]struct {
	scheme Scheme
	issued bool
	test   uint32
}) {
	for i := range t {
		r := &t[i]
		switch {
		case i <= 31:
			r.scheme, r.issued = CHI, true
		case i <= 39:
			r.scheme, r.issued = HC, true
		default:
			r.scheme, r.issued = NHS, i < 80 || i >= 90
		}
		if i >= 50 && i < 60 || i >= 90 {
			r.test = test
		}
	}
	return t
}()

// schemeOf returns the scheme that a number of ten digits belongs to, and whether
// that issues it. Ranges that are kept for tests count as issued, and a number
// that nobody issues as the NHS number's.
func schemeOf(v uint64) (s Scheme, issued bool) {
	r := &ranges[v/1e8]
	if r.scheme == CHI && !isDate(v/1e4) {
		return NHS, false
	}
	return r.scheme, r.issued
}

// isDate reports whether DDMMYY can be a day of this century or the last.
func isDate(ddmmyy uint64) bool {
	const days31 = 1<<1 | 1<<3 | 1<<5 | 1<<7 | 1<<8 | 1<<10 | 1<<12
	day, month := ddmmyy/1e4, ddmmyy/100%100
	switch {
	case month < 1 || month > 12 || day < 1 || day > 31:
		return false
	case month == 2:
		return day <= 28 || day == 29 && ddmmyy%4 == 0 // 29 February 00 is of 2000
	}
	return day <= 30 || days31>>month&1 == 1
}

// Valid reports whether ten digits pass the modulus 11 check.
func Valid(v uint64) bool {
	if v > 9999999999 {
		return false
	}
	sum := uint64(0)
	for weight := uint64(1); weight <= 10; weight++ {
		sum += v % 10 * weight
		v /= 10
	}
	return sum%11 == 0
}

// placeholder reports whether the digits stand for a missing number: one digit
// ten times, or digits that count up or down.
func placeholder(v uint64) bool {
	return v%1111111111 == 0 || v == 1234567890 || v == 123456789 || v == 9876543210 || v == 987654321
}

// ownSignals returns what a number says of itself. ok is false when it is none
// of the scheme's, or stands for a missing one.
func (s Scheme) ownSignals(v uint64, valid bool) (signals uint32, ok bool) {
	scheme, issued := schemeOf(v)
	if scheme != s || placeholder(v) {
		return 0, false
	}
	signals = failed
	if valid {
		signals = checksum
	}
	if !issued {
		return signals | outside, true
	}
	if s == CHI {
		signals |= timeSignals(v)
	}
	return signals | inRange | ranges[v/1e8].test, true
}

// unissued reports whether the signals say that nobody issues a number. Of the
// other schemes the bit says something else.
func (s Scheme) unissued(signals uint32) bool { return s == NHS && signals&outside != 0 }

// timeSignals says whether a CHI number can be read as a present-day Unix time,
// or as date and time of the last years, year first or last.
func timeSignals(v uint64) (signals uint32) {
	if v >= 1.3e9 && v < 1.9e9 {
		signals = epoch
	}
	const since, until = 8, 31 // of two digits, the years in which there were such stamps
	head, last := v/1e8, v/1e4%100
	recent := last >= since && last <= until || head >= since && head <= until && last >= 1 && last <= 31
	if recent && v%1e4/100 < 24 && v%100 < 60 {
		signals |= stamp
	}
	return signals
}

// agree compares a CHI number with a date of birth of its record.
func agree(own uint64, kind string, other uint64) uint32 {
	if kind != "date-of-birth" {
		return 0
	}
	if Born(own, other) {
		return born
	}
	return differ
}

// Born reports whether a CHI number begins with the date, YYYYMMDD.
func Born(chi, yyyymmdd uint64) bool {
	return chi/1e4 == yyyymmdd%100*1e4+yyyymmdd/100%100*100+yyyymmdd/1e4%100
}

// lists are the word lists of the kinds. They share their labels: in Scotland,
// too, people say NHS number. The weak ones say yes to a patient's number of
// some sort, and no to a number that may be anything's.
type lists struct {
	labels   *identify.Labels
	weak     *identify.Labels
	asked    *identify.Labels // names of fields that hold what people ask for
	examples *examples
}

var load = sync.OnceValue(func() lists {
	return lists{identify.ReadLabels("nhs-number"), identify.ReadLabels("nhs-number-weak"), identify.ReadLabels("nhs-number-asked"), readExamples()}
})

// examples is a set of numbers, most of the slots empty.
type examples [256]uint64

func readExamples() *examples {
	e := &examples{}
	for word := range identify.ReadWords("examples.txt").All() {
		if v, err := strconv.ParseUint(word, 10, 64); err == nil {
			*e.slot(v) = v
		}
	}
	return e
}

// slot returns where a number stands, or would.
func (e *examples) slot(v uint64) *uint64 {
	i := uint8(v * 0x9E3779B97F4A7C15 >> 56)
	for e[i] != 0 && e[i] != v {
		i++
	}
	return &e[i]
}

func (e *examples) has(v uint64) bool { return *e.slot(v) == v && v != 0 }
