// Package rsync looks at what an rsync service shows whoever asks.
package rsync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

// service is what the service is called.
const service = "rsync"

// What is sent: the version that is spoken, the question which modules there are,
// and, in words, the name of a module.
const (
	greet     = "@RSYNCD: 31.0"
	askList   = "#list"
	askModule = "name of a module"
)

const doc = `Looks at which modules an rsync service lists, and whether it asks who wants them.

One connection reads the greeting and sends "@RSYNCD: 31.0" and "#list". For each module of the list, eight at most, one more connection sends "@RSYNCD: 31.0" and the "name of a module", reads whether a password is asked for, and leaves: no file is listed or fetched, and no password is sent.`

// The traits that are looked for.
const (
	encryption = "encryption"
	access     = "access"
)

// Probe looks at rsync services.
var Probe = probe.Probe{
	Name:    service,
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
}

// maxModules bounds how many modules are asked for, and maxLines how long a list
// is read.
const (
	maxModules = 8
	maxLines   = 1000
)

var errForeign = errors.New("the greeting is not that of rsync")

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{encryption, access}
	modules, err := list(ctx, l)
	if err != nil {
		return err
	}
	l.Seen.Has(encryption, "none", "the rsync protocol knows no encryption")
	if len(modules) == 0 {
		l.Seen.Lacks(access, "no module is listed, and hidden ones were not guessed")
		return nil
	}
	asked := modules[:min(len(modules), maxModules)]
	var open []string
	var failed error
	for _, module := range asked {
		lets, err := opens(ctx, l, module)
		switch {
		case err != nil:
			failed = err
		case lets:
			open = append(open, fmt.Sprintf("%q", converse.Clean([]byte(module))))
		}
	}
	switch {
	case len(open) > 0:
		l.Seen.Has(access, "anyone-reads", "no password is asked for at "+strings.Join(open, ", "))
	case failed != nil:
		return failed
	case len(modules) > len(asked):
		l.Seen.Lacks(access, fmt.Sprintf("%d of %d modules ask for a password, the others were not asked for", len(asked), len(modules)))
	default:
		l.Seen.Has(access, "login", "")
	}
	return nil
}

// ask connects, reads the greeting, and answers it together with a request, which
// words announce.
func ask(ctx context.Context, l *talk.Look, words, request string) (*talk.Conn, error) {
	c, err := l.Call(ctx)
	if err != nil {
		return nil, err
	}
	greeting, err := c.Line()
	if err == nil && !strings.HasPrefix(greeting, "@RSYNCD: ") {
		err = errForeign
	}
	if err == nil {
		c.Say(greet)
		err = c.Send(words, []byte(greet+"\n"+request+"\n"))
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// list reads the names of the modules that the service tells anybody.
func list(ctx context.Context, l *talk.Look) ([]string, error) {
	c, err := ask(ctx, l, askList, askList)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var modules []string
	for range maxLines {
		line, err := c.Line()
		if err != nil {
			return nil, fmt.Errorf("read the list of modules: %w", err)
		}
		if strings.HasPrefix(line, "@") { // "@RSYNCD: EXIT", or an error
			return modules, nil
		}
		if name, _, ok := strings.Cut(line, "\t"); ok {
			modules = append(modules, strings.TrimRight(name, " "))
		}
	}
	return modules, nil
}

// opens says whether the service gives a module to whoever asks. Before it decides
// it may say a message of the day.
func opens(ctx context.Context, l *talk.Look, module string) (bool, error) {
	c, err := ask(ctx, l, askModule, module)
	if err != nil {
		return false, err
	}
	defer c.Close()
	for range maxLines {
		line, err := c.Line()
		switch {
		case err != nil:
			return false, fmt.Errorf("ask for a module: %w", err)
		case line == "@RSYNCD: OK":
			return true, nil
		case strings.HasPrefix(line, "@RSYNCD: AUTHREQD"), strings.HasPrefix(line, "@ERROR: access denied"), strings.HasPrefix(line, "@ERROR: auth failed"):
			return false, nil
		case strings.HasPrefix(line, "@ERROR"):
			return false, errors.New("a module fails for another reason than who asks")
		}
	}
	return false, talk.ErrEndless
}
