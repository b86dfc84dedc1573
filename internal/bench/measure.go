package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/journal"
	contentfact "trustaudit/internal/probe/content/fact"
)

// figure is what one finished process used.
type figure struct {
	wall, cpu time.Duration
	rss       int64 // bytes
}

// time runs a command and returns what it used. Findings (exit 3) and an
// incomplete scan (exit 4) are no failure here, and ripgrep's 1 means no match.
func (b *bench) time(name string, args ...string) (figure, error) {
	c := exec.Command(name, args...)
	c.Dir = b.dir
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	f, err := timed(c)
	var e *exec.ExitError
	if errors.As(err, &e) && (e.ExitCode() == 3 || e.ExitCode() == 4) {
		err = nil
	}
	if err != nil {
		return figure{}, fmt.Errorf("run %s: %w\n%s", filepath.Base(name), err, output.Bytes())
	}
	return f, nil
}

// timed runs a command and returns what it used, however it ended.
func timed(c *exec.Cmd) (figure, error) {
	began := time.Now()
	err := c.Run()
	wall := time.Since(began)
	if c.ProcessState == nil {
		return figure{}, err // it did not start
	}
	s := c.ProcessState
	return figure{wall: wall, cpu: s.UserTime() + s.SystemTime(), rss: maxRSS(s)}, err
}

func (b *bench) trustaudit(args ...string) (figure, error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return figure{}, err
	}
	return b.time(binary, args...)
}

// median of the figures, each part by itself; of memory the most.
func median(all []figure) figure {
	pick := func(of func(figure) time.Duration) time.Duration {
		list := make([]time.Duration, len(all))
		for i, f := range all {
			list[i] = of(f)
		}
		slices.Sort(list)
		return list[len(list)/2]
	}
	m := figure{wall: pick(func(f figure) time.Duration { return f.wall }), cpu: pick(func(f figure) time.Duration { return f.cpu })}
	for _, f := range all {
		m.rss = max(m.rss, f.rss)
	}
	return m
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

func row(what string, f figure, figures, bar string) {
	fmt.Printf("%-34s wall %7.2f s  cpu %7.2f s  peak %6.0f MiB  %s  [bar: %s]\n", what, f.wall.Seconds(), f.cpu.Seconds(), mib(f.rss), figures, bar)
}

func (b *bench) measureBinary() error {
	info, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	var all []figure
	for range 4 * b.rounds {
		f, err := b.trustaudit("--version")
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	row("binary starts", median(all), fmt.Sprintf("%.1f MiB, %.1f ms", mib(info.Size()), median(all).wall.Seconds()*1000), "80 MiB, 50 ms")
	return nil
}

func (b *bench) measureDemo() error {
	f, err := b.trustaudit("demo", "--out", filepath.Join(b.dir, "demo"), "--quiet")
	if err != nil {
		return err
	}
	row("demo", f, "", "60 s, 300 MiB")
	return nil
}

// nhsNumber is the regular expression that ripgrep is given.
const nhsNumber = `\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b`

func (b *bench) measureFiles() error {
	tree := filepath.Join(b.dir, "tree")
	bytes, err := writeLetters(tree, b.files)
	if err != nil {
		return err
	}
	fmt.Printf("%d small text files, %.0f MiB\n", b.files, mib(bytes))
	if _, err := exec.LookPath("rg"); err != nil {
		return fmt.Errorf("find ripgrep: %w", err)
	}
	var ours, theirs []figure
	for i := range b.rounds + 1 { // the first round warms the cache and does not count
		f, err := b.time("rg", "-j2", "-c", nhsNumber, tree)
		if err != nil {
			return err
		}
		out := filepath.Join(b.dir, fmt.Sprintf("run%d", i))
		g, err := b.trustaudit("scan", "--self-assessment", "--path", tree, "--out", out, "--quiet")
		if err != nil {
			return err
		}
		if err := os.RemoveAll(out); err != nil {
			return err
		}
		if i > 0 {
			theirs, ours = append(theirs, f), append(ours, g)
		}
	}
	mine, peer := median(ours), median(theirs)
	n := float64(b.files)
	row("rg -j2 -c, NHS number alone", peer, fmt.Sprintf("%.0f files/s", n/peer.wall.Seconds()), "the peer")
	row("trustaudit scan, everything on", mine, fmt.Sprintf("%.0f files/s, %.2f of rg's (wall), %.2f (CPU)",
		n/mine.wall.Seconds(), peer.wall.Seconds()/mine.wall.Seconds(), peer.cpu.Seconds()/mine.cpu.Seconds()), "0.50 of rg's, 256 MiB")
	return os.RemoveAll(tree)
}

// journalOf writes a finished journal of n facts and returns its size.
func (b *bench) journalOf(n int64) (dir string, size int64, err error) {
	dir = filepath.Join(b.dir, fmt.Sprintf("journal-%d", n))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", 0, err
	}
	w, err := journal.Create(dir, time.Now)
	if err != nil {
		return "", 0, err
	}
	if err := fill(w, n); err != nil {
		return "", 0, errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return "", 0, err
	}
	info, err := os.Stat(filepath.Join(dir, "journal.ndjson"))
	if err != nil {
		return "", 0, err
	}
	return dir, info.Size(), nil
}

func fill(w *journal.Writer, n int64) error {
	target := audit.Target("file:///srv/share")
	opened := journal.Opened{
		Tool: "trustaudit", Started: time.Now().UTC(),
		Engagement: audit.Engagement{Reference: "bench", Kind: audit.SelfAssessment, Edition: "dspt-caf-v8"},
		Probes:     []journal.ProbeText{{Name: "content", Facts: []string{contentfact.Item{}.FactKind(), contentfact.Column{}.FactKind()}}},
	}
	if err := w.Append(journal.KindOpened, opened); err != nil {
		return err
	}
	plan := journal.Plan{Probe: "content", Target: target, Items: n, Complete: true}
	const perUnit = 128
	for done := int64(0); done < n; done += perUnit {
		u := audit.Unit{ID: fmt.Sprintf("content/%012x", done), Probe: "content", Target: target, Phase: audit.Observe}
		block := w.Begin(u)
		for i := done; i < min(done+perUnit, n); i++ {
			if err := block.Add(item(i)); err != nil {
				return err
			}
		}
		if err := block.Commit(journal.Done, ""); err != nil {
			return err
		}
		plan.Units = append(plan.Units, u.ID)
	}
	if err := w.Append(journal.KindPlan, plan); err != nil {
		return err
	}
	return w.Append(journal.KindFinished, journal.Finished{At: time.Now().UTC(), Units: int64(len(plan.Units))})
}

// item is a fact as a share yields it: one file in fifty identifies somebody.
func item(i int64) contentfact.Item {
	f := contentfact.Item{
		ID: fmt.Sprintf("%016x", i*2654435761), Path: fmt.Sprintf("ward %d/letters/%07d.docx", i%400, i), Size: 2000 + i%5000,
		Modified: "2026-05-01T09:30:00Z", Format: "docx", Status: contentfact.Read,
	}
	if i%50 == 0 {
		f.Identifiable, f.Records, f.Score, f.Excerpt = true, 1+i%3, 5.2, "NHS No 9•• ••• •••• DOB ••/••/••••"
		f.Identifiers = map[string]contentfact.Count{"nhs-number": {Count: 2, Distinct: 1}, "date-of-birth": {Count: 1, Distinct: 1}}
	}
	return f
}

func (b *bench) measureJudge() error {
	dir, size, err := b.journalOf(b.facts)
	if err != nil {
		return err
	}
	f, err := b.trustaudit("judge", dir, "--quiet")
	if err != nil {
		return err
	}
	row(fmt.Sprintf("judge %d facts, %.0f MiB", b.facts, mib(size)), f,
		fmt.Sprintf("%.0f facts/s", float64(b.facts)/f.wall.Seconds()), "256 MiB, minutes")
	return os.RemoveAll(dir)
}

func (b *bench) measureVerify() error {
	dir, size, err := b.journalOf(min(b.facts, 3_000_000))
	if err != nil {
		return err
	}
	var all []figure
	for range b.rounds {
		f, err := b.trustaudit("journal", "verify", dir)
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	f := median(all)
	row(fmt.Sprintf("journal verify, %.0f MiB", mib(size)), f, fmt.Sprintf("%.0f MB/s", float64(size)/1e6/f.wall.Seconds()), "200 MB/s")
	return os.RemoveAll(dir)
}
