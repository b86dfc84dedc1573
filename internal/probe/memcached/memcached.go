// Package memcached looks at Memcached.
package memcached

import (
	"context"
	"errors"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at whether Memcached answers in clear, and whether it answers those who did not log in.

One connection sends "version"; where TLS is spoken at its port, it does so after a "` + talk.SayHandshake + `". Nothing is read or written.

Discovery sends silent services "version".`

const version = "version"

// Probe looks at Memcached.
var Probe = probe.Probe{
	Name:    "memcached",
	Doc:     doc,
	Phase:   audit.Observe,
	Applies: func(audit.Target) bool { return false },
	Plan:    talk.PlanWithin("memcached", "11211"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: "memcached", Say: version, Send: []byte(version + "\r\n"), Ports: []uint16{11211},
		Fits: talk.FirstLine(func(line string) bool { return access(line) != "" }),
	}},
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "access"}
	line, err := l.AskLine(ctx, version)
	if err != nil {
		return err
	}
	value := access(line)
	l.Seen.Product = "Memcached"
	switch value {
	case "":
		l.Seen.Product = ""
		return errors.New("the answer is not that of Memcached")
	case "anyone":
		l.Seen.Product = converse.Clean([]byte("Memcached " + strings.TrimPrefix(line, "VERSION ")))
		l.Seen.Has("access", value, "it answers without a log-in")
	default:
		l.Seen.Has("access", value, "")
	}
	l.Encrypts("it answers in clear")
	if value == "login" && !l.InTLS {
		l.ClearLogin("a name and a password by Memcached")
	}
	return nil
}

// access tells by the answer who is let in; "" for no answer of Memcached.
func access(line string) string {
	switch {
	case strings.HasPrefix(line, "VERSION "):
		return "anyone"
	case strings.HasPrefix(line, "CLIENT_ERROR unauthenticated"):
		return "login"
	}
	return ""
}
