package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"trustaudit/internal/auditkey"
	"trustaudit/internal/journal"
)

func (a *app) closeCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use:   "close DIR",
		Short: "End a run for good: close its journal, destroy its audit key",
		Long: `Writes the journal's last record and destroys the audit key. After that nothing
can be added to the run, masked names cannot be revealed, and nothing in the
folder can be reversed. Adjudicate and reveal first.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return a.closeRun(args[0], by) },
	}
	c.Flags().StringVar(&by, "by", "", "who closes the run")
	return c
}

func (a *app) closeRun(dir, by string) error {
	if err := a.endJournal(dir, by); err != nil {
		return err
	}
	if err := auditkey.Destroy(dir); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, "Closed.", auditkey.Caveat)
	return nil
}

// endJournal closes the journal, unless that was done before the key could be
// destroyed.
func (a *app) endJournal(dir, by string) error {
	reader, err := journal.OpenReader(dir)
	if err != nil {
		return err
	}
	closed, finished := reader.Closed(), reader.Finished()
	if err := reader.Close(); err != nil || closed {
		return err
	}
	if !finished {
		a.say("The run is unfinished: what was not looked at stays not looked at.")
	}
	return a.append(dir, journal.KindClosed, journal.Closed{At: a.now().UTC(), By: by})
}
