package pdf

import (
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

// tableRows bounds the tables of things: all of them stand in the data file.
const tableRows = 400

// drawScope draws what was authorised, and how much of it was looked at.
func drawScope(s *sheet, r *audit.Report) {
	s.section("3", "Scope and coverage", wholePage)
	s.authorised(r)
	s.coverage(r)
	s.channels(r)
	s.inventory(r)
	s.notLookedAt(r)
}

func (s *sheet) authorised(r *audit.Report) {
	s.subsection("What was authorised", 40)
	e, sc := r.Engagement, r.Scope
	window := "no window set"
	switch {
	case sc.From != "" && sc.Until != "":
		window = sc.From + " to " + sc.Until
	case sc.From != "":
		window = "from " + sc.From
	case sc.Until != "":
		window = "until " + sc.Until
	}
	var tests []string
	for _, t := range e.NamedTests {
		tests = append(tests, t.Test+" on "+strings.Join(t.Hosts, ", "))
	}
	rows := [][]cell{
		scopeRow("Engagement", e.Reference, "not stated"),
		scopeRow("Stores", strings.Join(sc.Stores, "; "), "None"),
		scopeRow("Networks", strings.Join(sc.Networks, ", "), "None"),
		scopeRow("Hosts", strings.Join(sc.Hosts, ", "), "None"),
		scopeRow("Ports", strings.Join(sc.Ports, ", "), "The list that the tool ships"),
		scopeRow("Left out", strings.Join(sc.Exclude, ", "), "None"),
		scopeRow("Fragile, left alone", strings.Join(sc.Fragile, ", "), "None"),
		scopeRow("Window", window, ""),
		scopeRow("Tests allowed by name", strings.Join(tests, "; "), "None: nothing was logged in to"),
	}
	if e.FollowUpOf != "" {
		rows = append(rows, scopeRow("Follows up", e.FollowUpOf, ""))
	}
	if e.TestData {
		rows = append(rows, scopeRow("Test data", "Numbers from test ranges are counted as if they were real", ""))
	}
	s.table([]column{{title: "What", width: 24, style: "B"}, {title: "Authorised", width: 76, max: 12}}, rows)
	words := fmt.Sprintf("The tool tried %s and sent %s in all; the scope refused %s. It did %s of work and recorded %s.",
		wording.Plural(r.Run.Contacts, "connection", "connections"), wording.Plural(r.Run.BytesSent, "byte", "bytes"),
		wording.Plural(r.Run.Refused, "contact", "contacts"), wording.Plural(r.Run.Units, "unit", "units"), wording.Plural(r.Run.Facts, "fact", "facts"))
	s.paragraphs([]string{words})
}

func scopeRow(label, words, none string) []cell {
	if words == "" {
		return []cell{{words: label}, {words: none, color: grey}}
	}
	return []cell{{words: label}, {words: words}}
}

func (s *sheet) coverage(r *audit.Report) {
	s.subsection("How much was looked at", 60)
	var rows [][]cell
	shown, left := bounded(wording.Hosts(r.Coverage), tableRows)
	for _, c := range shown {
		unread := cell{words: wording.Number(c.Coverage.Unread)}
		if c.Coverage.Unread > 0 {
			unread.style = "B"
		}
		rows = append(rows, []cell{
			{words: string(c.Target)}, {words: join(", ", c.Kind, c.What)},
			{words: wording.Number(c.Coverage.Total)}, {words: wording.Number(c.Coverage.Seen)}, unread,
		})
	}
	if len(rows) == 0 {
		s.note("None: no target was reached.")
		return
	}
	s.table([]column{
		{title: "Target", width: 42, style: mono}, {title: "Kind, and what is counted", width: 25},
		number("Total", 11), number("Seen", 11), number("Unread", 11),
	}, rows)
	s.note(more(left))
}

// join joins the words that are there.
func join(with string, words ...string) string {
	var all []string
	for _, w := range words {
		if w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, with)
}

func (s *sheet) channels(r *audit.Report) {
	s.subsection("Channels", 60)
	var rows [][]cell
	shown, left := bounded(r.Channels, tableRows)
	for _, c := range shown {
		rows = append(rows, []cell{{words: wording.Endpoint(c.Target)}, {words: c.Service}, gradeCell(c), {words: c.Protection, note: wording.Cap(c)}, stateCell(c.State)})
	}
	if len(rows) == 0 {
		s.note("None: no service answered in the scope, or none was in it.")
		return
	}
	s.table([]column{{title: "Endpoint", width: 23, style: mono}, {title: "Service", width: 15}, {title: "Grade, of 100", width: 14}, {title: "Protection, and what caps the grade", width: 33}, {title: "Worst result", width: 15}}, rows)
	s.note(more(left))
}

// gradeCell shows a grade in words; a bad one in bold as well.
func gradeCell(c audit.ChannelRow) cell {
	out := cell{words: wording.Grade(c)}
	switch c.Grade {
	case "open", "weak":
		out.style, out.color = "B", "#b3200f"
	case "acceptable":
		out.style, out.color = "B", brown
	}
	return out
}

// stateCell shows a state in words; a fail in bold as well.
func stateCell(state audit.State) cell {
	c := cell{words: wording.State(state)}
	switch state {
	case audit.Fail:
		c.style, c.color = "B", "#b3200f"
	case audit.Inconclusive:
		c.style, c.color = "B", brown
	}
	return c
}

func (s *sheet) inventory(r *audit.Report) {
	s.subsection("Inventory of stored data", 60)
	var rows [][]cell
	var volumes []string
	shown, left := bounded(r.Inventory, tableRows)
	for _, i := range shown {
		row := []cell{{words: string(i.Target)}}
		if i.Volume != "" {
			volumes = append(volumes, fmt.Sprintf("%s: volume %s", i.Target, i.Volume))
		}
		for _, n := range []int64{i.Items, i.Read, i.Partial + i.Unreadable + i.Skipped, i.Sealed, i.Identifiable, i.TestData, i.Records} {
			row = append(row, cell{words: wording.Number(n)})
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		s.note("None: no store was read.")
		return
	}
	s.note("An item is a file, a member of an archive, or a table. Sealed items are encrypted: nothing in them was read.")
	s.table([]column{
		{title: "Store", width: 27, style: mono}, number("Items", 10), number("Read", 10), number("Not fully read", 10), number("Sealed", 9),
		number("Identifiable", 13), number("Test data alone", 9.5), number("Patient records", 12),
	}, rows)
	s.note(more(left))
	if len(volumes) > 0 {
		s.note("An encrypted volume protects a disk that is carried off, and nothing from those who can open the folder. " + strings.Join(volumes, "; ") + ".")
	}
}

func (s *sheet) notLookedAt(r *audit.Report) {
	s.subsection("What was not looked at, and why", 60)
	var rows [][]cell
	shown, left := bounded(r.NotLookedAt, tableRows)
	for _, n := range shown {
		rows = append(rows, []cell{{words: string(n.Target)}, {words: n.Reason}, {words: wording.Number(n.Count)}})
	}
	if len(rows) == 0 || !r.Run.Complete {
		s.paragraphs([]string{wording.Unlisted(r)})
	}
	if len(rows) > 0 {
		s.table([]column{{title: "Target", width: 40, style: mono}, {title: "Reason", width: 49}, number("Count", 11)}, rows)
		s.note(more(left))
	}
	s.subsection("What this method cannot see", 40)
	f := font{"", bodySize, ink}
	limits, _ := bounded(r.Limits, tableRows)
	for _, l := range limits {
		s.place(s.item("–", l, f, 6))
	}
	for _, p := range s.texts["limits"] {
		s.place(s.item("–", p, f, 0))
	}
}
