package pdf

import (
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

// The bounds of the summary, which is one page.
const (
	summaryWarnings = 5
	summaryActions  = 5
	summaryFindings = 5
	summaryUnseen   = 4
)

// drawSummary draws what a board reads: one page.
func drawSummary(s *sheet, r *audit.Report) {
	s.section("Summary")
	s.paragraphs(s.texts["meaning"])
	f := font{"", 10.5, ink}
	if len(r.Warnings) > 0 {
		s.subsection("Before you rely on this report", 30)
		warnings, left := bounded(r.Warnings, summaryWarnings)
		for _, w := range warnings {
			s.place(s.item("!", w, f, 2))
		}
		s.note(more(left))
	}
	s.subsection("First things to do", 30)
	if len(r.Conclusion.Actions) == 0 {
		s.note("None follows from the findings.")
	}
	actions, left := bounded(r.Conclusion.Actions, summaryActions)
	for i, a := range actions {
		s.place(s.item(fmt.Sprint(i+1), a, f, 3))
	}
	s.note(more(left))
	s.subsection("Worst findings", 60)
	s.worst(r)
	s.subsection("Not looked at", 30)
	s.unseen(r)
}

// note sets a small remark; nothing when it is empty.
func (s *sheet) note(words string) {
	if words == "" {
		return
	}
	f := font{"I", 10.5, grey}
	s.place(s.lines(left, f, s.wrap(words, f, width, 4)), space(4))
}

// worst lists the findings that weigh most and were not dismissed.
func (s *sheet) worst(r *audit.Report) {
	var rows [][]cell
	for i := range r.Findings {
		f := &r.Findings[i]
		if dismissed(f) || f.Severity <= audit.Note || len(rows) == summaryFindings {
			continue
		}
		rows = append(rows, []cell{s.severityCell(f.Severity), {words: f.Title}, {words: wording.Place(f.Target, f.Locator)}, {words: wording.Number(f.Count)}})
	}
	if len(rows) == 0 {
		s.note("None.")
		return
	}
	s.table([]column{{title: "Severity", width: 17}, {title: "What", width: 37, max: 2}, {title: "Where", width: 36, style: mono, max: 2}, {title: "Count", width: 10, right: true, max: 1}}, rows)
}

func dismissed(f *audit.ReportFinding) bool {
	return f.Adjudication != nil && f.Adjudication.Verdict == audit.Dismissed
}

// severityCell shows a severity: its letter in a coloured field, and its word.
func (s *sheet) severityCell(severity audit.Severity) cell {
	return cell{draw: func(x, y, _ float64) { s.chip(x, y, severity) }}
}

// chip draws a severity 13 points high.
func (s *sheet) chip(x, y float64, severity audit.Severity) {
	look := wording.OfSeverity(severity)
	s.fill(x, y, 13, 13, look.Colour)
	letter := font{"B", smallSize, white}
	s.use(letter)
	s.text(x+6.5-s.pdf.GetStringWidth(look.Letter)/2, y+9.8, letter, look.Letter)
	s.text(x+18, y+10, font{"B", tableSize, look.Colour}, look.Word)
}

// unseen says in short what was not looked at.
func (s *sheet) unseen(r *audit.Report) {
	f := font{"", 10.5, ink}
	rows, left := bounded(r.NotLookedAt, summaryUnseen)
	for _, n := range rows {
		s.place(s.item("–", fmt.Sprintf("%s in %s: %s", wording.Number(n.Count), n.Target, n.Reason), f, 2))
	}
	s.note(more(left))
	if len(rows) == 0 {
		s.place(s.item("–", "Nothing in scope was left out. Section 3 says what the method cannot see.", f, 2))
	}
	if n := r.Conclusion.Untested; n > 0 {
		s.place(s.item("–", fmt.Sprintf("A scan can say nothing of %s of the %d outcomes (section 5).", wording.Number(n), len(r.Opinions)), f, 2))
	}
}
