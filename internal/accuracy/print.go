package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// table writes rows of tab-separated cells in columns.
func table(w io.Writer, title string, rows func(row func(format string, args ...any))) {
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows(func(format string, args ...any) { fmt.Fprintf(t, "  "+format+"\n", args...) })
	t.Flush()
}

const verdictHeading = "TP\tFP\tFN\tTN\tunread\t(of them positive)\taside\tprecision\trecall\tF1"

func (c counts) cells() string {
	return fmt.Sprintf("%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s", c.TP, c.FP, c.FN, c.TN, c.Unread, c.UnreadPositive, c.Aside,
		percent(c.precision()), percent(c.recall()), percent(c.f1()))
}

// print writes the tables of a survey of files.
func (s *survey) print(w io.Writer, of string) {
	table(w, of+": files, identifiable or not", func(row func(string, ...any)) {
		row("corpus\tformats\t%s", verdictHeading)
		for _, p := range s.places() {
			row("%s\t%s", p, s.files[p][ours].cells())
		}
	})
	table(w, of+": files, by detector (a keyword is NHS, national health, health and care n…, H&C, patient, CHI, HCN, MRN or PID|; distances in bytes)", func(row func(string, ...any)) {
		row("corpus\tformats\tdetector\t%s", verdictHeading)
		for _, p := range s.places() {
			if p.corpus != "" {
				continue
			}
			for d := range allDetectors {
				row("%s\t%s\t%s", p, d, s.files[p][d].cells())
			}
		}
	})
	table(w, of+": distinct NHS, CHI and H&C numbers in files that were read", func(row func(string, ...any)) {
		row("corpus\tformats\tright\texcess\tlacking\tprecision\trecall\tF1")
		for _, p := range s.places() {
			c := s.numbers[p]
			if p.corpus != "" && c.TP+c.FP+c.FN == 0 {
				continue
			}
			row("%s\t%d\t%d\t%d\t%s\t%s\t%s", p, c.TP, c.FP, c.FN, percent(c.precision()), percent(c.recall()), percent(c.f1()))
		}
	})
	table(w, of+": kinds of identifier, where they were accepted", func(row func(string, ...any)) {
		row("kind\tpositive files\tnegative files\toccurrences")
		for _, kind := range slices.Sorted(maps.Keys(s.kinds)) {
			use := s.kinds[kind]
			row("%s\t%d\t%d\t%d", kind, use.inPositives, use.inNegatives, use.occurrences)
		}
	})
	s.printNegatives(w, of)
}

func (s *survey) printNegatives(w io.Writer, of string) {
	n := s.negatives
	perGB := func(count int64) float64 { return float64(count) / max(float64(n.bytes), 1) * 1e9 }
	fmt.Fprintf(w, "\n%s: negatives: %d files read, %d bytes; %d called identifiable (%.2f per GB), %d false numbers (%.2f per GB)\n",
		of, n.files, n.bytes, n.identifiable, perGB(n.identifiable), n.numbers, perGB(n.numbers))
}

// printWrong lists the files that were judged wrongly, worst first: wrong
// verdicts, then what could not be read, then wrong numbers.
func (s *survey) printWrong(w io.Writer, of string) {
	fmt.Fprintf(w, "\n%s: wrong files\n", of)
	slices.SortStableFunc(s.wrong, func(a, b outcome) int { return cmp.Compare(a.fault(), b.fault()) })
	for _, o := range s.wrong {
		fmt.Fprintf(w, "  %-8s %s\n", o.fault(), o.describe())
	}
}

// fault says what is wrong with a file's judgement, so that the words sort.
type fault int

// The faults, worst first.
const (
	faultMissed fault = iota
	faultFalse
	faultUnread
	faultNumbers
)

func (f fault) String() string { return [...]string{"MISSED", "FALSE", "UNREAD", "NUMBERS"}[f] }

func (o *outcome) fault() fault {
	switch c := o.judge(ours); {
	case c.FN > 0:
		return faultMissed
	case c.FP > 0:
		return faultFalse
	case c.UnreadPositive > 0:
		return faultUnread
	}
	return faultNumbers
}

func (o *outcome) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s, %s]", o.name, o.truth.Format, o.status)
	if o.reason != "" {
		fmt.Fprintf(&b, " (%s)", o.reason)
	}
	fmt.Fprintf(&b, " numbers %d of %d", o.numbers, o.truth.Numbers)
	if o.truth.Records >= 0 {
		fmt.Fprintf(&b, ", records %d of %d", o.records, o.truth.Records)
	}
	fmt.Fprintf(&b, ", score %.2f", o.score)
	for _, kind := range slices.Sorted(maps.Keys(o.kinds)) {
		fmt.Fprintf(&b, ", %s %d/%d", kind, o.kinds[kind].Distinct, o.kinds[kind].Count)
	}
	if o.excerpt != "" {
		fmt.Fprintf(&b, ": %s", o.excerpt)
	}
	return b.String()
}

// bar is a figure that the project promises.
type bar struct {
	what, figure string
	met          bool
}

func (s *study) promise(what, figure string, met bool) {
	s.bars = append(s.bars, bar{what, figure, met})
}

func (s *study) printBars() {
	table(s.out, "bars", func(row func(string, ...any)) {
		for _, b := range s.bars {
			word := "MISS"
			if b.met {
				word = "pass"
			}
			row("%s\t%s\t%s", word, b.what, b.figure)
		}
	})
}

// promiseFiles holds the figures on text formats against their bars.
func (s *study) promiseFiles(of string, c counts) {
	s.promise(of+": file recall on text formats, 99.5 % or more", percent(c.recall()), c.recall() >= 0.995)
	s.promise(of+": file precision on text formats, 99 % or more", percent(c.precision()), c.precision() >= 0.99)
}
