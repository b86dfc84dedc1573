package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"trustaudit/internal/audit"
	discover "trustaudit/internal/probe/discover/fact"

	"trustaudit/internal/estatetest"
)

// measureChannels scans an estate of real servers, once with the named tests that
// they ask for and once with none, by the program itself, and holds what it says
// of each server against what must be said.
func (s *study) measureChannels(ctx context.Context) error {
	estate, err := estatetest.Up(ctx)
	if err != nil {
		return err
	}
	defer estate.Down()
	fmt.Fprintf(s.out, "\nchannels: an estate of %d real servers, each at an address of its own\n", len(estate.Up))
	for _, words := range estate.Missing {
		fmt.Fprintf(s.out, "  not run: %s\n", words)
	}
	looked, took, err := s.scanEstate(ctx, estate, false)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "  scanned without named tests in %.1f s\n", took.Seconds())
	s.printTold(estate, false)
	tested, took, err := s.scanEstate(ctx, estate, true)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "  scanned with them in %.1f s\n\n", took.Seconds())
	s.printTold(estate, true)
	s.printChannels(estate, tested, looked)
	s.printSent(looked, tested)
	return nil
}

// seenEstate is what one scan says of an estate.
type seenEstate struct {
	services map[string]string            // by host:port
	finds    map[string][]estatetest.Find // likewise
	sent     []audit.SentRow
}

// scanEstate scans an estate and reads what was concluded.
func (s *study) scanEstate(ctx context.Context, e *estatetest.Estate, tests bool) (seenEstate, time.Duration, error) {
	dir, err := os.MkdirTemp("", "accuracy")
	if err != nil {
		return seenEstate{}, 0, fmt.Errorf("scan estate: %w", err)
	}
	defer os.RemoveAll(dir)
	file, err := e.Engagement(dir, tests)
	if err != nil {
		return seenEstate{}, 0, err
	}
	run := filepath.Join(dir, "run")
	began := time.Now()
	if _, err := s.trustaudit(ctx, "scan", file, "--out", run, "--quiet"); err != nil {
		return seenEstate{}, 0, err
	}
	took := time.Since(began)
	seen := seenEstate{services: map[string]string{}, finds: map[string][]estatetest.Find{}}
	if err := s.services(ctx, run, &seen); err != nil {
		return seen, 0, err
	}
	if err := s.sent(ctx, run, &seen); err != nil {
		return seen, 0, err
	}
	return seen, took, s.findings(ctx, run, &seen)
}

// trustaudit runs the program; that it found something, or could not tell
// everything, is no failure.
func (s *study) trustaudit(ctx context.Context, args ...string) ([]byte, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, s.binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() == 3 || exit.ExitCode() == 4) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("run %s %s: %w: %s", s.binary, args[0], err, said.Bytes())
	}
	return out.Bytes(), nil
}

func (s *study) services(ctx context.Context, run string, seen *seenEstate) error {
	out, err := s.trustaudit(ctx, "facts", run)
	if err != nil {
		return err
	}
	return eachLine(out, func(line []byte) error {
		var f struct {
			Kind string          `json:"kind"`
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(line, &f); err != nil {
			return err
		}
		if !strings.HasPrefix((discover.Endpoint{}).FactKind(), f.Kind+"/") {
			return nil
		}
		var e discover.Endpoint
		if err := json.Unmarshal(f.Data, &e); err != nil {
			return err
		}
		seen.services[e.Address] = e.Service
		return nil
	})
}

// sent reads from the report what each probe sent.
func (s *study) sent(ctx context.Context, run string, seen *seenEstate) error {
	out, err := s.trustaudit(ctx, "report", run, "--format", "json", "-o", "-")
	if err != nil {
		return err
	}
	var report audit.Report
	if err := json.Unmarshal(out, &report); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	seen.sent = report.Sent
	return nil
}

func (s *study) findings(ctx context.Context, run string, seen *seenEstate) error {
	out, err := s.trustaudit(ctx, "results", run)
	if err != nil {
		return err
	}
	return eachLine(out, func(line []byte) error {
		var r audit.Result
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		for _, f := range r.Findings {
			for _, e := range f.Exemplars {
				at, trait, _ := strings.Cut(e.Locator, " ")
				if f.Severity > audit.Note && strings.HasPrefix(r.Check, "CHANNEL-") {
					at = strings.TrimPrefix(at, "udp/")
					seen.finds[at] = append(seen.finds[at], estatetest.Find{Check: r.Check, Trait: trait})
				}
			}
		}
		return nil
	})
}

func eachLine(out []byte, do func([]byte) error) error {
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if err := do(lines.Bytes()); err != nil {
			return fmt.Errorf("read what the program says: %w", err)
		}
	}
	return lines.Err()
}

// printChannels prints a line for each server, and the bars.
func (s *study) printChannels(e *estatetest.Estate, tested, looked seenEstate) {
	table := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "  server\tservice\tcalled\tfindings\tmissed\tfalse\tfalse without tests")
	var wrongs strings.Builder
	var want, missed, wrong, twins, wrongTwins, called, tcp int
	for _, one := range e.Up {
		at := net.JoinHostPort(one.Host, strconv.Itoa(one.Port))
		finds := s.wanted(one)
		lacking, beside := compare(finds, tested.finds[at])
		_, besideUntested := compare(finds, looked.finds[at])
		want, missed, wrong = want+len(finds), missed+len(lacking), wrong+len(beside)+len(besideUntested)
		if len(one.Finds) == 0 {
			twins++
			wrongTwins += min(1, len(beside)+len(besideUntested))
		}
		if !one.UDP {
			tcp++
			if tested.services[at] == one.Service {
				called++
			}
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%d\t%s\t%s\t%s\n", one.Name, one.Service, cmp.Or(tested.services[at], "-"),
			len(finds), dashed(len(lacking)), dashed(len(beside)), dashed(len(besideUntested)))
		listWrong(&wrongs, one.Name+" lacks", lacking)
		listWrong(&wrongs, one.Name+" has", beside)
		listWrong(&wrongs, one.Name+" has, without tests", besideUntested)
	}
	table.Flush()
	fmt.Fprint(s.out, wrongs.String())
	s.bars = append(s.bars,
		bar{fmt.Sprintf("channels: findings made, all of %d", want), strconv.Itoa(want - missed), missed == 0 && want > 0},
		bar{fmt.Sprintf("channels: nothing said of the %d hardened twins", twins), strconv.Itoa(wrongTwins) + " wrong", wrongTwins == 0 && twins > 0},
		bar{"channels: nothing said that is not so", strconv.Itoa(wrong) + " wrong", wrong == 0},
		bar{fmt.Sprintf("channels: services recognised, all of %d", tcp), strconv.Itoa(called), called == tcp},
	)
}

// printTold reads the servers' own logs for what shows that somebody logged in,
// named a user or sent something: none of it after a scan in which no named test is
// allowed, and after one with them, in each log of a server that asks for one.
func (s *study) printTold(e *estatetest.Estate, tests bool) {
	var logs, told int
	for _, one := range e.Up {
		tell := one.Tell()
		if tell == nil || tests && len(one.Tests) == 0 {
			continue
		}
		logs++
		found := tell.FindString(one.Log())
		if found != "" {
			told++
		}
		if (found != "") != tests {
			fmt.Fprintf(s.out, "  the log of %s: %q\n", one.Name, found)
		}
	}
	words, want := "channels: no log-in, user or message in the logs of %d servers, where no test is named", 0
	if tests {
		words, want = "channels: where one is, the logs show it, all of %d", logs
	}
	s.bars = append(s.bars, bar{fmt.Sprintf(words, logs), strconv.Itoa(told) + " told", told == want && logs > 0})
}

// printSent counts the kinds of packets that were sent, and those that no probe's doc
// lists.
func (s *study) printSent(all ...seenEstate) {
	kinds, unlisted := map[string]bool{}, 0
	for _, seen := range all {
		for _, row := range seen.sent {
			for _, k := range row.Kinds {
				kinds[k.Words] = kinds[k.Words] || k.Times > 0
				if k.Unlisted {
					unlisted++
					fmt.Fprintf(s.out, "  %s sent what no doc lists: %s\n", row.Probe, k.Words)
				}
			}
		}
	}
	sent := 0
	for _, was := range kinds {
		if was {
			sent++
		}
	}
	s.bars = append(s.bars, bar{fmt.Sprintf("channels: %d kinds of packet sent of %d, each listed in a doc", sent, len(kinds)), strconv.Itoa(unlisted) + " unlisted", unlisted == 0 && sent > 0})
}

// compare says what is lacking of what is wanted, and what there is beside it.
func compare(want, got []estatetest.Find) (lacking, beside []estatetest.Find) {
	for _, f := range want {
		if !slices.Contains(got, f) {
			lacking = append(lacking, f)
		}
	}
	for _, f := range got {
		if !slices.Contains(want, f) && !slices.Contains(beside, f) {
			beside = append(beside, f)
		}
	}
	return lacking, beside
}

// helped says whether the helper that runs templates lies beside the program.
func (s *study) helped() bool {
	_, err := os.Stat(filepath.Join(filepath.Dir(s.binary), "trustaudit-nuclei"))
	return err == nil
}

func dashed(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func listWrong(to io.Writer, what string, finds []estatetest.Find) {
	for _, f := range finds {
		fmt.Fprintf(to, "  %s: %s %s\n", what, f.Check, f.Trait)
	}
}
