package pdf

import (
	"fmt"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

// The bounds of the list of findings.
const (
	fullFindings  = 500    // printed with all that is said of them
	tableFindings = 10_000 // printed as a row of a table after those
	exemplars     = 5
)

// drawFindings lists the findings, worst first, as they come.
func drawFindings(s *sheet, r *audit.Report) {
	if len(r.Findings) == 0 {
		s.section("4", "Findings", 120)
		s.paragraphs([]string{"None. That the scan found nothing does not show that nothing is wrong: section 3 says what was looked at, and what was not."})
		return
	}
	s.section("4", "Findings", 330)
	s.paragraphs([]string{fmt.Sprintf("%s, worst first. Excerpts are masked. A finding keeps its identifier from year to year. Count is how often the cause occurs at the place.",
		wording.Plural(int64(len(r.Findings)), "finding", "findings"))})
	s.y += 8
	told := map[string]int{}
	full, rest := wording.Split(r.Findings, fullFindings)
	for i := range full {
		s.finding(full[i].Number, &full[i].ReportFinding, told)
	}
	if len(rest) > 0 {
		s.compact(rest)
	}
}

// finding prints one finding. What was already told of its check (remedy and
// bearings) is referred to and not told again.
func (s *sheet) finding(n int, f *audit.ReportFinding, told map[string]int) {
	bar := wording.OfSeverity(f.Severity).Colour
	if dismissed(f) {
		bar = rule
	}
	key := fmt.Sprint(f.Check, "\x00", f.Remedy, "\x00", f.Bearings)
	blocks := []block{s.findingHead(n, f)}
	blocks = append(blocks, s.findingPlace(f)...)
	blocks = append(blocks, s.exemplars(f)...)
	if before, known := told[key]; known {
		blocks = append(blocks, s.labelled("Remedy", []string{fmt.Sprintf("As told at finding %d, with the indicators that it bears on.", before)}, font{"", 10, ink}, 1)...)
	} else {
		told[key] = n
		blocks = append(blocks, s.bearings(f)...)
		if f.Remedy != "" {
			blocks = append(blocks, s.labelled("Remedy", wording.Paragraphs(f.Remedy), font{"", 10.5, ink}, 0)...)
		}
	}
	if f.Adjudication != nil {
		blocks = append(blocks, s.adjudication(f.Adjudication))
	}
	// The head stays with what follows it, wherever the rest may break.
	first := min(3, len(blocks))
	ruled := []block{s.ruled(joined(blocks[:first]), bar)}
	for _, b := range blocks[first:] {
		ruled = append(ruled, s.ruled(b, bar))
	}
	// Nor does the auditor's word stand alone on a page.
	if f.Adjudication != nil {
		i := max(0, len(ruled)-2)
		for i > 0 && ruled[i].gap {
			i--
		}
		ruled = append(ruled[:i], joined(slices.Clone(ruled[i:])))
	}
	s.flow(append(ruled, space(16)))
}

// ruled draws a bar in the colour of the severity beside a block.
func (s *sheet) ruled(b block, color string) block {
	return block{height: b.height, gap: b.gap, draw: func(y float64) {
		s.fill(left, y, 3, b.height, color)
		b.draw(y)
	}}
}

// inset is where the text of a finding begins.
const inset = left + 14

// labelWidth is the room for the labels of a finding.
const labelWidth = 64.0

func (s *sheet) findingHead(n int, f *audit.ReportFinding) block {
	title := font{"B", 12, ink}
	head := s.lines(inset, title, s.wrap(fmt.Sprintf("%d. %s", n, f.Title), title, width-14, 3))
	return block{height: head.height + 21, draw: func(y float64) {
		s.chip(inset, y, f.Severity)
		if dismissed(f) {
			s.text(inset+70, y+10, font{"I", tableSize, grey}, "dismissed, not counted")
		}
		s.textRight(right, y+10, font{mono, 8.6, grey}, f.ID)
		head.draw(y + 17)
	}}
}

// labelled sets a label, and paragraphs beside it. The label stays with the
// first of them.
func (s *sheet) labelled(label string, words []string, f font, max int) []block {
	var blocks []block
	for _, p := range words {
		if max > 0 {
			blocks = append(blocks, s.lines(inset+labelWidth, f, s.wrap(p, f, right-inset-labelWidth, max)))
			continue
		}
		blocks = append(blocks, s.prose(inset+labelWidth, right-inset-labelWidth, f, p)...)
	}
	if len(blocks) == 0 {
		return nil
	}
	body := blocks[0]
	blocks[0] = block{height: body.height, draw: func(y float64) {
		s.text(inset, y+f.size, font{"B", smallSize, grey}, label)
		body.draw(y)
	}}
	return append(blocks, space(3))
}

func (s *sheet) findingPlace(f *audit.ReportFinding) []block {
	place := font{mono, 9, ink}
	blocks := s.labelled("Where", []string{wording.Place(f.Target, f.Locator)}, place, 4)
	words := wording.Plural(f.Count, "occurrence", "occurrences") + " · " + f.Check
	blocks = append(blocks, s.labelled("Count", []string{words}, font{"", 10, ink}, 2)...)
	blocks = append(blocks, s.several("Seen", wording.Seen(*f), 4)...)
	return append(blocks, s.several("Set", wording.Settings(*f), 0)...)
}

// several sets a label, and beside it what there is of it, each from a line of its own.
func (s *sheet) several(label string, words []string, max int) []block {
	shown, left := bounded(words, exemplars)
	if left > 0 {
		shown = append(slices.Clone(shown), more(left))
	}
	return s.labelled(label, shown, font{"", 10, ink}, max)
}

// exemplars lists places that a finding rests on, when they say more than the
// finding's own.
func (s *sheet) exemplars(f *audit.ReportFinding) []block {
	places := wording.Elsewhere(*f)
	if len(places) == 0 {
		return nil
	}
	shown, left := bounded(places, exemplars)
	label := "For example"
	var blocks []block
	for _, e := range shown {
		line := e.Locator
		if e.Count > 1 {
			line += "  (" + wording.Number(e.Count) + ")"
		}
		lines := s.labelled(label, []string{line}, font{mono, 8.6, ink}, 2)
		blocks = append(blocks, lines[0])
		label = ""
	}
	if left > 0 {
		blocks = append(blocks, s.labelled("", []string{more(left)}, font{"I", 10, grey}, 1)[0])
	}
	return append(blocks, space(3))
}

// bearings lists the indicators that a finding bears on.
func (s *sheet) bearings(f *audit.ReportFinding) []block {
	label := "Bears on"
	var blocks []block
	for _, b := range f.Bearings {
		words := fmt.Sprintf("%s %s, %s: %s", b.Outcome, b.Indicator, wording.Effect(b), b.Says)
		blocks = append(blocks, s.labelled(label, []string{words}, font{"", 10, ink}, 3)[0])
		label = ""
	}
	if len(blocks) > 0 {
		blocks = append(blocks, space(3))
	}
	return blocks
}

// adjudication is the auditor's word on a finding, and the trust's answer.
func (s *sheet) adjudication(a *audit.Adjudication) block {
	bold, body := font{"B", 10, ink}, font{"", 10, ink}
	w := right - inset - 24
	head := wording.Verdict(a.Verdict)
	if a.Until != "" {
		head += " until " + wording.Day(a.Until)
	}
	blocks := []block{s.lines(inset+12, bold, s.wrap(head, bold, w, 2))}
	add := func(words string) { blocks = append(blocks, s.lines(inset+12, body, s.wrap(words, body, w, 6))) }
	by := stated(a.By)
	if !a.At.IsZero() {
		by += ", " + wording.Date(a.At)
	}
	add(by + ": " + stated(a.Reason))
	if a.Response != "" {
		add("The organisation answers: " + a.Response)
	}
	var plan []string
	if a.Owner != "" {
		plan = append(plan, "Owner: "+a.Owner)
	}
	if a.Due != "" {
		plan = append(plan, "Due: "+wording.Day(a.Due))
	}
	if len(plan) > 0 {
		add(join(" · ", plan...))
	}
	inner := joined(blocks)
	return block{height: inner.height + 16, draw: func(y float64) {
		s.fill(inset, y+2, right-inset, inner.height+12, panel)
		inner.draw(y + 8)
	}}
}

// compact lists what is too much to print in full.
func (s *sheet) compact(rest []wording.Numbered) {
	s.subsection(wording.Rest(rest), 80)
	shown, unlisted := bounded(rest, tableFindings)
	columns := []column{number("No.", 6.5), {title: "Severity", width: 11.5}, {title: "What", width: 23, max: 4}, {title: "Where", width: 19, style: mono, max: 4}, {title: "Seen", width: 40, max: 4}}
	brief := len(rest) > fullFindings // what a list of thousands is read for is where they are
	if brief {
		columns = []column{number("No.", 9), {title: "Severity", width: 16}, {title: "What", width: 32, max: 3}, {title: "Where", width: 31, style: mono, max: 3}, number("Count", 12)}
	}
	rows := make([][]cell, 0, len(shown))
	for i := range shown {
		f := &shown[i]
		row := []cell{{words: fmt.Sprint(f.Number)}, s.severityCell(f.Severity), {words: f.Title, id: f.ID}, {words: wording.Place(f.Target, f.Locator)}}
		if brief {
			row = append(row, cell{words: wording.Number(f.Count)})
		} else {
			row = append(row, cell{words: join("; ", wording.Seen(f.ReportFinding)...), note: prefixed("Set: ", join("; ", wording.Settings(f.ReportFinding)...))})
		}
		rows = append(rows, row)
	}
	s.table(columns, rows)
	s.note(more(unlisted))
	f := font{"", 10, ink}
	for _, words := range wording.Remedies(shown) {
		s.flow(append(s.prose(left, width, f, words), space(6)))
	}
}

// prefixed puts a word before others, if there are any.
func prefixed(word, words string) string {
	if words == "" {
		return ""
	}
	return word + words
}
