package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"trustaudit/internal/audit"
	"trustaudit/internal/run"
)

// factRow is one line of 'trustaudit facts'.
type factRow struct {
	Kind    string          `json:"kind"`
	Version int             `json:"version"`
	Target  audit.Target    `json:"target"`
	Unit    string          `json:"unit"`
	Data    json.RawMessage `json:"data"`
}

func (a *app) factsCommand() *cobra.Command {
	var probe string
	c := &cobra.Command{
		Use:   "facts DIR",
		Short: "Print what the probes saw, as NDJSON",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := run.Open(args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			out := a.ndjson()
			err = r.Facts(func(string) bool { return true }, func(raw run.Raw) error {
				if probe != "" && raw.Unit.Probe != probe {
					return nil
				}
				kind, version := audit.SplitKind(raw.Kind)
				return out.write(factRow{Kind: kind, Version: version, Target: raw.Target, Unit: raw.Unit.ID, Data: raw.Data})
			})
			return out.close(err)
		},
	}
	c.Flags().StringVar(&probe, "probe", "", "only the facts of this probe")
	return c
}
