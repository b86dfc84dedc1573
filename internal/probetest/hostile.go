package probetest

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"
)

// The canary names a patient in everything hostile services say. It belongs to
// the unissued range of numbers.
const (
	canaryNumber = "9990000018"
	canaryMail   = "jane.doe@patients.example"
)

// hostile are services that mean no good, by what they do.
func hostile() map[string]Service {
	return map[string]Service{
		"mute":                  Mute,
		"deaf":                  Deaf,
		"closes at once":        func(net.Conn) {},
		"closes when spoken to": func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) },
		"talks garbage":         say(garbage()),
		"names a patient":       say([]byte("220 FTP of " + canaryNumber + " " + canaryMail + "\r\n")),
		"names one in binary":   say([]byte("\xff\xfb\x01 " + canaryNumber + "\r\n")),
		"an endless line":       endless([]byte(strings.Repeat("A", 1000))),
		"an endless greeting":   endless([]byte("220-" + canaryNumber + "\r\n")),
		"endless replies":       endless([]byte("211 no\r\n")),
		"endless warnings":      endless([]byte{21, 3, 1, 0, 2, 1, 112}),
		"endless empty records": endless([]byte{22, 3, 1, 0, 0}),
		"a byte a second":       drip(time.Second),
		"10 MB of certificates": say(hugeChain()),
		"a torn ServerHello":    say([]byte{22, 3, 3, 0, 40, 2, 0, 0, 36, 3, 3, 1}),
		"an alert too many":     say([]byte{21, 3, 3, 0, 2, 2, 80}),
		"speaks HTTP":           say([]byte("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")),
	}
}

// say says something and then waits for the other side to leave.
func say(words []byte) Service {
	return func(conn net.Conn) {
		go func() { _, _ = conn.Write(words) }()
		_, _ = io.Copy(io.Discard, conn)
	}
}

// endless says the same again and again.
func endless(words []byte) Service {
	return func(conn net.Conn) {
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		for {
			if _, err := conn.Write(words); err != nil {
				return
			}
		}
	}
}

// drip says a greeting that does not end, one byte at a time.
func drip(every time.Duration) Service {
	return func(conn net.Conn) {
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		for {
			if _, err := conn.Write([]byte("2")); err != nil {
				return
			}
			time.Sleep(every)
		}
	}
}

func garbage() []byte {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, 64<<10)
	for i := range out {
		out[i] = byte(random.Uint32())
	}
	return out
}

// hugeChain is a ServerHello and a Certificate message of 10 MB, in records.
func hugeChain() []byte {
	hello := append([]byte{2, 0, 0, 38, 3, 3}, make([]byte, 33)...)
	hello = append(hello, 0xC0, 0x2F, 0)
	const size = 10 << 20
	chain := append([]byte{11, size >> 16, size >> 8 & 0xff, size & 0xff}, make([]byte, size)...)
	messages := append(hello, chain...)
	var out []byte
	for len(messages) > 0 {
		n := min(len(messages), 16<<10)
		out = append(out, 22, 3, 3)
		out = binary.BigEndian.AppendUint16(out, uint16(n))
		out = append(out, messages[:n]...)
		messages = messages[n:]
	}
	return out
}
