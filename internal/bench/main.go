// Command bench prints the figures that the project promises, each beside its
// bar, and beside a peer where there is one: the scan of many small files
// beside ripgrep, in turns within one run; judging and verifying a long
// journal; the demonstration; the binary's size and start.
//
//	go run ./internal/bench -binary bin/trustaudit [-only files,judge,verify,demo,binary]
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	var b bench
	flag.StringVar(&b.binary, "binary", "bin/trustaudit", "the binary to measure")
	flag.IntVar(&b.files, "files", 100_000, "how many small files to scan")
	flag.Int64Var(&b.facts, "facts", 10_000_000, "how many facts to judge")
	flag.IntVar(&b.rounds, "rounds", 5, "rounds of the interleaved runs")
	only := flag.String("only", "binary,demo,files,verify,judge", "what to measure")
	flag.Parse()
	if err := b.run(strings.Split(*only, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of measurements.
type bench struct {
	binary string
	files  int
	facts  int64
	rounds int
	dir    string
}

func (b *bench) run(only []string) error {
	dir, err := os.MkdirTemp("", "trustaudit-bench-")
	if err != nil {
		return fmt.Errorf("make working folder: %w", err)
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	measures := map[string]func() error{
		"binary": b.measureBinary, "demo": b.measureDemo, "files": b.measureFiles,
		"judge": b.measureJudge, "verify": b.measureVerify,
	}
	for _, name := range only {
		measure, ok := measures[name]
		if !ok {
			return fmt.Errorf("there is no measure %q", name)
		}
		if err := measure(); err != nil {
			return fmt.Errorf("measure %s: %w", name, err)
		}
	}
	return nil
}
