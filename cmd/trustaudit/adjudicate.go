package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
)

func (a *app) adjudicateCommand() *cobra.Command {
	var word audit.Adjudication
	var verdict string
	var key signingKey
	c := &cobra.Command{
		Use:   "adjudicate DIR --finding ID --verdict VERDICT --by NAME --reason WHY --key KEY",
		Short: "Confirm, dismiss or accept a finding",
		Long: `Adds the auditor's word on a finding to the journal, signed with the auditor's
key. The score follows and every report shows it. The last word on a finding
holds; earlier ones stay in the journal. A finding that becomes worse afterwards
is open again.

  confirmed  the finding stands
  dismissed  it is a false positive
  accepted   the trust bears the risk until the date given with --until; it
             still counts as failing, and in the exit code`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			word.Verdict = audit.Verdict(verdict)
			if err := a.checkAdjudication(word); err != nil {
				return &exit{exitUsage, err}
			}
			return a.adjudicate(args[0], word, key)
		},
	}
	f := c.Flags()
	f.StringVar(&word.Finding, "finding", "", "ID of the finding, as results and reports show it")
	f.StringVar(&verdict, "verdict", "", "confirmed, dismissed or accepted")
	f.StringVar(&word.By, "by", "", "the auditor who says so")
	f.StringVar(&word.Reason, "reason", "", "why")
	f.StringVar(&word.Until, "until", "", "with accepted: the last day, YYYY-MM-DD")
	f.StringVar(&word.Response, "response", "", "what the trust answers")
	f.StringVar(&word.Owner, "owner", "", "who at the trust will act")
	f.StringVar(&word.Due, "due", "", "by when, YYYY-MM-DD")
	key.flags(c, "key", "the auditor's key (PKCS#12 or PEM)")
	return c
}

func (a *app) checkAdjudication(w audit.Adjudication) error {
	var missing []string
	for _, f := range [][2]string{{"--by", w.By}, {"--finding", w.Finding}, {"--reason", w.Reason}} {
		if f[1] == "" {
			missing = append(missing, f[0])
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("adjudicate: %s missing", strings.Join(missing, ", "))
	}
	for _, f := range [][2]string{{"--reason", w.Reason}, {"--response", w.Response}} {
		if err := a.namesNobody(f[0], f[1]); err != nil {
			return fmt.Errorf("adjudicate: %w", err)
		}
	}
	if !slices.Contains([]audit.Verdict{audit.Confirmed, audit.Dismissed, audit.Accepted}, w.Verdict) {
		return fmt.Errorf("adjudicate: --verdict %q: write confirmed, dismissed or accepted", w.Verdict)
	}
	if (w.Verdict == audit.Accepted) != (w.Until != "") {
		return errors.New("adjudicate: an accepted risk, and no other, ends on a day: write --until YYYY-MM-DD")
	}
	for _, f := range [][2]string{{"--until", w.Until}, {"--due", w.Due}} {
		if f[1] == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, f[1]); err != nil {
			return fmt.Errorf("adjudicate: %s %q: write a day as YYYY-MM-DD", f[0], f[1])
		}
	}
	return nil
}

// adjudicate signs the word and adds it to the journal.
func (a *app) adjudicate(dir string, word audit.Adjudication, key signingKey) error {
	finding, err := a.finding(dir, word.Finding)
	if err != nil {
		return err
	}
	id, err := a.identity(key)
	if err != nil {
		return err
	}
	word.Count, word.Severity = finding.Count, finding.Severity
	word.At, word.Key = a.now().UTC(), id.Fingerprint()
	if word.Signature, err = signRecord(id, word); err != nil {
		return err
	}
	if err := a.append(dir, journal.KindAdjudication, word); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s %s at %s: %s.\n", finding.Check, finding.ID, finding.Locator, word.Verdict)
	return nil
}

// finding finds a finding of the run by its ID.
func (a *app) finding(dir, id string) (audit.ReportFinding, error) {
	j, err := a.judge(dir, "")
	if err != nil {
		return audit.ReportFinding{}, err
	}
	for _, f := range j.report.Findings {
		if f.ID == id {
			return f, nil
		}
	}
	return audit.ReportFinding{}, &exit{exitUsage, fmt.Errorf("adjudicate: the run has no finding %s; 'trustaudit results' lists them", id)}
}
