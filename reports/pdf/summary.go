package pdf

import (
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

// The bounds of the summary, which is one page.
const (
	summaryWarnings = 3
	summaryActions  = 5
	summaryFindings = 7
	summaryUnseen   = 4
	summaryTable    = 60.0 // the height that is kept for the worst finding
)

// drawSummary draws what a board reads: one page. The table of findings takes
// the room that the rest leaves.
func drawSummary(s *sheet, r *audit.Report) {
	s.section("2", "Summary", wholePage)
	s.paragraphs(s.texts["meaning"])
	f := font{"", 10.5, ink}
	if further := r.Warnings[s.warned:]; len(further) > 0 {
		s.subsection("Further reservations", 30)
		warnings, left := bounded(further, summaryWarnings)
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
		s.place(s.item(fmt.Sprint(i+1), a, f, 2))
	}
	s.note(more(left))
	unseen := s.unseen(r, summaryUnseen)
	for n := summaryUnseen - 1; n > 0 && s.y+heightOf(unseen)+2*subsectionHeight+summaryTable > bottom; n-- {
		unseen = s.unseen(r, n)
	}
	s.subsection("Worst findings", 60)
	s.worst(r, bottom-s.y-heightOf(unseen)-subsectionHeight)
	s.subsection("Not looked at", 30)
	s.place(unseen...)
}

// note sets a small remark; nothing when it is empty.
func (s *sheet) note(words string) {
	if words == "" {
		return
	}
	f := font{"I", 10.5, grey}
	s.place(s.lines(left, f, s.wrap(words, f, width, 4)), space(7))
}

// worst lists, within room points, the findings that weigh most and were not
// dismissed.
func (s *sheet) worst(r *audit.Report, room float64) {
	columns := []column{
		{title: "Severity", width: 17}, {title: "What", width: 36, max: 2},
		{title: "Where", width: 34, style: mono, max: 2}, number("Count", 13),
	}
	var rows [][]cell
	room -= tableHeadHeight + tableSkip
	for i := range r.Findings {
		f := &r.Findings[i]
		if dismissed(f) || f.Severity <= audit.Note {
			continue
		}
		row := []cell{s.severityCell(f.Severity), {words: f.Title}, {words: wording.Place(f.Target, f.Locator)}, {words: wording.Number(f.Count)}}
		room -= s.row(scaled(columns), row).height
		if len(rows) == summaryFindings || len(rows) > 0 && room < 0 {
			break
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		s.note("None.")
		return
	}
	s.table(columns, rows)
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

// unseen says in short what was not looked at, with most reasons at most.
func (s *sheet) unseen(r *audit.Report, most int) []block {
	f := font{"", 10.5, ink}
	var blocks []block
	rows, left := bounded(r.NotLookedAt, most)
	for _, n := range rows {
		blocks = append(blocks, s.item("–", fmt.Sprintf("%s in %s: %s", wording.Number(n.Count), n.Target, n.Reason), f, 2))
	}
	if left > 0 {
		blocks = append(blocks, s.item("–", "And "+wording.Plural(int64(left), "more reason", "more reasons")+", listed in section 3.", f, 1))
	}
	if len(rows) == 0 || !r.Run.Complete {
		blocks = append(blocks, s.item("–", wording.Unlisted(r), f, 4))
	}
	if words := wording.Untold(r); words != "" {
		blocks = append(blocks, s.item("–", words, f, 2))
	}
	if n := r.Conclusion.Untested; n > 0 {
		words := fmt.Sprintf("A scan can say nothing of %s of the %d outcomes (section 5).", wording.Number(n), len(r.Opinions))
		blocks = append(blocks, s.item("–", words, f, 2))
	}
	return blocks
}
