package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/internal/standard"
)

func (a *app) standardsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "standards [ID|FILE]",
		Short: "List the editions of the standard, or show one",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.showEdition(args[0])
			}
			all, err := standard.Editions()
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "EDITION\tYEAR\tSTATUS\tOUTCOMES\tTITLE")
			for _, e := range all {
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", e.ID, e.Year, e.Status, len(e.Outcomes()), e.Title)
			}
			return table.Flush()
		},
	}
}

func (a *app) showEdition(name string) error {
	e, err := findEdition(name)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s, %s (%s)\nLevels: %s\nStatus: %s\nSHA-256 of its data: %s\n\n", e.Title, e.Year, e.Status, e.LevelRule, e.StatusRule, e.Digest)
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OUTCOME\tREQUIRED\tROW\tEVIDENCE THAT BEARS ON IT\tTITLE")
	for _, o := range e.Outcomes() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", o.ID, o.Required, o.Confidence, bearings(o), o.Title)
	}
	return table.Flush()
}

// bearings lists what bears on an outcome: "pii.file refutes NA#2".
func bearings(o audit.Outcome) string {
	var words []string
	for _, b := range o.Bearings {
		words = append(words, fmt.Sprintf("%s %s %s", b.Evidence, b.Effect, b.Indicator))
	}
	return strings.Join(words, ", ")
}

// findEdition finds an edition by its ID, or in a file.
func findEdition(name string) (*standard.Edition, error) {
	if strings.ContainsAny(name, `./\`) {
		return standard.LoadFile(name)
	}
	e, err := standard.Find(name)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	return e, nil
}
