package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"trustaudit/internal/accuracy/material"
	"trustaudit/internal/identify"
)

// reading is the score of one record, and whether it identifies a patient.
type reading struct {
	score    float64 // in bans: log10 of the odds that it does
	positive bool
}

// predicted is the probability that a score stands for: a score is the log10 of
// the odds, the prior included.
func (r reading) predicted() float64 { return 1 / (1 + math.Pow(10, -r.score)) }

// readings add up readings of one kind.
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
func (b readings) observed() float64 { return share(int64(b.positive), int64(b.n)) }
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
	table(w, "records: score in bans against what is true (predicted: 1/(1+10^-score))", func(row func(string, ...any)) {
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

// recordStudy is what was found in single records.
type recordStudy struct {
	verdicts  counts
	all       reliability
	inner     []reading // those between the bounds
	silent    readings  // those in which there was no evidence, and so no score
	templates map[string]*readings
	surprises []surprise
}

// measureRecords measures single records of known truth.
func (s *study) measureRecords(context.Context) error {
	config := scannerConfig()
	config.Explain = true
	scanner := identify.NewScanner(config)
	found := recordStudy{templates: map[string]*readings{}}
	for r := range material.Records(s.seed, s.records) {
		found.add(r, readRecord(scanner, r))
	}
	found.print(s.out)
	if s.list {
		printRecordTemplates(s.out, found.templates)
		printSurprises(s.out, found.surprises)
	}
	wrong, n := found.all.calibrationError(), found.all.inner()
	s.promise("records: calibration error under 5 points, on 500 records or more between -2 and +2 bans",
		fmt.Sprintf("%.1f on %d", 100*wrong, n), wrong < 0.05 && n >= 500)
	return nil
}

func (f *recordStudy) add(r material.Record, sum identify.Summary) {
	one := reading{sum.Score, r.Identifiable}
	f.verdicts.add(judgeRecord(sum.Identifiable, r.Identifiable))
	if sum.Score == 0 && !sum.Identifiable { // 0 is said where there is no evidence
		f.silent.add(one)
		return
	}
	f.all.add(one)
	if math.Abs(one.score) <= binBound {
		f.inner = append(f.inner, one)
	}
	if f.templates[r.Template] == nil {
		f.templates[r.Template] = &readings{}
	}
	f.templates[r.Template].add(one)
	f.surprises = append(f.surprises, surprise{r, one, sum.Explained})
	slices.SortStableFunc(f.surprises, func(a, b surprise) int { return cmp.Compare(b.size(), a.size()) })
	f.surprises = f.surprises[:min(len(f.surprises), surprisesListed)]
}

func (f *recordStudy) print(w io.Writer) {
	table(w, "records: identifiable or not", func(row func(string, ...any)) {
		row(verdictHeading)
		row("%s", f.verdicts.cells())
	})
	f.all.print(w)
	fmt.Fprintf(w, "\nrecords: without any evidence, and so without a score: %d, %.1f %% of them positive\n", f.silent.n, 100*f.silent.observed())
	fmt.Fprintf(w, "records: expected calibration error between -2 and +2 bans: %.1f points over %d records\n", 100*f.all.calibrationError(), f.all.inner())
	a, b := fit(f.inner)
	fmt.Fprintf(w, "records: there, %+.2f %+.2f x score would fit what is true best (calibrated: +0.00 +1.00)\n", a, b)
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

// surprise is a record whose score says the opposite of what is true.
type surprise struct {
	record  material.Record
	reading reading
	why     []identify.Record
}

// surprisesListed is how many records are listed.
const surprisesListed = 40

// size is how far the score is on the wrong side.
func (s surprise) size() float64 {
	if s.reading.positive {
		return -s.reading.score
	}
	return s.reading.score
}

// printSurprises lists the records that were judged most wrongly, with the
// evidence.
func printSurprises(w io.Writer, all []surprise) {
	fmt.Fprintf(w, "\nrecords: the most wrongly judged\n")
	for _, s := range all {
		is := "is no patient's"
		if s.reading.positive {
			is = "is a patient's"
		}
		fmt.Fprintf(w, "  %+.2f but %s [%s] %q\n", s.reading.score, is, s.record.Template, s.text())
		for _, r := range s.why[:min(len(s.why), 1)] {
			fmt.Fprint(w, "   ")
			for _, a := range r.Addends {
				fmt.Fprintf(w, " %s %s %+.2f;", a.Kind, a.Signal, a.Bans)
			}
			fmt.Fprintln(w)
		}
	}
}

// text is the record as one line; all of it is made up.
func (s surprise) text() string {
	r := s.record
	if r.Text != "" {
		return r.Text
	}
	if len(r.Columns) > 0 {
		return strings.Join(r.Columns, " | ") + " => " + strings.Join(r.Cells, " | ")
	}
	return strings.Join(r.Cells, " | ")
}
