package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"trustaudit/internal/engagement"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented engagement file to fill in",
		Long:  "Writes an engagement file with a comment for every key (engagement.yaml, unless\nanother name is given). An existing file is never overwritten.",
		Args:  usage(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			name := "engagement.yaml"
			if len(args) == 1 {
				name = args[0]
			}
			return a.init(name)
		},
	}
}

func (a *app) init(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write %s: it exists already and is left as it is; name another file", name)
	}
	if err != nil {
		return fmt.Errorf("write engagement: %w", err)
	}
	_, err = f.WriteString(engagement.Template())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write engagement: %w", err)
	}
	fmt.Fprintf(a.stdout, "Wrote %s. Fill it in, then run: trustaudit scan %s --out run\n", name, name)
	return nil
}
