package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/reports/wording"
)

func (a *app) channelsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "channels DIR",
		Short: "List the services that answered, each with its grade",
		Long: `Lists the services that answered, the worst first: open, weak, acceptable (within
a legacy profile) or sound, of 100 points, with the points before anything capped
them, what caps them, by which clause, and the setting that mends it.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			j, err := a.judge(args[0], "")
			if err != nil {
				return err
			}
			return a.printChannels(j.report.Channels, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object per line")
	return c
}

func (a *app) printChannels(rows []audit.ChannelRow, asJSON bool) error {
	if asJSON {
		out := a.ndjson()
		var err error
		for _, row := range rows {
			if err = out.write(row); err != nil {
				break
			}
		}
		return out.close(err)
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ENDPOINT\tSERVICE\tGRADE\tPROTECTION")
	for _, row := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", wording.Endpoint(row.Target), row.Service, wording.Grade(row), row.Protection)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	var caps strings.Builder
	for _, row := range rows {
		if len(row.Caps) == 0 {
			continue
		}
		fmt.Fprintf(&caps, "\n%s\n  %s\n", wording.Endpoint(row.Target), wording.Cap(row))
		if setting := row.Caps[len(row.Caps)-1].Setting; setting != "" {
			fmt.Fprintf(&caps, "  Set: %s\n", setting)
		}
	}
	_, err := io.WriteString(a.stdout, caps.String())
	return err
}
