// Package html renders a report as one HTML file that needs nothing else: no
// script, no font, no image, nothing fetched. It can be read by a screen
// reader, and printed.
package html

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"trustaudit/internal/audit"
	datajson "trustaudit/reports/json"
	"trustaudit/reports/wording"
	"trustaudit/templates"
)

// Format is the edition to read on a screen, and to publish beside the PDF.
var Format = audit.Format{Name: "html", Extension: ".html", MediaType: "text/html; charset=utf-8", Render: Render}

// The bounds of what is printed; the data file has it all.
const (
	fullFindings  = 500
	tableFindings = 10_000
	tableRows     = 1_000
)

// view is what the template is shown.
type view struct {
	*audit.Report
	Style    template.CSS
	Bands    []string
	Full     []entry
	Further  []wording.Numbered
	Unlisted int // findings beyond the bounds
}

// entry is a finding that is told in full.
type entry struct {
	wording.Numbered
	// As is the number of the finding that tells the same remedy and bearings;
	// 0 when this one does.
	As int
}

// Render writes the report. It shows what the data holds, as the PDF does.
func Render(w io.Writer, r *audit.Report) error {
	if r == nil {
		return errors.New("render report: there is none")
	}
	var data bytes.Buffer
	if err := datajson.Render(&data, r); err != nil {
		return fmt.Errorf("render report: %w", err)
	}
	var shown audit.Report
	if err := json.Unmarshal(data.Bytes(), &shown); err != nil {
		return fmt.Errorf("render report: read its data back: %w", err)
	}
	page, err := parse()
	if err != nil {
		return fmt.Errorf("render report: %w", err)
	}
	style, err := templates.ReportData.ReadFile("report/report.css")
	if err != nil {
		return fmt.Errorf("render report: %w", err)
	}
	v := view{Report: &shown, Style: template.CSS(style), Bands: wording.Bands(&shown)}
	v.list(shown.Findings)
	var out strings.Builder
	if err := page.Execute(&out, &v); err != nil {
		return fmt.Errorf("render report: %w", err)
	}
	if _, err := io.WriteString(w, strings.Map(printable, out.String())); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// printable replaces characters that would not show, or that would turn the
// text around them: a file's name may hold them to deceive.
func printable(r rune) rune {
	if r == '\n' || r == '\t' || !unicode.In(r, unicode.Cc, unicode.Cf) {
		return r
	}
	return unicode.ReplacementChar
}

func parse() (*template.Template, error) {
	return template.New("report.tmpl").Funcs(template.FuncMap{
		"level": wording.Level, "standing": wording.OfStanding, "severity": wording.OfSeverity,
		"verdict": wording.Verdict, "state": wording.State, "grade": wording.Grade, "endpoint": wording.Endpoint, "cap": wording.Cap, "seen": wording.Seen, "elsewhere": wording.Elsewhere, "settings": wording.Settings, "hosts": wording.Hosts, "restTitle": wording.Rest, "remedies": wording.Remedies, "effect": wording.Effect, "sureness": wording.Sureness,
		"number": wording.Number, "plural": wording.Plural, "place": wording.Place, "scope": wording.Scope,
		"date": wording.Date, "clock": wording.Clock, "day": wording.Day, "period": wording.Period,
		"paragraphs": wording.Paragraphs, "text": wording.Text, "unlisted": wording.Unlisted, "untold": wording.Untold,
		"sent": wording.Sent, "unsent": wording.Unsent,
		"severities": wording.Severities, "standings": wording.Standings, "count": wording.Count, "countStanding": wording.CountStanding,
		"below": below, "share": share, "join": strings.Join, "rest": rest, "most": most, "length": length,
	}).ParseFS(templates.ReportData, "report/report.tmpl")
}

// list parts the findings into those told in full and those in a table.
func (v *view) list(all []audit.ReportFinding) {
	full, rest := wording.Split(all, fullFindings)
	told := map[string]int{}
	for _, f := range full {
		key := fmt.Sprint(f.Check, "\x00", f.Remedy, "\x00", f.Bearings)
		e := entry{Numbered: f, As: told[key]}
		if e.As == 0 {
			told[key] = e.Number
		}
		v.Full = append(v.Full, e)
	}
	v.Further = rest[:min(len(rest), tableFindings)]
	v.Unlisted = len(rest) - len(v.Further)
}

// Worst lists the findings that weigh most and were not dismissed.
func (v *view) Worst() []entry {
	var worst []entry
	for _, e := range v.Full {
		dismissed := e.Adjudication != nil && e.Adjudication.Verdict == audit.Dismissed
		if !dismissed && e.Severity > audit.Note && len(worst) < 5 {
			worst = append(worst, e)
		}
	}
	return worst
}

// Grounded lists the outcomes that something was said of.
func (v *view) Grounded() []audit.Opinion {
	var all []audit.Opinion
	for _, o := range v.Opinions {
		if o.Standing != audit.NotAssessed || o.Assessed != "" {
			all = append(all, o)
		}
	}
	return all
}

// below tells whether the evidence holds an outcome below what is required.
func below(o audit.Opinion) bool {
	return o.Proposed != "" && o.Proposed.Rank() < o.Required.Rank()
}

// share is a part of a whole in tenths of a per cent, for the width of a bar.
func share(part int64, whole int) string {
	if whole == 0 {
		return "0"
	}
	return fmt.Sprintf("%.1f", 100*float64(part)/float64(whole))
}

func length(n int) int64 { return int64(n) }

// most cuts a list to what is printed, and rest counts what is not.
func most(list any) any {
	switch l := list.(type) {
	case []audit.CoverageRow:
		return l[:min(len(l), tableRows)]
	case []audit.ChannelRow:
		return l[:min(len(l), tableRows)]
	case []audit.InventoryRow:
		return l[:min(len(l), tableRows)]
	case []audit.NotLookedAt:
		return l[:min(len(l), tableRows)]
	}
	return list
}

func rest(n int) int64 { return int64(max(0, n-tableRows)) }
