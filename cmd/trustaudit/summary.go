package main

import (
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"trustaudit/internal/audit"
)

// summaryRows bounds the findings that a terminal shows.
const summaryRows = 20

// printSummary prints a judgement for people.
func (a *app) printSummary(j *judged) {
	r := j.report
	fmt.Fprintf(a.stdout, "\n%s\n%s, edition %s\n\n", r.Title, r.Engagement.Client.Name, r.Edition.ID)
	for _, w := range r.Warnings {
		printWrapped(a.stdout, "! ", w)
	}
	fmt.Fprintln(a.stdout)
	printWrapped(a.stdout, "", r.Conclusion.Words)
	printFindings(a.stdout, j)
	printOpinions(a.stdout, r)
}

func printFindings(w io.Writer, j *judged) {
	if len(j.report.Findings) > 0 {
		fmt.Fprintln(w, "\nFindings, worst first:")
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, f := range j.report.Findings {
		if i == summaryRows {
			fmt.Fprintf(table, "  … and %d more: 'trustaudit results' and the report list them\n", len(j.report.Findings)-i)
			break
		}
		severity := strings.ToUpper(f.Severity.String())
		if f.Adjudication != nil {
			severity = string(f.Adjudication.Verdict)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", severity, f.Title, place(f.Target, f.Locator), times(f.Count), f.ID)
	}
	for _, result := range j.results {
		if result.State == audit.Inconclusive {
			fmt.Fprintf(table, "  INCONCLUSIVE\t%s: %s\t%s\t\t\n", result.Check, shorten(result.Reason), place(result.Target, ""))
		}
	}
	table.Flush()
}

// place names where a finding is, as short as is clear.
func place(target audit.Target, locator string) string {
	switch target.Scheme() {
	case "estate", "tcp":
		if locator != "" {
			return locator
		}
		return strings.TrimPrefix(string(target), "tcp://")
	case "file", "sqlite":
		name := path.Base(string(target))
		switch locator {
		case "", ".":
			return name
		}
		return name + "/" + locator
	}
	return strings.TrimSpace(string(target) + " " + locator)
}

// shorten keeps a reason to what a line of a table can hold.
func shorten(reason string) string {
	const most = 70
	if runes := []rune(reason); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return reason
}

func times(n int64) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("×%d", n)
}

func printOpinions(w io.Writer, r *audit.Report) {
	fmt.Fprintln(w, "\nOutcomes that the evidence bears on (a scan refutes or caps; it never proves):")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  OUTCOME\tTHE SCAN\tPROPOSED\tREQUIRED\tCLAIMED\tTITLE")
	for _, o := range r.Opinions {
		if o.Standing == audit.NotAssessed {
			continue
		}
		required := levelWords(o.Required, "-")
		if o.Confidence != audit.RowConfirmed {
			required += " (unconfirmed)"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%s\n", o.Outcome, o.Standing, levelWords(o.Proposed, "no limit"),
			required, levelWords(o.Claimed, "-"), o.Title)
	}
	table.Flush()
	fmt.Fprintf(w, "  The scan does not assess %d other outcomes.\n", r.Conclusion.Untested)
}

// levelWords names a level, or says what its absence means.
func levelWords(l audit.Level, absent string) string {
	if l == "" {
		return absent
	}
	return strings.ReplaceAll(string(l), "_", " ")
}

// printWrapped prints words in lines of a terminal's width.
func printWrapped(w io.Writer, lead, words string) {
	const width = 100
	line := lead
	for _, word := range strings.Fields(words) {
		if utf8.RuneCountInString(line)+utf8.RuneCountInString(word)+1 > width && line != lead {
			fmt.Fprintln(w, line)
			line = strings.Repeat(" ", utf8.RuneCountInString(lead))
		}
		if strings.TrimSpace(line) != "" && line != lead {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}
