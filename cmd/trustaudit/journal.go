package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"trustaudit/internal/journal"
)

func (a *app) journalCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "journal",
		Short: "Verify the journal of a run",
		Args:  usage(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.journalVerifyCommand())
	return c
}

func (a *app) journalVerifyCommand() *cobra.Command {
	var head string
	var blocks int64
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify DIR",
		Short: "Tell whether a journal was altered, or has lost or moved blocks",
		Long: `Reads the whole journal and holds it against its own hash chain, against its
index, and against the head and the count that a report names, if they are
given. Exit 5 if anything is wrong.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			var options []journal.Option
			if head != "" {
				options = append(options, journal.WithHead(head, blocks))
			}
			v, err := journal.Verify(args[0], options...)
			if err != nil {
				return err
			}
			return a.printVerdict(v, asJSON)
		},
	}
	c.Flags().StringVar(&head, "head", "", "the head that a report names")
	c.Flags().Int64Var(&blocks, "blocks", 0, "the count of blocks that a report names")
	c.MarkFlagsRequiredTogether("head", "blocks")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) printVerdict(v journal.Verdict, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(a.stdout).Encode(v); err != nil {
			return fmt.Errorf("print verdict: %w", err)
		}
	} else {
		for _, d := range v.Defects {
			fmt.Fprintln(a.stdout, d)
		}
		fmt.Fprintf(a.stdout, "blocks %d, facts %d, head %s, %s\n", v.Blocks, v.Facts, v.Head, ending(v))
	}
	if !v.Intact() {
		return &exit{code: exitAltered}
	}
	if v.Blocks == 0 {
		return &exit{exitAltered, errors.New("the journal is empty: no run began here, or all of it was removed")}
	}
	if !asJSON {
		fmt.Fprintln(a.stdout, "The journal is intact.")
	}
	return nil
}

// ending says how a journal ends.
func ending(v journal.Verdict) string {
	switch {
	case v.Closed:
		return "closed"
	case v.Finished:
		return "finished, not closed"
	}
	return "unfinished"
}
