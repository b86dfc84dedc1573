package identify_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	"trustaudit/internal/identify/all"
)

// TestSketchesOfLongColumns holds that the values of a column are sketched as
// long as its sketch may be of interest, also when other columns hold the same.
func TestSketchesOfLongColumns(t *testing.T) {
	const rows = 1000 // more than a test looks at
	r := rand.New(rand.NewPCG(6, 6))
	s := newScanner()
	s.Table("", []string{"", "", "NHS number", "invoice", "Date of birth", ""})
	for i := range rows {
		valid, other := fmt.Append(nil, testNumber(r)), fmt.Append(nil, 6_000_000_000+int64(i)*7919%1_000_003)
		day := fmt.Appendf(nil, "%d-%02d-%02d", 1900+i/10, 1+i%10, 1+i%28)
		s.Row([][]byte{valid, valid, other, other, day, fmt.Appendf(nil, "%012x", r.Uint64()>>16|1<<47)})
	}
	distinct := map[int]int64{}
	for _, c := range s.Finish().Columns {
		distinct[c.Index] = c.Distinct
		if !c.Sketch.Full {
			t.Errorf("column %d: the sketch holds %d digests and is not full", c.Index, len(c.Sketch.Lowest))
		}
	}
	for column, want := range map[int]int64{0: rows, 1: rows, 2: rows, 4: rows, 5: rows} {
		if got := distinct[column]; got < want*9/10 || got > want {
			t.Errorf("column %d: %d distinct values, want nearly %d", column, got, want)
		}
	}
	if _, ok := distinct[3]; ok {
		t.Error("a column of random numbers is reported")
	}
}

// TestCalled holds that a kind that wants to be called by its name is asked where
// the heading or the row calls it so, and where nothing calls anything anything.
func TestCalled(t *testing.T) {
	for text, want := range map[string]bool{
		"csv:Ward,Hospital number\n1,RXH123456": true,
		"csv:Ward,Bed\n1,RXH123456":             false,
		"csv:Ward\n1,RXH123456":                 false,
		"rows:1,RXH123456":                      true,
		"rows:Hospital number,RXH123456":        true,
		"rows:Invoice,RXH123456":                true,
	} {
		kinds, asked := all.Kinds(), false
		for i := range kinds {
			if cell := kinds[i].Cell; kinds[i].Name == "hospital-number" {
				kinds[i].Cell = func(c *identify.Context, shape identify.CellShape) (m identify.Match, tested, ok bool) {
					asked = asked || string(c.Text) == "RXH123456"
					return cell(c, shape)
				}
			}
		}
		scanText(identify.NewScanner(identify.Config{Kinds: kinds, Key: audit.NewKey([32]byte{7}), Now: now}), text)
		if asked != want {
			t.Errorf("%q: asked %v, want %v", text, asked, want)
		}
	}
}
