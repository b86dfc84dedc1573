package demo

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
)

// maxMessage bounds one HL7 message.
const maxMessage = 1 << 20

// portal answers an HTTP request over TLS with a page that says what it is.
func portal(config *tls.Config) func(net.Conn) {
	return func(conn net.Conn) {
		secured := tls.Server(conn, config)
		request, err := http.ReadRequest(bufio.NewReader(io.LimitReader(secured, 64<<10)))
		if err != nil {
			return
		}
		request.Body.Close()
		page := http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Close: true,
			Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
			Body:   io.NopCloser(strings.NewReader(notice + "\n")),
		}
		_ = page.Write(secured)
		_ = secured.Close()
	}
}

// mllpOver is an MLLP listener over TLS.
func mllpOver(config *tls.Config) func(net.Conn) {
	return func(conn net.Conn) { mllp(tls.Server(conn, config)) }
}

// The bytes around a message of MLLP.
const (
	messageStart = 0x0b
	messageEnd   = 0x1c
)

// mllp is a listener for HL7 messages that acknowledges each and keeps none. It
// is silent until it has a whole message.
func mllp(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		if _, err := in.ReadSlice(messageStart); err == bufio.ErrBufferFull {
			continue // no message has begun
		} else if err != nil {
			return
		}
		message, err := readMessage(in)
		if err != nil {
			return
		}
		if _, err := conn.Write(acknowledge(message)); err != nil {
			return
		}
	}
}

func readMessage(in *bufio.Reader) ([]byte, error) {
	var message []byte
	for len(message) < maxMessage {
		part, err := in.ReadSlice(messageEnd)
		message = append(message, part...)
		if err == nil {
			return message[:len(message)-1], nil
		}
		if err != bufio.ErrBufferFull {
			return nil, err
		}
	}
	return nil, bufio.ErrTooLong
}

// acknowledge answers a message with the control id that it has in its heading.
func acknowledge(message []byte) []byte {
	heading, _, _ := bytes.Cut(message, []byte("\r"))
	id := "0"
	if fields := bytes.Split(heading, []byte("|")); len(fields) > 9 {
		id = string(fields[9])
	}
	ack := "MSH|^~\\&|DEMONSTRATION||||" + firstDay.Format("20060102150405") + "||ACK|1|T|2.4\rMSA|AA|" + id + "|" + notice + "\r"
	return append(append([]byte{messageStart}, ack...), messageEnd, '\r')
}
