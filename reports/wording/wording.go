// Package wording says in plain English what a report holds: the words that
// the PDF and the HTML edition share, so that both say the same.
package wording

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/templates"
)

// Severity is how a severity is shown: a letter and a word, and a colour that
// is legible on white. The meaning never rests on the colour alone.
type Severity struct {
	Letter, Word, Colour string
	Class                string // of the style sheet
}

// Severities lists the severities, worst first.
func Severities() []audit.Severity {
	return []audit.Severity{audit.Critical, audit.High, audit.Medium, audit.Low, audit.Note}
}

// OfSeverity returns how a severity is shown.
func OfSeverity(s audit.Severity) Severity {
	switch s {
	case audit.Critical:
		return Severity{"C", "Critical", "#66001e", "critical"}
	case audit.High:
		return Severity{"H", "High", "#b3200f", "high"}
	case audit.Medium:
		return Severity{"M", "Medium", "#8a4b00", "medium"}
	case audit.Low:
		return Severity{"L", "Low", "#005eb8", "low"}
	}
	return Severity{"N", "Note", "#4c6272", "note"}
}

// Endpoint is a target of the network as people write it: host and port, with UDP
// said.
func Endpoint(t audit.Target) string {
	if rest, ok := strings.CutPrefix(string(t), "udp://"); ok {
		return "UDP " + rest
	}
	return strings.TrimPrefix(string(t), "tcp://")
}

// Grade is a channel's grade with its score, and what the score was before
// anything capped it. A channel of which something could not be told is not called
// sound outright.
func Grade(c audit.ChannelRow) string {
	switch {
	case c.Grade == "" || c.Grade == "ungraded":
		return "not graded"
	case c.Grade == "sound" && c.State == audit.Inconclusive:
		return fmt.Sprintf("sound as far as told, %d", c.Score)
	case c.Before != c.Score:
		return fmt.Sprintf("%s, %d (%d before caps)", c.Grade, c.Score, c.Before)
	}
	return fmt.Sprintf("%s, %d", c.Grade, c.Score)
}

// Cap is the bound that decides a channel's grade, and how many there are beside
// it.
func Cap(c audit.ChannelRow) string {
	n := len(c.Caps)
	if n == 0 {
		return ""
	}
	last := c.Caps[n-1]
	// What the row says already is not said again.
	_, detail, _ := strings.Cut(c.Protection, ": ")
	reason := last.Reason
	if detail != "" {
		reason = strings.Replace(reason, ": "+detail, "", 1)
	}
	words := fmt.Sprintf("Capped from %d to %d: %s", last.From, last.To, reason)
	if n > 1 {
		words += ", after " + Plural(int64(n-1), "milder cap", "milder caps")
	}
	return words
}

// Seen is what was seen at the place of a finding, each thing once: the finding's own
// words, and those of its exemplars that are at no other place.
func Seen(f audit.ReportFinding) []string {
	var seen []string
	if f.Excerpt != "" {
		seen = append(seen, f.Excerpt)
	}
	for _, e := range f.Exemplars {
		if within(f, e) && e.Excerpt != "" && !slices.Contains(seen, e.Excerpt) {
			seen = append(seen, e.Excerpt)
		}
	}
	return seen
}

// Elsewhere are the exemplars of a finding that name places of their own.
func Elsewhere(f audit.ReportFinding) []audit.Evidence {
	var other []audit.Evidence
	for _, e := range f.Exemplars {
		if !within(f, e) {
			other = append(other, e)
		}
	}
	if len(other) == 1 && other[0].Locator == f.Locator {
		return nil
	}
	return other
}

// within says whether an exemplar is a trait of the finding's endpoint: its locator is
// that, and the trait's name.
func within(f audit.ReportFinding, e audit.Evidence) bool {
	scheme := f.Target.Scheme()
	return (scheme == "tcp" || scheme == "udp") && strings.HasPrefix(e.Locator, f.Locator+" ")
}

// Numbered is a finding with its place in the list of all.
type Numbered struct {
	audit.ReportFinding
	Number int
}

// Split parts the findings into those to tell in full, so many at the most, and those
// to list in a table: the rest, and the notes that no auditor said anything of.
func Split(all []audit.ReportFinding, full int) (told, listed []Numbered) {
	for i, f := range all {
		if n := (Numbered{f, i + 1}); noted(f) || len(told) == full {
			listed = append(listed, n)
		} else {
			told = append(told, n)
		}
	}
	return told, listed
}

func noted(f audit.ReportFinding) bool { return f.Severity == audit.Note && f.Adjudication == nil }

// Rest is the title over the findings that are listed in a table.
func Rest(listed []Numbered) string {
	for _, n := range listed {
		if !noted(n.ReportFinding) {
			return "Further findings"
		}
	}
	return "Notes"
}

// Remedies are what is to be done about findings that are listed in a table, once for
// each check.
func Remedies(listed []Numbered) []string {
	var all []string
	for _, f := range listed {
		if f.Remedy == "" {
			continue
		}
		words := f.Title + " (" + f.Check + "): " + strings.Join(strings.Fields(f.Remedy), " ")
		if !slices.Contains(all, words) {
			all = append(all, words)
		}
	}
	return all
}

// Settings are what to set in the product that was found, each once.
func Settings(f audit.ReportFinding) []string {
	var settings []string
	for _, e := range f.Exemplars {
		if e.Setting != "" && !slices.Contains(settings, e.Setting) {
			settings = append(settings, e.Setting)
		}
	}
	return settings
}

// Hosts gathers the hosts that were named one by one and wholly looked at into one row,
// where there are many.
func Hosts(rows []audit.CoverageRow) []audit.CoverageRow {
	const many = 8
	var hosts audit.CoverageRow
	var rest []audit.CoverageRow
	for _, r := range rows {
		if r.Target.Scheme() == "net" && !strings.Contains(string(r.Target), "/") && r.Coverage.Unread == 0 {
			hosts.Kind, hosts.What = r.Kind, r.What
			hosts.Coverage.Total += r.Coverage.Total
			hosts.Coverage.Seen += r.Coverage.Seen
			continue
		}
		rest = append(rest, r)
	}
	if len(rows)-len(rest) < many {
		return rows
	}
	hosts.Target = audit.Target(Plural(int64(len(rows)-len(rest)), "host", "hosts") + " named one by one")
	return append([]audit.CoverageRow{hosts}, rest...)
}

// Count is the number of findings of a severity.
func Count(c audit.Counts, s audit.Severity) int64 {
	switch s {
	case audit.Critical:
		return c.Critical
	case audit.High:
		return c.High
	case audit.Medium:
		return c.Medium
	case audit.Low:
		return c.Low
	}
	return c.Note
}

// Level names a level; the empty one is a dash.
func Level(l audit.Level) string {
	switch l {
	case audit.NotAchieved:
		return "Not achieved"
	case audit.PartiallyAchieved:
		return "Partially achieved"
	case audit.Achieved:
		return "Achieved"
	case "":
		return "–"
	}
	return string(l)
}

// Standing is how the standing of an outcome is shown.
type Standing struct {
	Standing            audit.Standing
	Word, Means, Colour string
	Class               string
}

// Standings lists them in the order of the legend.
func Standings() []Standing {
	return []Standing{
		{audit.Refuted, "Refuted", "the evidence shows it is not achieved", "#66001e", "refuted"},
		{audit.Capped, "Capped", "the evidence sets a highest level", "#8a4b00", "capped"},
		{audit.Supported, "Supported", "the evidence speaks for it and proves nothing", "#005eb8", "supported"},
		{audit.NotAssessed, "Not assessed", "the scan can say nothing of it", "#4c6272", "untested"},
	}
}

// OfStanding returns how a standing is shown.
func OfStanding(s audit.Standing) Standing {
	for _, known := range Standings() {
		if known.Standing == s {
			return known
		}
	}
	return Standing{s, string(s), "", "#4c6272", "untested"}
}

// Standing counts the outcomes of a standing.
func CountStanding(opinions []audit.Opinion, s audit.Standing) int64 {
	n := int64(0)
	for _, o := range opinions {
		if o.Standing == s {
			n++
		}
	}
	return n
}

// Verdict names a verdict.
func Verdict(v audit.Verdict) string {
	switch v {
	case audit.Confirmed:
		return "Confirmed by the auditor"
	case audit.Dismissed:
		return "Dismissed by the auditor"
	case audit.Accepted:
		return "Risk accepted"
	}
	return string(v)
}

// State names the state of a result.
func State(s audit.State) string {
	switch s {
	case audit.Fail:
		return "Fail"
	case audit.Inconclusive:
		return "Inconclusive"
	case audit.StatePass:
		return "Pass"
	case audit.NotApplicable, "":
		return "Not applicable"
	}
	return string(s)
}

// Bands are what stands on every page of a report that is less than an audit
// by a standard in force; nil for any other.
func Bands(r *audit.Report) []string {
	var words []string
	switch r.Kind {
	case audit.IndependentAudit:
	case audit.Demonstration:
		words = append(words, "DEMONSTRATION — synthetic data")
	default:
		words = append(words, "SELF-ASSESSMENT — not an independent audit")
	}
	if r.Edition.Status == audit.EditionDraft {
		words = append(words, "DRAFT EDITION")
	}
	return words
}

// Text returns a passage of templates/report/text.tmpl in paragraphs.
func Text(name string, r *audit.Report) ([]string, error) {
	t, err := template.ParseFS(templates.ReportData, "report/text.tmpl")
	if err != nil {
		return nil, fmt.Errorf("read report text: %w", err)
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, r); err != nil {
		return nil, fmt.Errorf("write report text %s: %w", name, err)
	}
	return Paragraphs(b.String()), nil
}

// Paragraphs parts a text at its blank lines. Lines that belong together are
// joined; those that begin a list item are not.
func Paragraphs(text string) []string {
	var all []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		words := ""
		for line := range strings.SplitSeq(part, "\n") {
			line = strings.TrimSpace(line)
			item := strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ")
			switch {
			case line == "":
			case item:
				if words != "" {
					all = append(all, words)
				}
				words = "• " + line[2:]
			case words == "":
				words = line
			default:
				words += " " + line
			}
		}
		if words != "" {
			all = append(all, words)
		}
	}
	return all
}

// Date writes a day: 21 November 2026.
func Date(t time.Time) string { return t.UTC().Format("2 January 2006") }

// Clock writes a moment: 21 November 2026, 14:05 UTC.
func Clock(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// Day writes a day that stands in the data as YYYY-MM-DD, and what is not one
// as it stands.
func Day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return Date(t)
}

// Period writes from when to when a run went on.
func Period(from, until time.Time) string {
	if a, b := Date(from), Date(until); a != b {
		return a + " to " + b
	}
	return Date(until)
}

// Number writes a number with its thousands parted.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", strings.TrimPrefix(digits, "-")
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Plural writes a number with its noun.
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Place writes where a finding lies: the target and the place in it, the
// target left out when the place already names it.
func Place(t audit.Target, locator string) string {
	switch {
	case t == audit.Estate || t.Endpoint() != "" && strings.Contains(locator, t.Endpoint()):
		return locator
	case t.Scheme() == "udp" && locator == strings.Replace(string(t), "://", "/", 1):
		return Endpoint(t)
	case locator == "":
		return string(t)
	case strings.HasPrefix(locator, string(t)):
		return locator
	}
	return string(t) + " · " + locator
}

// Scope writes the scope in one line.
func Scope(s audit.ScopePart) string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{
		{len(s.Stores), "store of data", "stores of data"},
		{len(s.Networks), "network", "networks"},
		{len(s.Hosts), "host", "hosts"},
	} {
		if p.n > 0 {
			parts = append(parts, Plural(int64(p.n), p.one, p.many))
		}
	}
	words := "nothing"
	switch n := len(parts); {
	case n == 1:
		words = parts[0]
	case n > 1:
		words = strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	if n := len(s.Exclude) + len(s.Fragile); n > 0 {
		words += "; " + Plural(int64(n), "place", "places") + " left out on purpose"
	}
	return words
}

// Sureness says how the required level of an outcome is known; "" when it is
// confirmed.
func Sureness(c audit.Confidence) string {
	switch c {
	case audit.RowConfirmed:
		return ""
	case audit.RowInferred:
		return "inferred, not confirmed"
	case audit.RowMemory:
		return "from memory, not confirmed"
	}
	return "not confirmed"
}

// Effect says what a bearing does to its outcome.
func Effect(b audit.Bearing) string {
	switch b.Effect {
	case audit.Refutes:
		return "refutes"
	case audit.Caps:
		return "caps at " + strings.ToLower(Level(b.Cap))
	}
	return string(b.Effect)
}

// Sent lists what a probe sent, each kind with how often.
func Sent(r audit.SentRow) string {
	var kinds []string
	for _, k := range r.Kinds {
		words := fmt.Sprintf("%s (%s)", k.Words, Number(k.Times))
		if k.Unlisted {
			words += " — not listed by any probe, a defect of the tool"
		}
		if k.Times > 0 {
			kinds = append(kinds, words)
		}
	}
	if len(kinds) == 0 {
		return "nothing"
	}
	return strings.Join(kinds, ", ")
}

// Unsent lists what a probe may send and did not.
func Unsent(r audit.SentRow) string {
	var kinds []string
	for _, k := range r.Kinds {
		if k.Times == 0 {
			kinds = append(kinds, k.Words)
		}
	}
	return strings.Join(kinds, ", ")
}

// Untold says of how many services not all could be told; it is empty if of none.
func Untold(r *audit.Report) string {
	var n int64
	for _, c := range r.Channels {
		if c.State == audit.Inconclusive || c.Grade == "" {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return "Of " + Plural(n, "service", "services") + " that answered not all could be told: the list of channels in section 3 says of which."
}

// Unlisted says what the list of things not looked at leaves open.
func Unlisted(r *audit.Report) string {
	if !r.Run.Complete {
		return "The scan is incomplete: it was ended before all its work was done, and what it did not reach is not listed."
	}
	return "Nothing that was in scope was left out. That is not to say that all was seen: section 3 says what the method cannot see."
}
