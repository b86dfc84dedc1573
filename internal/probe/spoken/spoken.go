// Package spoken looks at services that say in clear what they are, by themselves or
// when they are asked one question, and of which nothing more is asked: telephones and
// cameras, faxes and scanners, disks over the network, queues of jobs and messages,
// what watches over machines.
package spoken

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

func doc() string {
	var greet, asked, hellos []string
	for _, s := range services() {
		switch {
		case len(s.send) == 0:
			greet = append(greet, s.words)
			continue
		case len(s.ports) > 0:
			hellos = append(hellos, `"`+s.say+`"`)
		}
		asked = append(asked, fmt.Sprintf(`%s "%s"`, s.words, s.say))
	}
	return `Looks at whether services that say in clear what they are do so: ` + strings.Join(greet, ", ") + ` greet by themselves and are sent nothing.

Others are sent one question on one connection: ` + strings.Join(asked, ", ") + `. Cameras that answer are asked "` + sayDescribe + `", disks by NBD "` + sayExports + `" and monitors of power supplies "` + sayStartTLS + `" on the same connection. Nobody is logged in, called or told to do anything, and no picture, page, disk or message is asked for.

Discovery sends silent services, at their usual ports alone, ` + strings.Join(hellos, ", ") + `.`
}

// The traits that are looked for.
const (
	encryption = "encryption"
	required   = "encryption.required"
	access     = "access"
	loginClear = "login.clear"
)

// Probe looks at such services.
var Probe = probe.Probe{
	Name:    "spoken",
	Doc:     doc(),
	Phase:   audit.Observe,
	Plan:    talk.Plan(names()...),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos:  hellos(),
}

// names are what discovery calls the services.
func names() []string {
	var out []string
	for _, s := range services() {
		out = append(out, s.name)
	}
	return out
}

// hellos are the questions of those that do not speak by themselves.
func hellos() []probe.Hello {
	var out []probe.Hello
	for _, s := range services() {
		if len(s.send) > 0 && len(s.ports) > 0 {
			out = append(out, probe.Hello{Service: s.name, Say: s.say, Send: s.send, Ports: s.ports, Usual: true, Fits: func(b []byte) bool { return s.match(b) != nil }})
		}
	}
	return out
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 4 << 10

var errAnother = errors.New("the answer is not that of the service")

func look(ctx context.Context, l *talk.Look) error {
	s, ok := named(l.Seen.Service)
	if !ok {
		return fmt.Errorf("look at %s: no such service", l.Seen.Service)
	}
	for _, trait := range s.traits {
		l.Asked = append(l.Asked, trait.name)
	}
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if len(s.send) > 0 {
		if err := conn.Send(s.say, s.send); err != nil {
			return err
		}
	}
	answer, err := read(conn, s)
	if err != nil {
		return err
	}
	if m := s.match(answer); len(m) > 1 {
		l.Seen.Product = strings.TrimSpace(s.product + " " + converse.Clean([]byte(strings.TrimSpace(m[1]))))
	} else {
		l.Seen.Product = s.product
	}
	for _, trait := range s.traits {
		l.Seen.Has(trait.name, trait.value, trait.detail)
	}
	if s.untold != "" {
		l.Seen.Lacks(encryption, s.untold)
	}
	if s.further == nil {
		return nil
	}
	return s.further(l, conn, answer)
}

// read reads an answer up to where it fits.
func read(conn *talk.Conn, s service) ([]byte, error) {
	buf := make([]byte, 0, maxAnswer)
	for len(buf) < cap(buf) {
		n, err := conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if s.match(buf) != nil {
			return buf, nil
		}
		if err != nil && len(buf) == 0 {
			return nil, err
		}
		if err != nil {
			break
		}
	}
	return nil, errAnother
}
