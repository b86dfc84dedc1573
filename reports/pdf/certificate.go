package pdf

import (
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

// coverHeight is the height of the coloured field at the head of page 1.
const coverHeight = 236.0

// identityHeight is the room at its foot for what ties it to its data.
const identityHeight = 40.0

// drawCertificate draws the first page: who was assessed, by what standard,
// with what result. Everything on it is cut to fit: it is one page, always.
func drawCertificate(s *sheet, r *audit.Report) {
	s.page()
	s.pdf.Bookmark("Certificate", 0, 0)
	s.cover(r)
	s.y = coverHeight + 22
	s.facts(certificateFacts(r))
	s.conclusion(r)
	s.severities(r.Counts)
	s.standings(r.Opinions)
	s.reservations(r.Warnings)
	s.identity(r)
}

func (s *sheet) cover(r *audit.Report) {
	s.fill(0, 0, pageW, coverHeight, navy)
	s.fill(0, coverHeight, pageW, 5, blue)
	y := 74.0
	title := font{"B", 26, white}
	for _, line := range s.wrap(r.Title, title, width, 2) {
		s.text(left, y, title, line)
		y += 33
	}
	y += 10
	name := font{"B", 17, white}
	for _, line := range s.wrap(r.Engagement.Client.Name, name, width, 2) {
		s.text(left, y, name, line)
		y += 23
	}
	f := font{"", 11.5, "#e8edf5"}
	if code := r.Engagement.Client.ODSCode; code != "" {
		s.text(left, y, f, s.one("ODS code "+code, f, width))
		y += 18
	}
	for _, line := range s.wrap(editionWords(r.Edition), f, width, 2) {
		s.text(left, y, f, line)
		y += 16
	}
}

func editionWords(e audit.EditionPart) string {
	words := e.Title
	if words == "" {
		words = "Edition " + e.ID
	}
	if e.Year != "" {
		words += ", " + e.Year
	}
	if e.Status == audit.EditionDraft {
		words += " (draft)"
	}
	return words
}

// fact is a label and what it says.
type fact struct{ label, words string }

func certificateFacts(r *audit.Report) []fact {
	e := r.Engagement
	auditor := e.Auditor.Name
	if e.Auditor.Organisation != "" {
		auditor += ", " + e.Auditor.Organisation
	}
	authority := e.Authority.Letter
	if e.Authority.SignedBy != "" {
		authority += ", signed by " + e.Authority.SignedBy
	}
	if e.Authority.Date != "" {
		authority += ", " + wording.Day(e.Authority.Date)
	}
	label := "Auditor"
	if r.Kind != audit.IndependentAudit {
		label = "Conducted by"
	}
	return []fact{
		{"Examined", wording.Period(r.Run.Started, r.Run.Ended)},
		{"Scope", wording.Scope(r.Scope)},
		{label, stated(auditor)},
		{"Authority", stated(authority)},
	}
}

// stated says in words that nothing is stated.
func stated(words string) string {
	if words == "" {
		return "not stated"
	}
	return words
}

// facts sets labels with what they say beside them.
func (s *sheet) facts(all []fact) {
	label, body := font{"B", 10, grey}, font{"", bodySize, ink}
	for _, one := range all {
		lines := s.lines(left+88, body, s.wrap(one.words, body, width-88, 2))
		s.text(left, s.y+bodySize, label, one.label)
		s.place(lines)
		s.y += 4
	}
}

func (s *sheet) conclusion(r *audit.Report) {
	f := font{"B", 12.5, ink}
	lines := s.lines(left+16, f, s.wrap(stated(r.Conclusion.Words), f, width-32, 6))
	s.y += 10
	h := lines.height + 22
	s.fill(left, s.y, width, h, panel)
	s.fill(left, s.y, 4, h, blue)
	lines.draw(s.y + 11)
	s.y += h
}

// reservations sets what a reader must know before believing a word, as far as
// there is room; the summary has the rest.
func (s *sheet) reservations(warnings []string) {
	if len(warnings) == 0 {
		return
	}
	f := font{"", 10, ink}
	end := bottom - identityHeight - 8
	s.y += 12
	s.text(left, s.y+10, font{"B", bodySize, navy}, "Before you rely on this report")
	s.y += 19
	for _, w := range warnings {
		item := s.item("!", w, f, 2)
		room := end - 16 // for the line that says where the rest is
		if s.warned == len(warnings)-1 {
			room = end
		}
		if s.y+item.height > room {
			break
		}
		s.place(item)
		s.warned++
	}
	if n := len(warnings) - s.warned; n > 0 {
		s.text(left, s.y+9, font{"I", 10, grey}, wording.Plural(int64(n), "further reservation stands", "further reservations stand")+" in the summary on the next page.")
	}
}

// severities draws a block for each severity: letter, number, word.
func (s *sheet) severities(c audit.Counts) {
	s.y += 14
	s.text(left, s.y+10, font{"B", bodySize, navy}, "Findings by severity")
	s.y += 18
	const gap, h = 8.0, 46.0
	all := wording.Severities()
	w := (width - gap*float64(len(all)-1)) / float64(len(all))
	for i, severity := range all {
		x := left + float64(i)*(w+gap)
		look := wording.OfSeverity(severity)
		s.box(x, s.y, w, h, look.Colour, 0.8)
		s.fill(x, s.y, 24, h, look.Colour)
		letter := font{"B", 14, white}
		s.use(letter)
		s.text(x+12-s.pdf.GetStringWidth(look.Letter)/2, s.y+28, letter, look.Letter)
		number := wording.Number(wording.Count(c, severity))
		s.text(x+31, s.y+22, s.fitted(number, font{"B", 16, look.Colour}, w-36), number)
		s.text(x+31, s.y+37, font{"", 9.5, ink}, look.Word)
	}
	s.y += h + 6
	words := fmt.Sprintf("Of these accepted as a risk: %s. Dismissed by the auditor, and not counted: %s.",
		wording.Number(c.Accepted), wording.Number(c.Dismissed))
	f := font{"", smallSize, grey}
	s.text(left, s.y+9, s.fitted(words, f, width), words)
	s.y += 14
}

// standings draws how the outcomes stand as a bar with its legend.
func (s *sheet) standings(opinions []audit.Opinion) {
	s.y += 10
	total := int64(len(opinions))
	title := "What the scan says of the outcomes of the standard"
	if total > 0 {
		title = fmt.Sprintf("What the scan says of the %s of the standard", wording.Plural(total, "outcome", "outcomes"))
	}
	s.text(left, s.y+10, font{"B", bodySize, navy}, title)
	s.y += 18
	if total == 0 {
		s.text(left, s.y+10, font{"", bodySize, ink}, "The edition lists no outcomes.")
		s.y += 16
		return
	}
	const h = 18.0
	x := left
	for _, one := range wording.Standings() {
		w := float64(wording.CountStanding(opinions, one.Standing)) / float64(total) * width
		if w > 0 {
			s.swatch(x, s.y, w, h, one)
		}
		x += w
	}
	s.y += h + 7
	x = left
	for _, one := range wording.Standings() {
		s.swatch(x, s.y, 9, 9, one)
		words := one.Word + " " + wording.Number(wording.CountStanding(opinions, one.Standing))
		f := font{"", 10, ink}
		s.text(x+14, s.y+8.5, f, words)
		x += 14 + s.pdf.GetStringWidth(words) + 22
	}
	s.y += 16
}

// swatch is a field in the colour of a standing; hatched when not assessed.
func (s *sheet) swatch(x, y, w, h float64, of wording.Standing) {
	if of.Standing == audit.NotAssessed {
		s.hatch(x, y, w, h, of.Colour)
		return
	}
	s.fill(x, y, w, h, of.Colour)
}

// identity stands at the foot of page 1: what ties the page to its data.
func (s *sheet) identity(r *audit.Report) {
	s.y = bottom - identityHeight
	s.line(left, right, s.y, rule, 0.6)
	label, id := font{"B", smallSize, grey}, font{mono, 8.6, ink}
	ended := "journal still open"
	if r.Run.Closed {
		ended = "journal closed"
	}
	for i, one := range []fact{
		{"Report", r.ID},
		{"Journal head", stated(r.Run.Head)},
		{"Blocks", wording.Number(r.Run.Blocks) + ", " + ended},
	} {
		y := s.y + 14 + float64(i)*13
		s.text(left, y, label, one.label)
		s.text(left+74, y, id, s.one(one.words, id, width-74))
	}
}
