package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"trustaudit/checks"
)

func (a *app) checksCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "checks [ID]",
		Short: "List the checks, or explain one",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.explainCheck(args[0])
			}
			table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "CHECK\tSEVERITY\tREACH\tEVIDENCE\tWHAT IT FINDS")
			for _, c := range checks.All() {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", c.ID, c.Severity, c.Reach, c.Evidence, c.Title)
			}
			return table.Flush()
		},
	}
}

func (a *app) explainCheck(id string) error {
	for _, c := range checks.All() {
		if c.ID == id {
			fmt.Fprintf(a.stdout, "%s\n\n%s", c.ID, c.Doc)
			return nil
		}
	}
	return &exit{exitUsage, fmt.Errorf("there is no check %s; 'trustaudit checks' lists them", id)}
}
