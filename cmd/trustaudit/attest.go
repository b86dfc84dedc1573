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

func (a *app) attestCommand() *cobra.Command {
	var word audit.Attestation
	var level string
	var key signingKey
	c := &cobra.Command{
		Use:   "attest DIR --outcome B3.c --level LEVEL --by NAME --reason WHY --key KEY",
		Short: "Conclude on an outcome, as the assessor",
		Long: `Adds to the journal, signed, the level that the assessor concludes for an outcome
from documents, interviews and the evidence. The report shows it beside what the
evidence proposes; neither changes the other. The last word on an outcome holds.

Levels: not_achieved, partially_achieved, achieved.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			word.Level = audit.Level(level)
			return a.attest(args[0], word, key)
		},
	}
	f := c.Flags()
	f.StringVar(&word.Outcome, "outcome", "", "ID of the outcome, such as B3.c")
	f.StringVar(&level, "level", "", "the level concluded")
	f.StringVar(&word.By, "by", "", "the assessor who says so")
	f.StringVar(&word.Reason, "reason", "", "why")
	key.flags(c, "key", "the assessor's key (PKCS#12 or PEM)")
	return c
}

func (a *app) attest(dir string, word audit.Attestation, key signingKey) error {
	j, err := a.judge(dir, "")
	if err != nil {
		return err
	}
	if err := a.checkAttestation(word, j.edition.Outcomes()); err != nil {
		return &exit{exitUsage, fmt.Errorf("attest: %w", err)}
	}
	id, err := a.identity(key)
	if err != nil {
		return err
	}
	word.Date, word.Key = a.now().UTC().Format(time.DateOnly), id.Fingerprint()
	if word.Signature, err = signRecord(id, word); err != nil {
		return err
	}
	if err := a.append(dir, journal.KindAttestation, word); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: %s, says %s.\n", word.Outcome, levelWords(word.Level, ""), word.By)
	return nil
}

func (a *app) checkAttestation(w audit.Attestation, outcomes []audit.Outcome) error {
	if w.By == "" || w.Reason == "" {
		return errors.New("write who concludes with --by, and why with --reason")
	}
	i := slices.IndexFunc(outcomes, func(o audit.Outcome) bool { return o.ID == w.Outcome })
	if i < 0 {
		return fmt.Errorf("the edition has no outcome %q; 'trustaudit standards' lists them", w.Outcome)
	}
	if !slices.Contains(outcomes[i].Levels, w.Level) {
		var levels []string
		for _, l := range outcomes[i].Levels {
			levels = append(levels, string(l))
		}
		return fmt.Errorf("--level %q: %s knows %s", w.Level, w.Outcome, strings.Join(levels, ", "))
	}
	return a.namesNobody("--reason", w.Reason)
}
