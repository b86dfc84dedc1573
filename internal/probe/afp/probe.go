// Package afp looks at how a server of Apple's old file protocol lets people in.
package afp

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

// service is what the service is called.
const service = "afp"

// sayStatus announces the one packet.
const sayStatus = "DSI GetStatus"

const doc = `Looks at which ways to log in a file server of Apple's old kind (AFP) offers. Nobody logs in.

One connection sends "DSI GetStatus", which is also how discovery finds out whether a silent service is AFP.`

// The traits that are looked for.
const (
	encryption = "encryption"
	access     = "access"
	inClear    = "login.clear"
)

// Probe looks at AFP servers.
var Probe = probe.Probe{
	Name:    service,
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos:  []probe.Hello{{Service: service, Say: sayStatus, Send: getStatus(), Ports: []uint16{548}, Fits: fits}},
}

// The command of DSI that is used, and how an answer to it begins: its flags, the
// command and the number of the request.
const (
	commandStatus = 3
	answerStatus  = "\x01\x03\x00\x01"
	headSize      = 16
)

// getStatus asks for what the server tells anybody.
func getStatus() []byte {
	return append([]byte{0, commandStatus, 0, 1}, make([]byte, headSize-4)...)
}

// fits says whether an answer is one of AFP.
func fits(answer []byte) bool {
	return len(answer) >= headSize && strings.HasPrefix(string(answer), answerStatus) && binary.BigEndian.Uint32(answer[8:]) <= maxStatus
}

// maxStatus bounds a server's description of itself.
const maxStatus = 16 << 10

var (
	errForeign = errors.New("the answer is not AFP")
	errTorn    = errors.New("the answer ends in the middle")
)

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{encryption, access, inClear}
	c, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Send(sayStatus, getStatus()); err != nil {
		return err
	}
	head, err := c.Next(headSize)
	if err != nil {
		return err
	}
	if !fits(head) {
		return errForeign
	}
	body, err := c.Next(int(binary.BigEndian.Uint32(head[8:])))
	if err != nil {
		return err
	}
	s, err := readStatus(body)
	if err != nil {
		return err
	}
	s.tell(&l.Seen)
	return nil
}

// status is what a server says of itself.
type status struct {
	machine string
	logins  []string // ways to log in, by their names in the protocol
}

// The names of ways to log in.
const (
	guest    = "No User Authent"
	clear    = "Cleartxt Passwrd"
	maxNames = 32
)

func (s status) tell(seen *channel.Seen) {
	seen.Product = s.machine
	seen.Has(encryption, "none", "AFP encrypts no files")
	if slices.Contains(s.logins, guest) {
		seen.Has(access, "anyone", "guests may log in")
	} else {
		seen.Has(access, "login", "")
	}
	seen.Has(inClear, channel.Answer(slices.Contains(s.logins, clear)), "the server offers the log-in "+clear)
}

// readStatus reads the description: where its parts begin, and then the parts,
// each with its length before it.
func readStatus(body []byte) (status, error) {
	if len(body) < 10 {
		return status{}, errTorn
	}
	machine, _, ok := pascal(body, int(binary.BigEndian.Uint16(body)))
	s := status{machine: converse.Clean(machine)}
	at := int(binary.BigEndian.Uint16(body[4:]))
	if !ok || at >= len(body) {
		return s, errTorn
	}
	count := int(body[at])
	at++
	for range min(count, maxNames) {
		name, next, ok := pascal(body, at)
		if !ok {
			return s, errTorn
		}
		s.logins, at = append(s.logins, string(name)), next
	}
	return s, nil
}

// pascal reads a string with its length before it, and where the next begins.
func pascal(data []byte, at int) (text []byte, next int, ok bool) {
	if at >= len(data) || at+1+int(data[at]) > len(data) {
		return nil, 0, false
	}
	next = at + 1 + int(data[at])
	return data[at+1 : next], next, true
}
