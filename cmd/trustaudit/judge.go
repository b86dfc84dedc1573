package main

import (
	"cmp"

	"github.com/spf13/cobra"

	"trustaudit/checks"
	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	"trustaudit/internal/judge"
	probeall "trustaudit/internal/probe/all"
	"trustaudit/internal/report"
	"trustaudit/internal/run"
	"trustaudit/internal/standard"
)

// judged is a run that was judged and scored.
type judged struct {
	report  *audit.Report
	results []audit.Result // adjudications applied
	edition *standard.Edition
}

// judge judges the run in a folder by an edition, or by the engagement's own.
func (a *app) judge(dir, editionName string) (*judged, error) {
	r, err := run.Open(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	edition, err := findEdition(cmp.Or(editionName, r.Opened.Engagement.Edition))
	if err != nil {
		return nil, err
	}
	decoder, err := newDecoder()
	if err != nil {
		return nil, err
	}
	survey := report.NewSurvey()
	j, err := judge.Judge(r, judge.Config{
		Checks: checks.All(), Decoder: decoder,
		Options: audit.Options{CountTestData: r.Opened.Engagement.CountTestData, Now: report.Ended(r)},
		Watch:   survey.See, Watched: survey.Kinds(),
	})
	if err != nil {
		return nil, err
	}
	built, err := report.Build(report.Input{Run: r, Judgement: j, Survey: survey, Edition: edition, Checks: checks.All()})
	if err != nil {
		return nil, err
	}
	return &judged{report: built, results: report.Score(r, j, edition).Results, edition: edition}, nil
}

// newDecoder knows every kind of fact that a probe here emits.
func newDecoder() (*audit.Decoder, error) {
	prototypes := []audit.Fact{journal.Planned{}}
	for _, p := range probeall.Probes() {
		prototypes = append(prototypes, p.Facts...)
	}
	return audit.NewDecoder(prototypes...)
}

func (a *app) judgeCommand() *cobra.Command {
	var editionName string
	c := &cobra.Command{
		Use:   "judge DIR",
		Short: "Judge a run again, offline, by the same edition or another",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			j, err := a.judge(args[0], editionName)
			if err != nil {
				return err
			}
			return a.outcome(j)
		},
	}
	c.Flags().StringVar(&editionName, "edition", "", "edition of the standard, by ID or file (default: the engagement's)")
	return c
}

// conclude judges a run and prints what came of it.
func (a *app) conclude(dir string) error {
	j, err := a.judge(dir, "")
	if err != nil {
		return err
	}
	return a.outcome(j)
}

// outcome prints a judgement and turns it into an exit code.
func (a *app) outcome(j *judged) error {
	if !a.quiet {
		a.printSummary(j)
	}
	open := int64(0)
	for _, r := range j.results {
		if r.State == audit.Fail {
			open++
		}
	}
	switch {
	case open > 0:
		return &exit{code: exitFindings}
	case !j.report.Run.Complete || j.inconclusive():
		return &exit{code: exitIncomplete}
	}
	return nil
}

// inconclusive reports whether a check could not conclude.
func (j *judged) inconclusive() bool {
	for _, r := range j.results {
		if r.State == audit.Inconclusive {
			return true
		}
	}
	return false
}
