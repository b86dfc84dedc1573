// Package telnet looks at Telnet servers up to the prompt for a name.
package telnet

import (
	"context"
	"errors"
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at what a Telnet server says before anybody logs in: whether it offers to encrypt, and whether it asks for a name and a password. Nothing is typed.

One connection refuses every option that the server asks for or offers ("DONT and WONT"), until a prompt comes.`

// sayRefusals announces answers to options.
const sayRefusals = "DONT and WONT"

// service is Telnet in the words of discovery.
const service = "telnet"

// Probe looks at Telnet servers.
var Probe = probe.Probe{
	Name:    "telnet",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
}

var errNotTelnet = errors.New("what answers is not Telnet")

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "login.clear"}
	heard, err := listen(ctx, l)
	heard.describe(&l.Seen)
	switch {
	case len(l.Seen.Traits) > 0: // how the conversation ended then changes nothing
		return nil
	case err == nil:
		return errNotTelnet
	}
	return err
}

// maxHeard bounds what is read.
const maxHeard = 8 << 10

// listen hears a server out until it asks for something.
func listen(ctx context.Context, l *talk.Look) (heard, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return heard{}, err
	}
	defer conn.Close()
	var h heard
	buf := make([]byte, 1<<10)
	for total := 0; total < maxHeard && h.prompt() == noPrompt; {
		n, err := conn.Read(buf)
		total += n
		if refusals := h.take(buf[:n]); len(refusals) > 0 {
			if err := conn.Send(sayRefusals, refusals); err != nil {
				return h, err
			}
		}
		if err != nil {
			return h, fmt.Errorf("read up to the prompt: %w", err)
		}
	}
	return h, nil
}
