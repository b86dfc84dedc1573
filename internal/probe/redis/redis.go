// Package redis looks at Redis, and at what speaks its protocol.
package redis

import (
	"context"
	"errors"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at whether Redis answers in clear, and whether it answers those who did not log in.

One connection sends "PING"; where TLS is spoken at a port of Redis, it does so after a "` + talk.SayHandshake + `". Nothing is read or written.

Discovery sends silent services "PING".`

const ping = "PING"

// Probe looks at Redis.
var Probe = probe.Probe{
	Name:    "redis",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.PlanWithin("redis", "6379", "6380", "26379"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: "redis", Say: ping, Send: []byte(ping + "\r\n"), Ports: []uint16{6379, 26379},
		Fits: talk.FirstLine(func(line string) bool { return access(line) != "" }),
	}},
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "access"}
	line, err := l.AskLine(ctx, ping)
	if err != nil {
		return err
	}
	value := access(line)
	if strings.HasPrefix(line, "-ERR unknown command") { // it is looked up before it is asked who calls
		l.Seen.Product = "Redis"
		l.Encrypts("it answers in clear")
		l.Seen.Lacks("access", "the server does not know "+ping)
		return nil
	}
	if value == "" {
		return errors.New("the answer is not that of Redis")
	}
	l.Seen.Product = "Redis"
	if strings.HasPrefix(line, "-DENIED") {
		l.Seen.Lacks("encryption", "it refuses every machine but its own")
	} else {
		l.Encrypts("it answers in clear")
	}
	detail := ""
	if value == "anyone" {
		detail = "it answers without a log-in"
	}
	l.Seen.Has("access", value, detail)
	if strings.HasPrefix(line, "-NOAUTH") && !l.InTLS {
		l.ClearLogin("AUTH with the password as it is")
	}
	return nil
}

// access tells by the answer to PING who is let in; "" for no answer of Redis. What
// is DENIED is refused to all but its own machine.
func access(line string) string {
	word, _, _ := strings.Cut(line, " ")
	switch word {
	case "+PONG":
		return "anyone"
	case "-NOAUTH", "-NOPERM", "-DENIED":
		return "login"
	}
	if strings.HasPrefix(line, "-ERR operation not permitted") { // of before 2013
		return "login"
	}
	return ""
}
