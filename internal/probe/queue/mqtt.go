package queue

import (
	"context"
	"errors"
	"fmt"
	"io"

	"trustaudit/internal/probe/talk"
)

// What is said to MQTT.
const (
	sayRefused    = "MQTT CONNECT of no known version"
	sayConnect    = "MQTT CONNECT without a name"
	sayDisconnect = "MQTT DISCONNECT"
)

// testMQTT is the named test of a log-in without a name.
const testMQTT = "mqtt-anonymous"

// The levels of MQTT's protocol: 3.1.1, and one that there is not.
const (
	level311  = 4
	levelNone = 0x7f
)

// connect is a CONNECT without name, password or identifier, for a session that
// keeps nothing.
func connect(level byte) []byte {
	return []byte{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', level, 2, 0, 10, 0, 0}
}

func refused() []byte { return connect(levelNone) }

// acknowledged reads a CONNACK. Of version 5 it is longer.
func acknowledged(b []byte) (code byte, ok bool) {
	if len(b) < 4 || b[0] != 0x20 || b[1] < 2 || b[1] > 127 || b[2] > 1 {
		return 0, false
	}
	return b[3], true
}

func lookMQTT(ctx context.Context, l *talk.Look) error {
	named := l.Named(testMQTT, access)
	words, packet := sayRefused, refused()
	if named {
		l.Asked = append(l.Asked, access)
		words, packet = sayConnect, connect(level311)
	}
	conn, err := l.Call(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Send(words, packet); err != nil {
		return err
	}
	answer := make([]byte, 4)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	code, ok := acknowledged(answer)
	if !ok {
		return errors.New("the answer is not MQTT")
	}
	l.Encrypts("it answers MQTT in clear")
	switch {
	case !named:
	case code == 0:
		l.Seen.Has(access, "anyone", "MQTT without a name")
		_ = conn.Send(sayDisconnect, []byte{0xe0, 0}) // that it may go on talking changes nothing
	case code == 4, code == 5:
		l.Seen.Has(access, "login", "")
		if !l.InTLS {
			l.ClearLogin("a name and a password by MQTT")
		}
	default:
		l.Seen.Lacks(access, fmt.Sprintf("it refuses with code %d", code))
	}
	return nil
}
