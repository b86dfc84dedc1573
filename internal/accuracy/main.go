// Command accuracy prints how right the identifiers are, measured with the real
// pipeline: on a corpus with a list of the truth, on generated files, on single
// records of known truth, and on columns of random numbers. Two simple-minded
// detectors are measured in the same run on the same extracted text. And how right
// the grades of channels are, on an estate of real servers, and beside them what
// other tools find there, as far as they are installed.
//
//	go run ./internal/accuracy [-corpus DIR] [-only corpus,material,records,columns,channels,peers] [-list] [-keep DIR]
//
// Other tools ("peers") take some fifteen minutes of it, most of the whole.
// The corpus is a folder with a truth.tsv that names its files. Without one,
// only what is generated is measured.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	var s study
	flags := flag.NewFlagSet("accuracy", flag.ExitOnError) // others put flags of their own into the usual set
	flags.StringVar(&s.corpus, "corpus", "", "folder of files with their truth.tsv; empty: generated material only")
	flags.StringVar(&s.keep, "keep", "", "folder to write the generated files to that were judged wrongly")
	flags.BoolVar(&s.list, "list", false, "list every file, record template and column that was judged wrongly")
	flags.Uint64Var(&s.seed, "seed", 1, "seed of the generated material")
	flags.IntVar(&s.files, "files", 2000, "how many positives to generate, and how many negatives")
	flags.IntVar(&s.records, "records", 4000, "how many records to generate")
	flags.IntVar(&s.columns, "columns", 1000, "how many columns of random numbers to generate, and how many of NHS numbers")
	flags.StringVar(&s.binary, "binary", "bin/trustaudit", "the program that scans the estate of channels")
	only := flags.String("only", strings.Join(parts(), ","), "what to measure")
	_ = flags.Parse(os.Args[1:]) // it exits at an error
	out := bufio.NewWriter(os.Stdout)
	s.out = out
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // so that no server is left behind
	defer stop()
	err := s.run(ctx, strings.Split(*only, ","))
	out.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// parts are what can be measured, in the order of the output.
func parts() []string {
	return []string{"corpus", "material", "records", "columns", "channels", "peers"}
}

// study is one run of measurements.
type study struct {
	out     *bufio.Writer
	corpus  string
	keep    string
	binary  string
	list    bool
	seed    uint64
	files   int
	records int
	columns int
	bars    []bar
}

func (s *study) run(ctx context.Context, only []string) error {
	for _, name := range only {
		if !slices.Contains(parts(), name) {
			return fmt.Errorf("there is no part %q", name)
		}
	}
	measures := map[string]func(context.Context) error{
		"corpus": s.measureCorpus, "material": s.measureMaterial, "records": s.measureRecords, "columns": s.measureColumns,
		"channels": s.measureChannels, "peers": s.measurePeers,
	}
	for _, name := range parts() {
		if !slices.Contains(only, name) {
			continue
		}
		if err := measures[name](ctx); err != nil {
			return fmt.Errorf("measure %s: %w", name, err)
		}
		s.out.Flush()
	}
	s.printBars()
	return nil
}
