package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"trustaudit/internal/estatetest"
	"trustaudit/internal/scope"
)

// measureEstate scans an estate of real servers, beside nmap's recognition of the
// same ports, and prints what each service cost it in connections and bytes.
func (b *bench) measureEstate() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // so that no server is left behind
	defer stop()
	estate, err := estatetest.Up(ctx)
	if err != nil {
		return err
	}
	defer estate.Down()
	engagement, err := estate.Engagement(b.dir, false)
	if err != nil {
		return err
	}
	run := filepath.Join(b.dir, "estate")
	f, err := b.trustaudit("scan", engagement, "--out", run, "--quiet")
	if err != nil {
		return err
	}
	fmt.Printf("\nan estate of %d real servers, each at an address of its own: %.1f s, %.1f CPU s, memory at most %.0f MiB\n",
		len(estate.Up), f.wall.Seconds(), f.cpu.Seconds(), mib(f.rss))
	if err := b.printContacts(run, estate); err != nil {
		return err
	}
	b.nmap(estate)
	printBars([]bar{{what: "the whole estate, with identification", figure: f.wall.Seconds(), unit: "s", wanted: 10, most: true}})
	return nil
}

// contacts sums up what one host was sent and sent back.
type contacts struct {
	connections    int
	sent, received int64
}

func (b *bench) printContacts(run string, e *estatetest.Estate) error {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return err
	}
	out, err := exec.Command(binary, "contacts", run, "--json").Output()
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	by := map[string]*contacts{}
	for line := range bytes.SplitSeq(out, []byte("\n")) {
		var c scope.Contact
		if len(line) == 0 || json.Unmarshal(line, &c) != nil || c.Event != scope.EventEnded || c.Doors > 0 {
			continue
		}
		host := c.IP.String()
		if by[host] == nil {
			by[host] = &contacts{}
		}
		by[host].connections++
		by[host].sent += c.Sent
		by[host].received += c.Received
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "  server\tconnections\tbytes sent\tbytes received")
	for _, one := range e.Up {
		c := by[one.Host]
		if c == nil {
			c = &contacts{}
		}
		fmt.Fprintf(table, "  %s\t%d\t%d\t%d\n", one.Name, c.connections, c.sent, c.received)
	}
	return table.Flush()
}

// nmapTime bounds nmap, which may take minutes.
const nmapTime = 10 * time.Minute

// nmap has the peer recognise the services of the same hosts, each at its own
// port: it is told where to look, and asked nothing else.
func (b *bench) nmap(e *estatetest.Estate) {
	program, err := exec.LookPath("nmap")
	if err != nil {
		fmt.Println("  nmap is not installed: no peer")
		return
	}
	var hosts, ports []string
	for _, one := range e.Up {
		if !one.UDP {
			hosts, ports = append(hosts, one.Host), append(ports, strconv.Itoa(one.Port))
		}
	}
	slices.SortFunc(ports, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	ctx, cancel := context.WithTimeout(context.Background(), nmapTime)
	defer cancel()
	began := time.Now()
	err = exec.CommandContext(ctx, program, append([]string{"-n", "-Pn", "-sV", "-p", strings.Join(slices.Compact(ports), ",")}, hosts...)...).Run()
	if err != nil {
		fmt.Printf("  nmap -sV did not end: %v after %.0f s\n", err, time.Since(began).Seconds())
		return
	}
	fmt.Printf("  nmap -sV at the same hosts and ports: %.1f s\n", time.Since(began).Seconds())
}
