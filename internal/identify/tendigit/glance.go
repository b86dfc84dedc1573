package tendigit

import (
	"encoding/binary"

	"trustaudit/internal/identify"
)

// Which of the bytes of a number are digits, a bit each, and of how many that says
// something: in one piece, and in threes.
const (
	plainDigits, plainReach   = 1<<full - 1, 1<<(full+1) - 1
	threesDigits, threesReach = 7 | 7<<4 | 15<<8, 1<<head - 1
)

// parseNHS is parse for NHS numbers. What most of them are it tells at a glance, and
// without branches where chance decides: whether one is parted, and passes its check.
// The processor would guess wrong half the time.
func parseNHS(c *identify.Context, at int) (identify.Match, bool) {
	if at < 2 || at+head >= len(c.Text) || c.Name {
		return NHS.parse(c, at)
	}
	digits := c.Digits(at)
	first, last := binary.LittleEndian.Uint64(c.Text[at:]), uint64(binary.LittleEndian.Uint32(c.Text[at+8:]))
	parted := digits>>3&1 - 1 // all ones if the fourth is no digit
	length := full + int(parted&2)
	sign := byte(first >> 24)
	other := (digits^plainDigits)&plainReach&^parted |
		((digits^threesDigits)&threesReach|uint64(sign^byte(first>>56))|rare[sign])&parted
	if other != 0 {
		return NHS.parse(c, at)
	}
	joined := first&0xffffff | first>>8&0xffffff000000 | last<<48
	eight, two := first^(first^joined)&parted, last>>(16&parted)
	valid := passes(eight, two)
	before, lead := c.Text[at-1], &glances[(byte(first)-'0')*10+(byte(first>>8)-'0')]
	if lead.closer|loud[before]|loud[c.Text[at+length]] != 0 ||
		before == ' ' && parted != 0 && identify.IsDigit(c.Text[at-2]) {
		if !valid && lead.others { // a time in seconds, mostly
			return identify.Match{}, false
		}
		return NHS.parse(c, at)
	}
	v := valueOf(eight, two)
	if placeholder(v) {
		return identify.Match{}, false
	}
	check := failed
	if valid {
		check = checksum
	}
	m := identify.Match{End: at + length, Value: v, Signals: check | uint32(parted)&grouped | lead.signals}
	return m, m.Signals&(failed|grouped) != failed|grouped
}

// glances has, for the first two digits, what a number of an NHS number's range is
// called for that, or that a closer look is wanted: unless it fails its check, where
// the numbers are of other schemes.
var glances = func() (t [256]struct {
	closer  uint64
	signals uint32
	others  bool
}) {
	for i := range t {
		t[i].closer, t[i].others = 1, i < 40
		if i < len(ranges) && ranges[i].scheme == NHS && ranges[i].issued {
			t[i].closer, t[i].signals = 0, inRange|ranges[i].test
		}
	}
	return t
}()

// rare is not zero for the bytes that seldom part the groups of a number, and loud
// for those beside which it may be a part of something longer.
var rare, loud = func() (seldom, beside [256]uint64) {
	for i := range seldom {
		if !common(byte(i)) {
			seldom[i] = 1
		}
		if !quiet[i] {
			beside[i] = 1
		}
	}
	return seldom, beside
}()
