package main

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"trustaudit/internal/journal"
	"trustaudit/internal/run"
	"trustaudit/internal/scope"
)

func (a *app) contactsCommand() *cobra.Command {
	var host string
	var asJSON bool
	c := &cobra.Command{
		Use:   "contacts DIR",
		Short: "Tell what was sent to whom, and when",
		Long:  "Lists every contact that was made with a target, or refused by the scope, in the\norder of the journal.",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := run.Open(args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			print, flush := a.contactPrinter(asJSON)
			err = r.Records(journal.KindContact, func(raw json.RawMessage) error {
				var c scope.Contact
				if err := json.Unmarshal(raw, &c); err != nil {
					return fmt.Errorf("read contact: %w", err)
				}
				if host != "" && !concerns(c, host) {
					return nil
				}
				return print(c)
			})
			return flush(err)
		},
	}
	c.Flags().StringVar(&host, "host", "", "only this host, by name or address")
	c.Flags().BoolVar(&asJSON, "json", false, "print NDJSON")
	return c
}

// concerns reports whether a contact was with the host.
func concerns(c scope.Contact, host string) bool {
	name, _, err := net.SplitHostPort(c.Address)
	if err != nil {
		name = c.Address
	}
	return strings.EqualFold(name, host) || c.IP.IsValid() && c.IP.String() == host
}

// contactPrinter prints contacts as a table, or as NDJSON.
func (a *app) contactPrinter(asJSON bool) (print func(scope.Contact) error, flush func(error) error) {
	if asJSON {
		out := a.ndjson()
		return func(c scope.Contact) error { return out.write(c) }, out.close
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TIME\tEVENT\tADDRESS\tPROBE\tSENT\tRECEIVED\tWHAT")
	print = func(c scope.Contact) error {
		what := strings.Join(c.Said, ", ")
		if c.Reason != "" {
			what = strings.TrimPrefix(what+"; "+c.Reason, "; ")
		}
		_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n",
			c.At.UTC().Format(time.RFC3339), c.Event, c.Address, c.Probe, c.Sent, c.Received, what)
		return err
	}
	flush = func(err error) error {
		if err != nil {
			return err
		}
		return table.Flush()
	}
	return print, flush
}
