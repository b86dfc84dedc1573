package main

import (
	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
)

// resultRow is one line of 'trustaudit results'.
type resultRow struct {
	Check    string          `json:"check"`
	Target   audit.Target    `json:"target"`
	State    audit.State     `json:"state"`
	Reason   string          `json:"reason"`
	Severity audit.Severity  `json:"severity"`
	Count    int64           `json:"count"`
	Coverage audit.Coverage  `json:"coverage"`
	Findings []audit.Finding `json:"findings"`
	More     int64           `json:"more_findings,omitempty"`
	BearsOn  []bearingRow    `json:"bears_on"`
}

type bearingRow struct {
	Outcome   string       `json:"outcome"`
	Indicator string       `json:"indicator"`
	Effect    audit.Effect `json:"effect"`
}

func (a *app) resultsCommand() *cobra.Command {
	var editionName string
	c := &cobra.Command{
		Use:   "results DIR",
		Short: "Print what the checks conclude, as NDJSON",
		Long:  "Prints one line for each check and target, adjudications applied. What does not\napply is left out.",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			j, err := a.judge(args[0], editionName)
			if err != nil {
				return err
			}
			out := a.ndjson()
			for _, r := range j.results {
				if err = out.write(j.row(r)); err != nil {
					break
				}
			}
			return out.close(err)
		},
	}
	c.Flags().StringVar(&editionName, "edition", "", "edition of the standard, by ID or file (default: the engagement's)")
	return c
}

// row says beside a result which indicators it bears on, and how.
func (j *judged) row(r audit.Result) resultRow {
	row := resultRow{
		Check: r.Check, Target: r.Target, State: r.State, Reason: r.Reason, Severity: r.Severity,
		Coverage: r.Coverage, Findings: r.Findings, More: r.MoreFindings, BearsOn: []bearingRow{},
	}
	if row.Findings == nil {
		row.Findings = []audit.Finding{}
	}
	for _, f := range r.Findings {
		row.Count += f.Count
	}
	for _, b := range j.edition.BearsOn(r.Evidence) {
		supports := b.Effect == audit.Supports
		if r.State == audit.Fail && !supports || r.State == audit.StatePass && supports {
			row.BearsOn = append(row.BearsOn, bearingRow{Outcome: b.Outcome, Indicator: b.Indicator, Effect: b.Effect})
		}
	}
	return row
}
