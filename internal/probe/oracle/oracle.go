// Package oracle looks at listeners of Oracle databases.
package oracle

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

const doc = `Looks at whether the listener of an Oracle database takes connections without TLS. Nobody logs in.

One connection sends in clear "TNS ping", as Oracle's own tnsping does: it names no database. A listener for TCPS does not answer that; the tls probe looks at it.

Discovery sends silent services "TNS ping".`

const sayPing = "TNS ping"

// Probe looks at listeners of Oracle databases.
var Probe = probe.Probe{
	Name:    "oracle",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan("oracle"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: "oracle", Say: sayPing, Send: ping(), Ports: []uint16{1521},
		Fits: func(b []byte) bool {
			_, err := parse(b)
			return err == nil
		},
	}},
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"oracle.listener", "encryption"}
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Send(sayPing, ping()); err != nil {
		return err
	}
	head, err := conn.Next(headSize)
	if err != nil {
		return fmt.Errorf("read the answer to a ping: %w", err)
	}
	body, err := conn.Next(min(max(int(binary.BigEndian.Uint16(head))-headSize, 0), maxPacket))
	if err != nil {
		return fmt.Errorf("read the answer to a ping: %w", err)
	}
	version, err := parse(append(head, body...))
	if err != nil {
		return err
	}
	l.Seen.Product = "Oracle listener " + version
	l.Seen.Has("oracle.listener", "tcp", "")
	l.Seen.Lacks("encryption", "the database agrees on native encryption, or not, with those who log in")
	return nil
}

const (
	headSize  = 8
	maxPacket = 4 << 10
	connect   = 1
	refuse    = 4
)

// ping is a request to connect that asks the listener itself whether it is there.
func ping() []byte {
	const data = "(CONNECT_DATA=(COMMAND=ping))"
	const fixed = 58
	out := make([]byte, fixed, fixed+len(data))
	put := binary.BigEndian.PutUint16
	put(out[0:], uint16(fixed+len(data)))
	out[4] = connect
	put(out[8:], 0x013a)  // the version, and the oldest one spoken
	put(out[10:], 0x012c) //
	put(out[14:], 0x0800) // the sizes of units
	put(out[16:], 0x7fff) //
	put(out[18:], 0x7f08) // what the transport can
	put(out[22:], 1)      // the order of bytes
	put(out[24:], uint16(len(data)))
	put(out[26:], fixed)
	put(out[30:], 0x0800) // the most that is taken in answer
	return append(out, data...)
}

var (
	errNotTNS = errors.New("the answer is not that of an Oracle listener")
	version   = regexp.MustCompile(`\(VSNNUM=(\d{1,10})\)`)
)

// parse reads the whole answer to a ping: a refusal with a description of why, and
// gives the listener's version.
func parse(answer []byte) (string, error) {
	if len(answer) < headSize+4 || int(binary.BigEndian.Uint16(answer)) != len(answer) || answer[4] != refuse {
		return "", errNotTNS
	}
	found := version.FindSubmatch(answer[headSize+4:])
	if found == nil {
		return "", errNotTNS
	}
	n, err := strconv.ParseUint(string(found[1]), 10, 32)
	if err != nil {
		return "", errNotTNS
	}
	return fmt.Sprintf("%d.%d.%d", n>>24, n>>20&0xf, n>>12&0xff), nil
}
