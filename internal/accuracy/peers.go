package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"trustaudit/internal/estatetest"
)

// peer is another tool that is given one server at a time, at its one port.
type peer struct {
	name   string
	atOnce int // how many servers it looks at side by side: few where it computes, many where it waits
	// args are what it is called with; nil where the server is none of its business.
	args func(*estatetest.Instance) []string
	// read is what it says of the server, in the policy's words.
	read func(said []byte, of string) []estatetest.Find
	// knows says whether it could say so, on any server of that kind.
	knows func(f estatetest.Find, of string) bool
}

func peers() []peer { return []peer{sslscan(), nmap(), sshAudit(), testssl()} }

// peerTime is what a tool has for one server.
const peerTime = 2 * time.Minute

// measurePeers scans the estate with every tool that is installed, and prints what
// each finds of what must be found.
func (s *study) measurePeers(ctx context.Context) error {
	estate, err := estatetest.Up(ctx)
	if err != nil {
		return err
	}
	defer estate.Down()
	ours, took, err := s.scanEstate(ctx, estate, true)
	if err != nil {
		return err
	}
	columns := []column{{took: took, said: map[*estatetest.Instance][]estatetest.Find{}, peer: peer{
		name: "trustaudit", knows: func(estatetest.Find, string) bool { return true }}}}
	for _, one := range estate.Up {
		columns[0].said[one] = ours.finds[net.JoinHostPort(one.Host, strconv.Itoa(one.Port))]
	}
	for _, p := range peers() {
		if _, err := exec.LookPath(p.name); err == nil {
			columns = append(columns, p.scan(ctx, estate))
		}
	}
	s.printPeers(estate, columns)
	return nil
}

// column is what one tool says of the estate.
type column struct {
	peer
	took time.Duration
	said map[*estatetest.Instance][]estatetest.Find
	late map[*estatetest.Instance]bool // for which its time was not enough
}

func (p peer) scan(ctx context.Context, e *estatetest.Estate) column {
	c := column{peer: p, said: map[*estatetest.Instance][]estatetest.Find{}, late: map[*estatetest.Instance]bool{}}
	began := time.Now()
	var mu sync.Mutex
	var all sync.WaitGroup
	turn := make(chan struct{}, p.atOnce)
	for _, one := range e.Up {
		args := p.args(one)
		if args == nil {
			continue
		}
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			ctx, cancel := context.WithTimeout(ctx, peerTime)
			defer cancel()
			var said bytes.Buffer
			cmd := exec.CommandContext(ctx, p.name, args...)
			cmd.Stdout, cmd.WaitDelay = &said, time.Second
			_ = cmd.Run() // an exit code tells of findings, in these tools
			mu.Lock()
			defer mu.Unlock()
			c.said[one] = slices.DeleteFunc(p.read(said.Bytes(), kindOf(one.Server)), func(f estatetest.Find) bool {
				return f.Trait == inClear && !slices.Contains(one.Finds, f)
			})
			if ctx.Err() != nil {
				c.late[one] = true
			}
		})
	}
	all.Wait()
	c.took = time.Since(began)
	return c
}

// inClear is what the mere name of a service may tell. It counts in a tool's favour,
// and never against it.
const inClear = "encryption none"

// kindOf is what a server serves, also where nobody can tell by asking.
func kindOf(s estatetest.Server) string {
	first, _, _ := strings.Cut(s.Name, ",")
	if first == "storescp" {
		return "dicom"
	}
	return cmp.Or(s.Service, first)
}

// wanted is what must be found of a server: by its probes, and by templates where the
// helper for them is there.
func (s *study) wanted(one *estatetest.Instance) []estatetest.Find {
	if s.helped() {
		return slices.Concat(one.Finds, one.Matches)
	}
	return one.Finds
}

// printPeers prints a line for each finding that must be made, and one for each
// server of which a tool says what is not so.
func (s *study) printPeers(e *estatetest.Estate, columns []column) {
	fmt.Fprintln(s.out, "\nissue x tool: Y it is in what the tool says, - it is not, X it is said and not so, blank where the tool could not know, … where its time was not enough")
	for _, words := range e.Missing {
		fmt.Fprintf(s.out, "  not run: %s\n", words)
	}
	table := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	head := "  server\tissue"
	for _, c := range columns {
		head += "\t" + c.name
	}
	fmt.Fprintln(table, head)
	sums := make([]map[string]int, len(columns))
	for i := range columns {
		sums[i] = map[string]int{}
	}
	line := func(server, issue string, mark func(column) string) {
		row, any := "  "+server+"\t"+issue, false
		for i, c := range columns {
			m := mark(c)
			sums[i][m]++
			row, any = row+"\t"+m, any || m != ""
		}
		if any {
			fmt.Fprintln(table, row)
		}
	}
	for _, one := range e.Up {
		for _, f := range s.wanted(one) {
			line(one.Name, f.Trait, func(c column) string { return c.mark(one, f) })
		}
		line(one.Name, "(beside)", func(c column) string { return c.wrong(one, s.wanted(one)) })
	}
	last := []string{"  found, missed, wrong\t", "  wall time\t", "  not done in time\t"}
	for i, c := range columns {
		last[0] += fmt.Sprintf("\t%d, %d, %d", sums[i]["Y"], sums[i]["-"], sums[i]["X"])
		last[1] += fmt.Sprintf("\t%.1f s", c.took.Seconds())
		last[2] += "\t" + dashed(len(c.late))
	}
	fmt.Fprintln(table, strings.Join(last, "\n"))
	table.Flush()
	for _, c := range columns {
		for _, one := range e.Up {
			if _, beside := compare(s.wanted(one), c.said[one]); len(beside) > 0 {
				listWrong(s.out, c.name+" says wrongly of "+one.Name, beside)
			}
		}
	}
}

// mark says how a tool fares with one finding.
func (c column) mark(one *estatetest.Instance, f estatetest.Find) string {
	switch {
	case slices.Contains(c.said[one], f):
		return "Y"
	case c.args != nil && c.args(one) == nil || !c.knows(f, kindOf(one.Server)):
		return ""
	case c.late[one]:
		return "…"
	}
	return "-"
}

func (c column) wrong(one *estatetest.Instance, wanted []estatetest.Find) string {
	if _, beside := compare(wanted, c.said[one]); len(beside) > 0 {
		return "X"
	}
	return ""
}
