package identify

import (
	"strings"
	"testing"
)

// TestCellKinds holds the table of what a cell is made of against the ranges
// that it was made of.
func TestCellKinds(t *testing.T) {
	ranges := []CellRanges{
		{},
		{Digits: Range{Below: 1}, Letters: Range{From: 2}},
		{Digits: Range{From: 4, Below: 17}, Length: Range{Below: 41}},
		{Other: Range{From: 2}, Length: Range{From: 6, Below: maxCell + 1}, Called: true},
	}
	cell := func(*Context, CellShape) (m Match, tested, ok bool) { return m, false, false }
	kinds := []Kind{{Name: "without cells"}}
	for _, r := range ranges {
		kinds = append(kinds, Kind{Cells: r, Cell: cell})
	}
	kinds[3].Column.CheckDigit = true
	asks := readCells(kinds)
	counts := []int{0, 1, 2, 3, 4, 5, 6, 16, 17, 40, 41, maxCell}
	for _, digits := range counts {
		for _, letters := range counts {
			for _, other := range counts {
				for _, length := range counts {
					got := asks.of(&CellShape{Digits: digits, Letters: letters, Other: other}, length)
					for i, r := range ranges {
						want := r.Digits.has(digits) && r.Letters.has(letters) && r.Other.has(other) && r.Length.has(length)
						if got.has(i+1) != want {
							t.Fatalf("%d digits, %d letters, %d other, of %d: %+v asked %v, want %v", digits, letters, other, length, r, !want, want)
						}
					}
					if got.has(0) {
						t.Fatal("a kind that reads no cells is asked about one")
					}
				}
			}
		}
	}
	if asks.called != 1<<4 || asks.checked != 1<<3 {
		t.Errorf("called for %b, with a check digit %b; want kind 4 and kind 3", asks.called, asks.checked)
	}
}

func TestRange(t *testing.T) {
	for _, tt := range []struct {
		r         Range
		in, above int
	}{{Range{}, 0, -1}, {Range{Below: 1}, 0, 1}, {Range{From: 4, Below: 17}, 16, 17}, {Range{From: 17}, 17, 16}} {
		if !tt.r.has(tt.in) || tt.r.has(tt.above) && tt.above >= 0 {
			t.Errorf("%+v: has %d %v, has %d %v", tt.r, tt.in, tt.r.has(tt.in), tt.above, tt.r.has(tt.above))
		}
	}
}

// TestTakenOff holds the digits taken off eight at a time to arithmetic.
func TestTakenOff(t *testing.T) {
	for k := range uint64(10) {
		for _, digits := range []string{"01234567", "98989898", "00000000", "99999999", "50505050"} {
			got := takenOff(k, word([]byte(digits)))
			for i := range digits {
				want := '0' + (digits[i]-'0'+10-byte(k))%10
				if ch := byte(got >> (8 * i)); ch != want {
					t.Errorf("%d off %s: place %d is %c, want %c", k, digits, i, ch, want)
				}
			}
		}
	}
}

func TestShapeOf(t *testing.T) {
	const long = 1 << 17 // more than a lane holds
	for text, want := range map[string]CellShape{
		"":                         {},
		"Flat 2, EX4\t8AG":         {Digits: 3, Letters: 8, Upper: 5, Spaces: 2, Other: 2},
		"Siân":                     {Letters: 3, Upper: 1, Other: 2},
		strings.Repeat("7", long):  {Digits: long},
		strings.Repeat("aZ", long): {Letters: 2 * long, Upper: long},
		strings.Repeat(" -", long): {Spaces: long, Other: long},
	} {
		if got := ShapeOf([]byte(text)); got != want {
			t.Errorf("%.20q: %+v, want %+v", text, got, want)
		}
	}
}

// TestCalledAnew holds that what a column was called first decides nothing once
// it is called something else.
func TestCalledAnew(t *testing.T) {
	kinds := []Kind{{Name: "nhs-number", Column: ColumnRule{Null: 0.1, CheckDigit: true}}}
	s := &Scanner{config: Config{Kinds: kinds}, rules: &rules{headings: []headings{readHeadings("nhs-number")}, asks: readCells(kinds), topical: -1}}
	for _, tt := range []struct {
		heading string
		want    bool
	}{{"", true}, {"Invoice", false}, {"NHS number", true}} {
		s.call(0, tt.heading)
		if got := s.mayReport(&s.columns[0], 0); got != tt.want {
			t.Errorf("called %q: may be reported %v, want %v", tt.heading, got, tt.want)
		}
	}
}
