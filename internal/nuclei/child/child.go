// Package child starts the helper that asks the questions of templates, trustaudit-nuclei,
// and talks to it. The helper can reach nothing but the scope's proxy; what it says
// is believed only as far as it can be checked.
package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"

	"trustaudit/internal/contained"
	"trustaudit/internal/nuclei"
	"trustaudit/internal/scope"
)

// Config says what the helper is and what it may do.
type Config struct {
	Program  string // trustaudit-nuclei
	Self     string // this binary, which confines itself before it becomes the helper
	Dir      string // made for the run: the only folder that the helper may write in
	Env      []string
	Password string             // of the proxy; a fresh one for each run
	Set      func() *nuclei.Set // asked for when the helper is needed
	Guard    *scope.Guard
}

const (
	startTime  = 30 * time.Second // until it is ready
	askTime    = 90 * time.Second // it gives up by itself before that
	memory     = 1 << 30
	maxLine    = 64 << 10
	maxAnswers = 10_000 // lines about one server
	maxStarts  = 4      // in a run: a server that ends the helper must not end it for all
)

// ErrEnded says that the helper ended before it had answered.
var ErrEnded = errors.New("the helper trustaudit-nuclei ended")

// Helper is the helper of one run. It is started when it is needed first.
type Helper struct {
	config Config
	mu     sync.Mutex // guards what follows
	live   *process
	starts int
	jobs   int
}

// New returns the helper of a run.
func New(c Config) *Helper { return &Helper{config: c} }

// Close ends the helper.
func (h *Helper) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.live != nil {
		h.live.end()
		h.live = nil
	}
}

// Ask asks a service at an address the questions that the set has for it, and returns
// what was matched and which questions went unanswered. The error says why nothing
// could be asked, and wraps the scope's where that did not permit it.
func (h *Helper) Ask(ctx context.Context, who scope.Who, service, address string) ([]nuclei.Line, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	questions := h.config.Set().For(service)
	p, number, err := h.process(ctx)
	if err != nil {
		return nil, err
	}
	var failed failure
	defer p.proxy.Admit(address, scope.Pass{Who: who, Words: h.words(questions), Failed: failed.keep})()
	answers, err := p.do(ctx, nuclei.Job{Number: number, URL: service + "://" + address, Questions: questions})
	if err != nil {
		return nil, errors.Join(err, failed.err())
	}
	answers = slices.DeleteFunc(answers, func(l nuclei.Line) bool { return !h.believed(l, questions) })
	if everyUnanswered(answers, questions) {
		return nil, failed.err()
	}
	return answers, nil
}

// words are what a connection carries, by the number of its question.
func (h *Helper) words(questions []int) func(string) string {
	return func(name string) string {
		n, err := strconv.Atoi(name)
		if err != nil || !slices.Contains(questions, n) {
			return ""
		}
		return h.config.Set().Questions[n].Words
	}
}

// believed says whether a line is about a question that was asked, and a template of
// it.
func (h *Helper) believed(l nuclei.Line, questions []int) bool {
	return slices.Contains(questions, l.Question) &&
		(l.Template == "" || slices.Contains(h.config.Set().Questions[l.Question].Templates, l.Template))
}

func everyUnanswered(answers []nuclei.Line, questions []int) bool {
	unanswered := 0
	for _, l := range answers {
		if l.Error != "" {
			unanswered++
		}
	}
	return unanswered == len(questions)
}

// failure is the last reason for which a connection was not made.
type failure struct {
	mu  sync.Mutex
	why error
}

func (f *failure) keep(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.why = err
}

func (f *failure) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.why == nil {
		return errors.New("no question was answered")
	}
	return f.why
}

// process returns the helper's process, and the number of the next job.
func (h *Helper) process(ctx context.Context) (*process, int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.jobs++
	if h.live != nil && !h.live.over() {
		return h.live, h.jobs, nil
	}
	if h.live != nil {
		h.live.end()
		h.live = nil
	}
	if h.starts == maxStarts {
		return nil, 0, fmt.Errorf("%w %d times", ErrEnded, maxStarts)
	}
	h.starts++
	p, err := start(ctx, h.config)
	if err != nil {
		return nil, 0, fmt.Errorf("start %s: %w", h.config.Program, err)
	}
	h.live = p
	return p, h.jobs, nil
}

// process is the helper while it runs.
type process struct {
	cmd     *exec.Cmd
	proxy   *scope.Proxy
	in      io.WriteCloser
	release func()
	ended   chan struct{}

	mu      sync.Mutex // guards in, and what follows
	waiting map[int]job
}

// job is one that is waited for.
type job struct {
	lines chan nuclei.Line
	gone  chan struct{} // closed when nobody waits any more
}

// start starts the helper and waits until it is ready. It outlives the unit that
// needed it first.
func start(ctx context.Context, c Config) (*process, error) {
	proxy, err := c.Guard.Proxy(context.WithoutCancel(ctx), c.Password)
	if err != nil {
		return nil, err
	}
	p := &process{proxy: proxy, ended: make(chan struct{}), waiting: map[int]job{}}
	p.cmd = contained.Program{Self: c.Self, Path: c.Program, Dir: c.Dir, Port: proxy.Port(), Env: environment(c)}.Command()
	out, err := p.begin()
	if err != nil {
		proxy.Close()
		return nil, err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, maxLine)
	late := time.AfterFunc(startTime, p.kill)
	stop := context.AfterFunc(ctx, p.kill)
	err = p.greet(lines, c)
	late.Stop()
	stop()
	go p.listen(lines)
	if err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// environment names one folder for all that nuclei writes.
func environment(c Config) []string {
	env := slices.Clone(c.Env)
	for _, name := range nuclei.Variables() {
		env = append(env, name+"="+c.Dir)
	}
	return env
}

func (p *process) begin() (out io.Reader, err error) {
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if out, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if p.release, err = contained.Tie(p.cmd, memory); err != nil {
		p.kill()
		return nil, errors.Join(err, p.cmd.Wait())
	}
	return out, nil
}

// greet tells the helper what to ask, and hears that it is ready.
func (p *process) greet(lines *bufio.Scanner, c Config) error {
	set := c.Set()
	hello := nuclei.Start{Questions: set.Questions, Password: c.Password, Home: c.Dir, Proxy: net.JoinHostPort("127.0.0.1", strconv.Itoa(int(p.proxy.Port())))}
	for _, t := range set.Templates {
		hello.Templates = append(hello.Templates, t.Text)
	}
	if err := json.NewEncoder(p.in).Encode(hello); err != nil {
		return fmt.Errorf("tell it what to ask: %w", err)
	}
	var line nuclei.Line
	switch {
	case !lines.Scan():
		return errors.Join(ErrEnded, lines.Err())
	case json.Unmarshal(lines.Bytes(), &line) == nil && line.Ready:
		return nil
	case set.Template(line.Template) != nil:
		return fmt.Errorf("template %s is not one that nuclei takes: %s", line.Template, line.Error)
	}
	return errors.New("it does not say that it is ready")
}

// listen hands what the helper says to those who wait for it, until it ends.
func (p *process) listen(lines *bufio.Scanner) {
	for lines.Scan() {
		var line nuclei.Line
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			break
		}
		p.mu.Lock()
		waiting, known := p.waiting[line.Job]
		p.mu.Unlock()
		if !known {
			continue
		}
		select {
		case waiting.lines <- line:
		case <-waiting.gone:
		}
	}
	p.kill()
	_ = p.cmd.Wait() // how it ended tells nothing that matters
	close(p.ended)
}

// do gives the helper a job, and waits until it is done.
func (p *process) do(ctx context.Context, what nuclei.Job) ([]nuclei.Line, error) {
	mine := job{lines: make(chan nuclei.Line), gone: make(chan struct{})}
	defer close(mine.gone)
	p.mu.Lock()
	p.waiting[what.Number] = mine
	err := json.NewEncoder(p.in).Encode(what)
	p.mu.Unlock()
	defer p.forget(what.Number)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEnded, err)
	}
	var all []nuclei.Line
	for {
		select {
		case line := <-mine.lines:
			if line.Done {
				return all, nil
			}
			if all = append(all, line); len(all) > maxAnswers {
				return nil, errors.New("the helper says more than there is to say")
			}
		case <-p.ended:
			return nil, ErrEnded
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (p *process) forget(number int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, number)
}

func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func (p *process) kill() { _ = p.cmd.Process.Kill() } // it may have ended by itself

// end ends the helper and lets go of it.
func (p *process) end() {
	p.in.Close()
	p.kill()
	<-p.ended
	p.proxy.Close()
	p.release()
}
