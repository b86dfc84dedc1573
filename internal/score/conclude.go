package score

import (
	"fmt"
	"strings"

	"trustaudit/internal/audit"
)

// maxActions bounds what a report says to do first.
const maxActions = 5

// Conclude forms the overall word on a report whose findings, worst first,
// opinions and counts are filled in.
func Conclude(r *audit.Report) audit.Conclusion {
	c := audit.Conclusion{}
	for _, o := range r.Opinions {
		if o.Proposed != "" && o.Proposed.Rank() < o.Required.Rank() {
			c.Below++
		}
		switch o.Standing {
		case audit.Supported:
			c.Supported++
		case audit.NotAssessed:
			c.Untested++
		}
	}
	unread := int64(0)
	for _, n := range r.NotLookedAt {
		unread += max(1, n.Count)
	}
	c.Words = sentence(r, c, unread)
	c.Actions = actions(r, unread)
	return c
}

// sentence never hides a critical finding behind a count of outcomes, nor what
// was not looked at behind either.
func sentence(r *audit.Report, c audit.Conclusion, unread int64) string {
	var b strings.Builder
	if c.Below > 0 {
		fmt.Fprintf(&b, "The evidence holds %d of %s below the required level", c.Below, plural(len(r.Opinions), "outcome"))
	} else {
		b.WriteString("The evidence holds no outcome below the required level, which does not prove that the standard is met")
	}
	fmt.Fprintf(&b, "; %s; %s supported by the scan and %d could not be assessed by it", open(r.Counts), are(c.Supported, "outcome"), c.Untested)
	switch {
	case unread > 0:
		fmt.Fprintf(&b, "; not looked at: %s in scope", plural(unread, "thing"))
	case !r.Run.Complete:
		b.WriteString("; the scan is incomplete")
	}
	b.WriteString(".")
	return b.String()
}

// open lists the open findings by severity, worst first.
func open(c audit.Counts) string {
	var parts []string
	total := int64(0)
	for _, part := range []struct {
		name  string
		count int64
	}{{"critical", c.Critical}, {"high", c.High}, {"medium", c.Medium}, {"low", c.Low}} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.name))
			total += part.count
		}
	}
	if total == 0 {
		return "no finding is open"
	}
	words := parts[0]
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			words += " and " + part
		} else {
			words += ", " + part
		}
	}
	if total == 1 {
		words += " finding is open"
	} else {
		words += " findings are open"
	}
	if c.Accepted > 0 {
		words += fmt.Sprintf(", %d of them accepted as a risk", c.Accepted)
	}
	return words
}

func are(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}

// actions are the remedies of the worst findings, one for each check. A finding
// that was dismissed, or whose risk is accepted, asks for none.
func actions(r *audit.Report, unread int64) []string {
	var order []string
	first := map[string]audit.ReportFinding{}
	places := map[string]int{}
	for _, f := range r.Findings {
		if f.Severity <= audit.Note || settled(f, r) {
			continue
		}
		if places[f.Check]++; places[f.Check] == 1 {
			order = append(order, f.Check)
			first[f.Check] = f
		}
	}
	var words []string
	for _, check := range order[:min(len(order), maxActions)] {
		words = append(words, action(first[check], places[check]-1))
	}
	if unread > 0 && len(words) < maxActions {
		words = append(words, "Look at what this scan left out, by another scan or by other means: it is listed with its reasons.")
	}
	return words
}

func settled(f audit.ReportFinding, r *audit.Report) bool {
	if f.Adjudication == nil {
		return false
	}
	switch f.Adjudication.Verdict {
	case audit.Dismissed:
		return true
	case audit.Accepted:
		ended, _ := lapsed(*f.Adjudication, r.Run.Ended)
		return !ended
	}
	return false
}

// action is the first paragraph of the remedy, and where to begin.
func action(f audit.ReportFinding, more int) string {
	remedy, _, _ := strings.Cut(f.Remedy, "\n\n")
	remedy = strings.Join(strings.Fields(remedy), " ")
	if remedy == "" {
		remedy = f.Title + "."
	}
	where := f.Locator
	if where == "." || where == "" {
		where = string(f.Target)
	}
	if more > 0 {
		where += " and " + plural(more, "more place")
	}
	return fmt.Sprintf("%s (%s: %s)", remedy, f.Check, where)
}
