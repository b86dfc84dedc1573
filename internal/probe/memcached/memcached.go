// Package memcached looks at Memcached.
package memcached

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at whether Memcached answers in clear, and whether it answers those who did not log in.

One connection sends "version"; where TLS is spoken at its port, it does so after a "` + talk.SayHandshake + `". A server that does not answer that, as one does not that wants log-ins by SASL, is sent "no operation, in binary" on a further one. Nothing is read or written.

Discovery sends silent services "version", and, at its usual port alone, "no operation, in binary".`

const (
	version = "version"
	nothing = "no operation, in binary"
)

// noOperation begins requests, and done answers: what follows the kind of operation is
// all zeros, but for the state of an answer.
const (
	noOperation = "\x80\x0a"
	done        = "\x81\x0a"
	headSize    = 24
)

// Probe looks at Memcached.
var Probe = probe.Probe{
	Name:    "memcached",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.PlanWithin("memcached", "11211"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: "memcached", Say: version, Send: []byte(version + "\r\n"), Ports: []uint16{11211},
		Fits: talk.FirstLine(func(line string) bool { return access(line) != "" }),
	}, {
		Service: "memcached", Say: nothing, Send: doNothing(), Ports: []uint16{11211}, Usual: true,
		Fits: func(b []byte) bool { return state(b) != "" },
	}},
}

func doNothing() []byte {
	return append([]byte(noOperation), make([]byte, headSize-len(noOperation))...)
}

// state tells by the answer to no operation who is let in; "" for no answer of
// Memcached.
func state(b []byte) string {
	if len(b) < headSize || string(b[:2]) != done {
		return ""
	}
	switch binary.BigEndian.Uint16(b[6:]) {
	case 0:
		return "anyone"
	case 0x20: // to be authenticated first
		return "login"
	}
	return ""
}

// inBinary looks at a server that does not speak in lines.
func inBinary(ctx context.Context, l *talk.Look) error {
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Send(nothing, doNothing()); err != nil {
		return err
	}
	answer, err := conn.Next(headSize)
	if err != nil {
		return err
	}
	switch value := state(answer); value {
	case "":
		return errAnother
	case "anyone":
		l.Seen.Has("access", value, "it answers without a log-in")
	default:
		l.Seen.Has("access", value, "")
	}
	l.Seen.Product = "Memcached"
	l.Encrypts("it answers in clear")
	return nil
}

var errAnother = errors.New("the answer is not that of Memcached")

// lineTime is how long a server has to answer in a line, before it is asked in binary.
const lineTime = 2 * time.Second

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "access"}
	short, cancel := context.WithTimeout(ctx, lineTime)
	defer cancel()
	line, err := l.AskLine(short, version)
	if failure := converse.Classify(ctx, err); failure == converse.Closed || failure == converse.Silent {
		return inBinary(ctx, l)
	}
	if err != nil {
		return err
	}
	value := access(line)
	l.Seen.Product = "Memcached"
	switch value {
	case "":
		l.Seen.Product = ""
		return errAnother
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
