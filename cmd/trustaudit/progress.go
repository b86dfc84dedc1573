package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"trustaudit/internal/engine"
)

// progress shows how far a run is: a bar on a terminal, now and then a plain
// line elsewhere, nothing when quiet.
type progress struct {
	app   *app
	bar   *mpb.Bar
	bars  *mpb.Progress
	began time.Time

	mu   sync.Mutex
	last engine.Progress
	told time.Time
}

// lineEvery is how often a plain line is printed.
const lineEvery = 5 * time.Second

func (a *app) progress() *progress {
	p := &progress{app: a, began: a.now(), told: a.now()}
	if a.quiet || a.logJSON == logJSON || !isTerminal(a.stderr) || a.getenv("TERM") == "dumb" {
		return p
	}
	p.bars = mpb.New(mpb.WithOutput(a.stderr), mpb.WithWidth(40), mpb.WithRefreshRate(150*time.Millisecond))
	p.bar = p.bars.New(0, mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding(" ").Rbound("]"),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return p.phase() })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.words() })))
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// report takes the engine's word. It is called from several goroutines.
func (p *progress) report(now engine.Progress) {
	p.mu.Lock()
	p.last = now
	line := p.bar == nil && !p.app.quiet && p.app.now().Sub(p.told) >= lineEvery
	if line {
		p.told = p.app.now()
	}
	p.mu.Unlock()
	if p.bar != nil {
		p.bar.SetTotal(now.Total, false)
		p.bar.SetCurrent(now.Units)
	}
	if line {
		p.app.say("%s %s", p.phase(), p.words())
	}
}

func (p *progress) phase() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%-9s ", p.last.Phase)
}

func (p *progress) words() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	seconds := max(p.app.now().Sub(p.began).Seconds(), 0.001)
	return fmt.Sprintf(" %d of %d units, %d items, %.0f items/s", p.last.Units, p.last.Total, p.last.Items, float64(p.last.Items)/seconds)
}

// stop leaves the last state on the screen.
func (p *progress) stop() {
	if p.bar == nil {
		return
	}
	p.bar.SetTotal(max(p.last.Units, 1), true)
	p.bars.Wait()
}

// say prints a line for people, unless quiet.
func (a *app) say(format string, args ...any) {
	switch {
	case a.quiet:
	case a.logJSON == logJSON:
		a.lines().Info(strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
	default:
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}
