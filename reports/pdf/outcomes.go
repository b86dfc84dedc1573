package pdf

import (
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

// grounds bounds what is printed below one outcome.
const grounds = 12

// drawOutcomes draws the standard's outcomes, and what their standing rests on.
func drawOutcomes(s *sheet, r *audit.Report) {
	s.section("5", "Outcomes of the standard", 330)
	if len(r.Opinions) == 0 {
		s.note("None: the edition lists no outcomes.")
		return
	}
	s.paragraphs([]string{"Claimed is what the organisation says of itself; proposed is the highest level that the evidence leaves; assessed is what the assessor concludes. A dash means that nobody said. An asterisk marks a required level that is not confirmed in the authority's own publication."})
	var rows [][]cell
	for _, o := range r.Opinions {
		required := wording.Level(o.Required)
		if wording.Sureness(o.Confidence) != "" {
			required += "*"
		}
		proposed := cell{words: wording.Level(o.Proposed)}
		if o.Proposed != "" && o.Proposed.Rank() < o.Required.Rank() {
			proposed.style, proposed.color = "B", "#b3200f"
			proposed.note = "below required"
		}
		rows = append(rows, []cell{
			{words: o.Outcome}, {words: o.Title}, {words: required}, {words: wording.Level(o.Claimed)}, proposed,
			{words: wording.Level(o.Assessed)}, s.standingCell(o.Standing),
		})
	}
	s.table([]column{
		{title: "ID", width: 8, style: "B"}, {title: "Outcome", width: 25}, {title: "Required", width: 14}, {title: "Claimed", width: 13},
		{title: "Proposed", width: 14}, {title: "Assessed", width: 13}, {title: "Standing", width: 16},
	}, rows)
	s.grounds(r)
}

// standingCell shows a standing: a swatch and its word.
func (s *sheet) standingCell(standing audit.Standing) cell {
	look := wording.OfStanding(standing)
	return cell{draw: func(x, y, _ float64) {
		s.swatch(x, y+1.5, 8, 8, look)
		f := font{"B", tableSize, look.Colour}
		if standing == audit.NotAssessed {
			f = font{"", tableSize, grey}
		}
		s.text(x+12, y+tableSize, f, look.Word)
	}}
}

// grounds prints below the table what each standing rests on.
func (s *sheet) grounds(r *audit.Report) {
	s.subsection("What the standings rest on", 80)
	printed := 0
	for i := range r.Opinions {
		o := &r.Opinions[i]
		if o.Standing == audit.NotAssessed && o.Assessed == "" {
			continue
		}
		s.flow(s.ground(o))
		printed++
	}
	if printed == 0 {
		s.note("None: the scan refutes, caps and supports no outcome, and nothing was assessed beside it.")
	}
}

// ground is what one outcome rests on.
func (s *sheet) ground(o *audit.Opinion) []block {
	look := wording.OfStanding(o.Standing)
	title := font{"B", bodySize, ink}
	head := s.lines(left+14, title, s.wrap(o.Outcome+"  "+o.Title, title, width-120, 3))
	blocks := []block{{height: head.height + 2, draw: func(y float64) {
		head.draw(y)
		s.textRight(right, y+bodySize, font{"B", 10, look.Colour}, look.Word)
		s.swatch(left, y+2, 8, 8, look)
	}}}
	f := font{"", 10, ink}
	add := func(f font, words string) {
		blocks = append(blocks, s.lines(left+14, f, s.wrap(words, f, width-14, 4)))
	}
	if o.Assessed != "" || o.Reason != "" {
		by := "the assessor"
		if o.Assessor != "" {
			by = o.Assessor
		}
		add(f, fmt.Sprintf("Assessed as %s by %s: %s", lower(wording.Level(o.Assessed)), by, stated(o.Reason)))
	}
	because, left := bounded(grouped(o.Because), grounds)
	for _, g := range because {
		add(f, g.words)
		for _, at := range g.at {
			add(font{mono, 8.6, grey}, at)
		}
		if g.more > 0 {
			add(font{mono, 8.6, grey}, more(g.more))
		}
		blocks = append(blocks, space(3))
	}
	if left > 0 {
		add(font{"I", 10, grey}, more(left))
	}
	caveats, _ := bounded(o.Caveats, grounds)
	for _, c := range caveats {
		add(font{"I", 10, grey}, c)
	}
	return append(blocks, space(10))
}

// group is what several checks or targets say alike.
type group struct {
	words string
	at    []string
	more  int
}

// groundPlaces bounds the places printed for one ground.
const groundPlaces = 5

// grouped puts together the grounds that say the same, in order.
func grouped(all []audit.Because) []group {
	var groups []group
	known := map[string]int{}
	for _, b := range all {
		words := fmt.Sprintf("%s %s: %s", b.Indicator, b.Effect, b.Says)
		i, seen := known[words]
		if !seen {
			i = len(groups)
			known[words] = i
			groups = append(groups, group{words: words})
		}
		if len(groups[i].at) == groundPlaces {
			groups[i].more++
			continue
		}
		groups[i].at = append(groups[i].at, b.Check+" at "+string(b.Target)+" ("+string(b.State)+")")
	}
	return groups
}

// lower writes a level inside a sentence.
func lower(words string) string {
	if words == "" || words[0] < 'A' || words[0] > 'Z' {
		return words
	}
	return string(words[0]+'a'-'A') + words[1:]
}
