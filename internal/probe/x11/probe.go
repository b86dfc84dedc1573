// Package x11 looks at X servers that listen on the network, which show and
// control a screen.
package x11

import (
	"context"
	"encoding/binary"
	"errors"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at X servers, which carry a screen, keys and mouse in clear. A "setup with X version 0" is refused by every X server, and tells that it is one.

Whether it lets anyone in is asked only where the engagement names x11-connect for the host: one connection sends a "setup with X version 11" without a cookie, reads the first eight bytes of the answer and leaves. No window is looked at.`

// What is sent, in words.
const (
	sayHello = "setup with X version 0"
	saySetup = "setup with X version 11"
)

// namedTest allows a setup that may succeed.
const namedTest = "x11-connect"

// service is X in the words of discovery.
const service = "x11"

// Probe looks at X servers.
var Probe = probe.Probe{
	Name:    "x11",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: service, Say: sayHello, Send: setup(0), Ports: []uint16{6000, 6001, 6002, 6010},
		Fits: func(answer []byte) bool { a, err := parse(answer); return err == nil && a == refused },
	}},
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption"}
	named := l.Named(namedTest, "access")
	version, say := uint16(0), sayHello
	if named {
		l.Asked = append(l.Asked, "access")
		version, say = 11, saySetup
	}
	got, err := ask(ctx, l, version, say)
	if err == nil && !named && got != refused {
		err = errNotX
	}
	if err != nil {
		return err
	}
	l.Seen.Has("encryption", "none", "an X server shows its screen and takes keys over TCP")
	switch {
	case !named:
	case got == let:
		l.Seen.Has("access", "anyone", "a client without a cookie is let in")
	default:
		l.Seen.Has("access", "login", "a client without a cookie is refused")
	}
	return nil
}

// answer is how a server takes a setup.
type answer int

const (
	refused answer = iota
	let
	wantsMore // it asks for proof
)

// setup is a request by a little-endian client without any proof.
func setup(version uint16) []byte {
	b := []byte{'l', 0}
	b = binary.LittleEndian.AppendUint16(b, version)
	return append(b, 0, 0, 0, 0, 0, 0, 0, 0) // minor version; lengths of a proof's name and data; unused
}

// ask sends a setup and reads the beginning of the answer.
func ask(ctx context.Context, l *talk.Look, version uint16, say string) (answer, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.Send(say, setup(version)); err != nil {
		return 0, err
	}
	head, err := conn.Next(headSize)
	if err != nil {
		return 0, err
	}
	return parse(head)
}

// headSize is what every answer begins with.
const headSize = 8

var errNotX = errors.New("the answer is not that of an X server")

// parse reads the beginning of an answer: how it turned out, the length of a
// reason, the server's version, which is 11 since 1987, and the length of the rest.
func parse(b []byte) (answer, error) {
	if len(b) < headSize || b[0] > 2 {
		return 0, errNotX
	}
	version, words := binary.LittleEndian.Uint16(b[2:]), int(binary.LittleEndian.Uint16(b[6:]))
	switch {
	case b[0] == 2: // it has no version
		return wantsMore, nil
	case version != 11, b[0] == 0 && (words*4 < int(b[1]) || words*4 > int(b[1])+3):
		return 0, errNotX
	case b[0] == 1:
		return let, nil
	}
	return refused, nil
}
