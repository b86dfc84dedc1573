package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	contentfact "trustaudit/internal/probe/content/fact"
)

// explainedRecords bounds the records that a terminal shows of an item.
const explainedRecords = 5

// explainedText prints explanations for people.
type explainedText struct {
	w         *bufio.Writer
	threshold identify.Reason
	spaced    bool // something was printed before

	quiet, unread int64 // items of the target without evidence, and of these those not read in full
	shown         bool  // an item of the target was
	last          explained
}

func (t *explainedText) begin(target audit.Target, named bool) error {
	t.quiet, t.unread, t.shown = 0, 0, false
	if named {
		t.space()
		fmt.Fprintln(t.w, printable(string(target), maxPlace))
	}
	return nil
}

// space parts what follows from what was printed.
func (t *explainedText) space() {
	if t.spaced {
		fmt.Fprintln(t.w)
	}
	t.spaced = true
}

func (t *explainedText) item(e explained) error {
	if !e.evidence() {
		t.quiet, t.last = t.quiet+1, e
		if _, unread := e.Item.Unread(); unread {
			t.unread++
		}
		return nil
	}
	t.print(e)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// end tells of the items of the target that had no evidence in them; a single
// one is what was asked about.
func (t *explainedText) end() error {
	switch {
	case t.quiet == 1 && !t.shown:
		t.print(t.last)
	case t.quiet > 0:
		t.space()
		words := "hold nothing that is evidence"
		if t.quiet == 1 {
			words = "holds nothing that is evidence"
		}
		line := fmt.Sprintf("%s %s", plural(t.quiet, "other item"), words)
		if !t.shown {
			line = fmt.Sprintf("%s %s", plural(t.quiet, "item"), words)
		}
		if t.unread > 0 {
			line += fmt.Sprintf("; %s of them not read in full: --json says why", grouped(t.unread))
		}
		printWrapped(t.w, "", line+".")
	}
	return nil
}

func (t *explainedText) close(err error) error {
	if ferr := t.w.Flush(); ferr != nil {
		return errors.Join(err, fmt.Errorf("print: %w", ferr))
	}
	return err
}

// print tells all of an item.
func (t *explainedText) print(e explained) {
	t.shown = true
	t.space()
	fmt.Fprintln(t.w, printable(e.Item.Path, maxPlace))
	t.head(e.Item, len(e.Records) > 0)
	for _, r := range e.Records[:min(len(e.Records), explainedRecords)] {
		t.record(r)
	}
	if more := len(e.Records) - explainedRecords; more > 0 {
		fmt.Fprintf(t.w, "\n  %s of less weight: --json tells them\n", plural(int64(more), "more kind", "of record"))
	}
	if len(e.Columns) > 0 {
		printColumns(t.w, e.Columns)
	}
}

func (t *explainedText) head(i contentfact.Item, scored bool) {
	line := func(name, words string) {
		if words != "" {
			printWrapped(t.w, fmt.Sprintf("  %-12s ", name), words)
		}
	}
	line("format", cmp.Or(i.Format, "not known")+", "+plural(i.Size, "byte"))
	line("verdict", verdict(i))
	if scored {
		line("score", fmt.Sprintf("%+.1f bans: %s that the best record is a patient's", i.Score, odds(i.Score)))
	}
	line("excerpt", printable(i.Excerpt, maxPlace))
	line("identifiers", counted(i.Identifiers))
	if i.Clinical {
		line("clinical", "clinical content stands in the records or beside them")
	}
}

// verdict says what an item was judged to be, and what of it was not read.
func verdict(i contentfact.Item) string {
	words := "not identifiable"
	switch {
	case i.Identifiable && i.TestData:
		words = "identifiable by test data alone: " + plural(i.Records, "record")
	case i.Identifiable:
		words = "identifiable: " + plural(i.Records, "record")
	}
	reason := cmp.Or(i.Reason, i.SealDetail, string(i.Status))
	switch {
	case i.Status == contentfact.Read || i.ByChildren:
		return words
	case i.Status == contentfact.Partial:
		return words + "; read in part: " + printable(reason, maxPlace)
	case i.Identifiable:
		return words + "; not read: " + printable(reason, maxPlace)
	}
	return "not read: " + printable(reason, maxPlace)
}

// counted lists identifiers, most first.
func counted(all map[string]contentfact.Count) string {
	kinds := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(all[b].Count, all[a].Count), cmp.Compare(a, b))
	})
	var parts []string
	for _, kind := range kinds {
		c := all[kind]
		part := kind + " " + grouped(c.Count)
		if c.Distinct != c.Count {
			about := ""
			if c.Estimated {
				about = "about "
			}
			part += fmt.Sprintf(" (%s%s distinct)", about, grouped(c.Distinct))
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// record prints a sum: what it begins with, each addend, and what it is to
// reach.
func (t *explainedText) record(r explainedRecord) {
	where := fmt.Sprintf("row %s", grouped(r.Row))
	if r.Offset != nil {
		where = fmt.Sprintf("byte %s of the text", grouped(*r.Offset))
	}
	as := "at"
	if r.Count > 1 {
		as = "like the one at"
	}
	fmt.Fprintf(t.w, "\n  %s %s %s\n", plural(r.Count, "record"), as, where)
	kind, column, own := "", "", 0.0
	end := func() {
		if own < -0.005 && kind != identify.TopicKind {
			t.addend(-own, "  (no less)", "evidence of one kind never counts for less than nothing")
		}
	}
	for _, e := range r.Evidence {
		switch {
		case e.Signal == "":
			t.addend(e.Bans, e.Kind, e.Why)
			continue
		case e.Bans == 0 && e.Signal != identify.RejectedColumn:
			continue // it takes part in the judgement of a column or a name
		case e.Kind != kind || e.Column != column:
			end()
			kind, column, own = e.Kind, e.Column, 0
			fmt.Fprintf(t.w, "           %s%s\n", kind, inColumn(column))
		}
		own += e.Bans
		t.addend(e.Bans, "  "+e.Signal, e.Why)
	}
	end()
	reached := "not reached"
	if r.Score >= t.threshold.Bans {
		reached = "reached"
	}
	fmt.Fprintln(t.w, "    ─────")
	t.addend(r.Score, "sum", r.Odds)
	t.addend(t.threshold.Bans, "threshold", t.threshold.Why+": "+reached)
}

func (t *explainedText) addend(bans float64, name, why string) {
	printWrapped(t.w, fmt.Sprintf("    %s  %-18s ", signed(bans), name), why)
}

// signed writes bans in five places.
func signed(bans float64) string {
	if hundredths(bans) == 0 {
		return " 0.00"
	}
	return fmt.Sprintf("%+5.2f", bans)
}

func inColumn(name string) string {
	if name == "" {
		return ""
	}
	return " in " + printable(name, maxHeading)
}

func printColumns(w io.Writer, columns []explainedColumn) {
	fmt.Fprintln(w, "\n  columns")
	names, widest := make([]string, len(columns)), 0
	for i, c := range columns {
		names[i] = printable(cmp.Or(c.Name, fmt.Sprintf("column %d", c.Index+1)), maxHeading)
		widest = max(widest, utf8.RuneCountInString(names[i]))
	}
	for i, c := range columns {
		printWrapped(w, fmt.Sprintf("    %-*s  ", widest, names[i]), c.words())
	}
}

// words says what a column holds.
func (c explainedColumn) words() string {
	passed := fmt.Sprintf("%s of %s pass the check digit", grouped(int64(c.Passed)), plural(int64(c.Values), "value"))
	number := c.CheckDigit()
	switch {
	case c.Scrambled && number != "":
		return fmt.Sprintf("scrambled: called %s, but %s, as chance has it", number, passed)
	case c.Scrambled:
		return fmt.Sprintf("scrambled: called %s, but its values are none", c.Tested)
	case c.Kind != "" && number != "":
		return fmt.Sprintf("%s in %.0f %% of %s, %s distinct; %s", c.Kind, 100*c.Share, plural(c.Rows, "row"), grouped(c.Distinct), passed)
	case c.Kind != "":
		return fmt.Sprintf("%s in %.0f %% of %s, %s distinct", c.Kind, 100*c.Share, plural(c.Rows, "row"), grouped(c.Distinct))
	case c.Shape != "":
		return fmt.Sprintf("looks like digests: %s, %s distinct", c.Shape, grouped(c.Distinct))
	case number != "":
		return fmt.Sprintf("could be %ss: %s, too few to decide", number, passed)
	}
	return "could be " + c.Tested + ", too few to decide"
}

// The longest names that are shown, in characters.
const (
	maxPlace   = 300
	maxHeading = 30
)

// printable makes a name from a strange place fit for a terminal: one line, of
// bounded length, without signs that steer it.
func printable(name string, most int) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// plural counts things: "1 record", "1,200 records", "2 kinds of record".
func plural(n int64, thing string, rest ...string) string {
	if n != 1 {
		thing += "s"
	}
	return strings.Join(append([]string{grouped(n), thing}, rest...), " ")
}

// grouped writes a number with a comma before each three digits.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
