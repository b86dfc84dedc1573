package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/projectdiscovery/gologger"
	"github.com/projectdiscovery/gologger/levels"
	"github.com/projectdiscovery/nuclei/v3/pkg/output"
	"github.com/projectdiscovery/nuclei/v3/pkg/protocols"
	"github.com/projectdiscovery/nuclei/v3/pkg/protocols/common/contextargs"
	"github.com/projectdiscovery/nuclei/v3/pkg/protocols/common/protocolinit"
	"github.com/projectdiscovery/nuclei/v3/pkg/scan"
	"github.com/projectdiscovery/nuclei/v3/pkg/templates"
	"github.com/projectdiscovery/nuclei/v3/pkg/types"

	"trustaudit/internal/nuclei"
)

// The bounds on what is asked.
const (
	answerTime   = 3 * time.Second // of one request
	questionTime = 4 * time.Second // of all the requests of one
	jobTime      = 60 * time.Second
	maxAnswer    = 256 << 10
)

// asker has every question ready.
type asker struct {
	questions []*templates.ClusterExecuter
}

// brokenTemplate is one that nuclei does not take.
type brokenTemplate struct {
	id  string
	err error
}

func (b *brokenTemplate) Error() string { return fmt.Sprintf("template %s: %v", b.id, b.err) }

// newAsker makes every question ready. Templates are read by our own rules first.
func newAsker(start nuclei.Start) (*asker, error) {
	set, err := nuclei.Parse(start.Templates...)
	if err != nil {
		return nil, err
	}
	gologger.DefaultLogger.SetMaxLevel(levels.LevelSilent)
	base := options(start, "")
	if err := protocolinit.Init(base); err != nil {
		return nil, fmt.Errorf("make nuclei ready: %w", err)
	}
	a := &asker{}
	parser := templates.NewParser()
	for i, q := range start.Questions {
		// Each question goes out under a name of its own, so that the other end of
		// the proxy knows what a connection is for.
		mine := options(start, strconv.Itoa(i))
		mine.ExecutionId = base.ExecutionId
		executor := &protocols.ExecutorOptions{
			Output: silent{}, Progress: silent{}, Options: mine, Parser: parser, Logger: gologger.DefaultLogger, DoNotCache: true,
		}
		ready, err := compile(set, q, executor)
		if err != nil {
			return nil, err
		}
		a.questions = append(a.questions, ready)
	}
	return a, nil
}

// options are nuclei's, with nothing that calls home, retries, or goes round the
// proxy.
func options(start nuclei.Start, name string) *types.Options {
	o := types.DefaultOptions()
	o.SetTimeouts(&types.Timeouts{DialTimeout: answerTime, HttpTimeout: answerTime, HttpResponseHeaderTimeout: answerTime})
	o.Timeout, o.Retries, o.ResponseReadSize, o.ResponseSaveSize = int(answerTime/time.Second), 0, maxAnswer, maxAnswer
	o.NoInteractsh, o.DisableHTTPProbe, o.NoHostErrors, o.Silent = true, true, true, true
	o.CustomHeaders = []string{"User-Agent: trustaudit"}
	o.InternalResolversList = []string{start.Proxy} // which answers no datagrams
	o.AliveSocksProxy = (&url.URL{Scheme: "socks5", User: url.UserPassword(name, start.Password), Host: start.Proxy}).String()
	o.Logger = gologger.DefaultLogger
	return o
}

// compile makes a question of its templates.
func compile(set *nuclei.Set, q nuclei.Question, executor *protocols.ExecutorOptions) (*templates.ClusterExecuter, error) {
	var all []*templates.Template
	for _, id := range q.Templates {
		t := set.Template(id)
		if t == nil {
			return nil, fmt.Errorf("there is no template %q", id)
		}
		ready, err := templates.ParseTemplateFromReader(strings.NewReader(t.Text), nil, executor)
		if err != nil {
			return nil, &brokenTemplate{id, err}
		}
		if len(ready.RequestsHTTP) != 1 || ready.RequestsHTTP[0].CompiledOperators == nil {
			return nil, &brokenTemplate{id, errors.New("nuclei sees no question in it")}
		}
		all = append(all, ready)
	}
	return templates.NewClusterExecuter(all, executor), nil
}

// do asks a server one question after another. A server that does not answer is
// left alone.
func (a *asker) do(ctx context.Context, job nuclei.Job, say func(nuclei.Line) error) error {
	ctx, cancel := context.WithTimeout(ctx, jobTime)
	defer cancel()
	silent := false
	for _, number := range job.Questions {
		line := nuclei.Line{Job: job.Number, Question: number}
		switch {
		case number < 0 || number >= len(a.questions):
			line.Error = "there is no such question"
		case silent || ctx.Err() != nil:
			line.Error = "left alone, since it did not answer"
		default:
			matches, err := a.ask(ctx, number, job.URL)
			for _, m := range matches {
				if err := say(nuclei.Line{Job: job.Number, Question: number, Template: m.TemplateID, Version: version(m)}); err != nil {
					return err
				}
			}
			if silent = err != nil; silent {
				line.Error = "it did not answer"
			}
		}
		if line.Error == "" {
			continue
		}
		if err := say(line); err != nil {
			return err
		}
	}
	return say(nuclei.Line{Job: job.Number, Done: true})
}

// ask puts one question. What nuclei panics of costs that question.
func (a *asker) ask(ctx context.Context, number int, server string) (matches []*output.ResultEvent, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("nuclei gave up")
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, questionTime)
	defer cancel()
	return a.questions[number].ExecuteWithResults(scan.NewScanContext(ctx, contextargs.NewWithInput(ctx, server)))
}

// version is what a template's extractor took, if it has one.
func version(m *output.ResultEvent) string {
	if len(m.ExtractedResults) == 0 {
		return ""
	}
	return m.ExtractedResults[0]
}
