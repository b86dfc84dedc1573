package queue

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe/talk"
)

// sayHeader and header begin a connection of AMQP 0-9-1.
const (
	sayHeader = "AMQP protocol header"
	header    = "AMQP\x00\x00\x09\x01"
)

// maxStart bounds what is read of the first frame.
const maxStart = 32 << 10

var errNotAMQP = errors.New("the answer is not AMQP")

// fitsAMQP says whether an answer is the frame that begins a connection, or names
// another version of AMQP.
func fitsAMQP(b []byte) bool {
	if len(b) >= 8 && bytes.HasPrefix(b, []byte("AMQP")) {
		return true
	}
	return len(b) >= 11 && b[0] == 1 && b[1] == 0 && b[2] == 0 && bytes.Equal(b[7:11], []byte{0, 10, 0, 10})
}

func lookAMQP(ctx context.Context, l *talk.Look) error {
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Send(sayHeader, []byte(header)); err != nil {
		return err
	}
	frame, err := readStart(conn)
	if err != nil {
		return err
	}
	l.Encrypts("it answers AMQP in clear")
	if frame == nil {
		l.Seen.Lacks("amqp.mechanism", "it speaks another version of AMQP, which tells it later")
		return nil
	}
	s := parseStart(frame)
	l.Seen.Product = strings.TrimSpace(converse.Clean([]byte(s.product)) + " " + converse.Clean([]byte(s.version)))
	plain := false
	for _, mechanism := range strings.Fields(s.mechanisms) {
		l.Seen.Has("amqp.mechanism", converse.Clean([]byte(mechanism)), "")
		plain = plain || strings.HasSuffix(mechanism, "PLAIN")
	}
	if plain && !l.InTLS {
		l.ClearLogin("PLAIN over AMQP")
	}
	return nil
}

// readStart reads what answers the header: the payload of a frame, or nothing where
// the service names another version.
func readStart(r io.Reader) ([]byte, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("AMQP")) {
		return nil, nil
	}
	size := binary.BigEndian.Uint32(head[3:])
	if head[0] != 1 || size < 12 || size > maxStart {
		return nil, errNotAMQP
	}
	frame := make([]byte, size)
	frame[0] = head[7]
	if _, err := io.ReadFull(r, frame[1:]); err != nil {
		return nil, err
	}
	if !bytes.Equal(frame[:4], []byte{0, 10, 0, 10}) {
		return nil, errNotAMQP
	}
	return frame, nil
}

// start is what a broker says of itself.
type start struct{ product, version, mechanisms string }

// parseStart reads the method Connection.Start. What it cannot read it leaves out.
func parseStart(frame []byte) start {
	var s start
	if len(frame) < 6 {
		return s
	}
	properties, rest, ok := long(frame[6:])
	if !ok {
		return s
	}
	mechanisms, _, _ := long(rest)
	s.mechanisms = string(mechanisms)
	for len(properties) > 0 {
		var name string
		var value []byte
		if name, value, properties, ok = property(properties); !ok {
			return s
		}
		switch name {
		case "product":
			s.product = string(value)
		case "version":
			s.version = string(value)
		}
	}
	return s
}

// long reads what its length stands before.
func long(b []byte) (value, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	size := binary.BigEndian.Uint32(b)
	if uint64(size) > uint64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+size], b[4+size:], true
}

// property reads one property: of the kinds that brokers give.
func property(b []byte) (name string, value, rest []byte, ok bool) {
	size := int(b[0])
	if len(b) < size+2 {
		return "", nil, nil, false
	}
	name, b = string(b[1:1+size]), b[1+size:]
	switch b[0] {
	case 'S', 'F', 'A':
		value, rest, ok = long(b[1:])
		return name, value, rest, ok
	case 't', 'b', 'B':
		return name, nil, b[min(2, len(b)):], len(b) > 1
	}
	return "", nil, nil, false
}
