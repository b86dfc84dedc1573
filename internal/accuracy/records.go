package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"trustaudit/internal/accuracy/material"
	"trustaudit/internal/identify"
)

// reading is the score of one record, and whether it identifies a patient.
type reading struct {
	score    float64 // in bans: log10 of the odds that it does
	positive bool
}

// predicted is the probability that a score stands for. The threshold is at a
// hundred to one and a score of 0 at evens, so that a score is the odds
// themselves.
func (r reading) predicted() float64 { return 1 / (1 + math.Pow(10, -r.score)) }

// group of readings.
type readings struct {
	n         int
	positive  int
	predicted float64 // sum
}

func (b *readings) add(r reading) {
	b.n++
	b.predicted += r.predicted()
	if r.positive {
		b.positive++
	}
}

// observed and expected are the shares of positives, counted and predicted.
func (b readings) observed() float64 { return float64(b.positive) / float64(b.n) }
func (b readings) expected() float64 { return b.predicted / float64(b.n) }

// The reliability table: bins of half a ban between -2 and 2, and what is
// outside on either side.
const (
	binWidth  = 0.5
	binBound  = 2.0
	innerBins = int(2 * binBound / binWidth)
)

// reliability is the readings by score; the first and last bin are outside.
type reliability [innerBins + 2]readings

// binOf puts -2 and 2 themselves into the inner bins.
func binOf(score float64) int {
	switch {
	case score < -binBound:
		return 0
	case score > binBound:
		return innerBins + 1
	}
	return 1 + min(int(math.Floor((score+binBound)/binWidth)), innerBins-1)
}

func (r *reliability) add(one reading) { r[binOf(one.score)].add(one) }

// inner is how many readings lie between the bounds.
func (r *reliability) inner() int {
	n := 0
	for _, b := range r[1 : innerBins+1] {
		n += b.n
	}
	return n
}

// calibrationError is the expected calibration error between the bounds: how
// far the shares of positives are from what the scores predict, bin by bin,
// weighed by their readings. It is NaN when there are none.
func (r *reliability) calibrationError() float64 {
	sum := 0.0
	for _, b := range r[1 : innerBins+1] {
		sum += math.Abs(b.predicted - float64(b.positive))
	}
	return sum / float64(r.inner())
}

func binName(i int) string {
	from := -binBound + float64(i-1)*binWidth
	switch i {
	case 0:
		return fmt.Sprintf("below %+.1f", -binBound)
	case innerBins + 1:
		return fmt.Sprintf("above %+.1f", binBound)
	}
	return fmt.Sprintf("%+.1f to %+.1f", from, from+binWidth)
}

func (r *reliability) print(w io.Writer) {
	table(w, "records: score in bans against what is true (probability 1/(1+10^-score): 0 bans are evens)", func(row func(string, ...any)) {
		row("bans\trecords\tpredicted %%\tobserved %%\tdifference in points")
		for i, b := range r {
			if b.n == 0 {
				row("%s\t0\t-\t-\t-", binName(i))
				continue
			}
			row("%s\t%d\t%.1f\t%.1f\t%+.1f", binName(i), b.n, 100*b.expected(), 100*b.observed(), 100*(b.observed()-b.expected()))
		}
	})
}

// measureRecords measures single records of known truth.
func (s *study) measureRecords(context.Context) error {
	scanner := identify.NewScanner(scannerConfig())
	var all reliability
	var verdicts counts
	silent := 0
	templates := map[string]*readings{}
	for r := range material.Records(s.seed, s.records) {
		sum := readRecord(scanner, r)
		one := reading{sum.Score, r.Identifiable}
		all.add(one)
		verdicts.add(judgeRecord(sum.Identifiable, r.Identifiable))
		if sum.Score == 0 {
			silent++
		}
		if templates[r.Template] == nil {
			templates[r.Template] = &readings{}
		}
		templates[r.Template].add(one)
	}
	table(s.out, "records: identifiable or not", func(row func(string, ...any)) {
		row(verdictHeading)
		row("%s", verdicts.cells())
	})
	all.print(s.out)
	fmt.Fprintf(s.out, "\nrecords: expected calibration error between -2 and +2 bans: %.1f points over %d records; %d score exactly 0\n",
		100*all.calibrationError(), all.inner(), silent)
	if s.list {
		printRecordTemplates(s.out, templates)
	}
	s.promise("records: calibration error under 5 points, on 500 records or more between -2 and +2 bans",
		fmt.Sprintf("%.1f on %d", 100*all.calibrationError(), all.inner()), all.calibrationError() < 0.05 && all.inner() >= 500)
	return nil
}

// readRecord gives a scanner one record and nothing else.
func readRecord(scanner *identify.Scanner, r material.Record) identify.Summary {
	scanner.Reset()
	if r.Text != "" {
		scanner.Text([]byte(r.Text))
		return scanner.Finish()
	}
	cells := make([][]byte, len(r.Cells))
	for i, c := range r.Cells {
		cells[i] = []byte(c)
	}
	scanner.Table("", r.Columns)
	scanner.Row(cells)
	return scanner.Finish()
}

func judgeRecord(said, is bool) counts {
	switch {
	case said && is:
		return counts{TP: 1}
	case said:
		return counts{FP: 1}
	case is:
		return counts{FN: 1}
	}
	return counts{TN: 1}
}

// printRecordTemplates lists the templates of records, those first whose scores
// say least what is true.
func printRecordTemplates(w io.Writer, templates map[string]*readings) {
	gap := func(name string) float64 {
		t := templates[name]
		return math.Abs(t.predicted - float64(t.positive))
	}
	names := slices.SortedFunc(maps.Keys(templates), func(a, b string) int {
		return cmp.Or(cmp.Compare(gap(b), gap(a)), cmp.Compare(a, b))
	})
	table(w, "records: by template, the furthest off first", func(row func(string, ...any)) {
		row("template\trecords\tpredicted %%\tobserved %%\tdifference in points")
		for _, name := range names {
			t := templates[name]
			row("%s\t%d\t%.1f\t%.1f\t%+.1f", name, t.n, 100*t.expected(), 100*t.observed(), 100*(t.observed()-t.expected()))
		}
	})
}
