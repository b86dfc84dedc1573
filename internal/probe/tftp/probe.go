// Package tftp looks at whether a host gives files to whoever names them (TFTP).
package tftp

import (
	"context"
	"encoding/binary"
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/datagram"
	"trustaudit/internal/probe"
)

const (
	service = "tftp"
	port    = 69
	test    = "tftp-read" // the named test
)

// sayRead announces the one datagram.
const sayRead = "TFTP read request"

const doc = `Looks, only where the engagement names the test tftp-read for the host, at whether a TFTP service answers. Otherwise it sends nothing.

One "TFTP read request" asks for a file that cannot exist (trustaudit/none), once more if no answer comes. No file is fetched or stored.`

// Probe looks at TFTP services.
var Probe = probe.Probe{
	Name:    service,
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    datagram.Plan(service, port),
	Observe: datagram.Observe(service, look),
	Facts:   []audit.Fact{channel.Seen{}},
}

// look asks at one address, if it may.
func look(ctx context.Context, l *datagram.Look) {
	if !l.Allowed(test, l.Host) {
		return
	}
	answer, err := l.Ask(ctx, datagram.Question{Say: sayRead, Send: readRequest(), Network: probe.UDPAnyPort})
	if datagram.Nobody(ctx, err) {
		return
	}
	if err != nil {
		l.Seen.Lacks(encryption, converse.Why(ctx, err))
		return
	}
	switch kind, code := read(answer); {
	case kind == isData, kind == isError && code == notFound:
		l.Seen.Has(encryption, "none", "TFTP knows no encryption")
		l.Seen.Has(access, "anyone-reads", "looks for the file that anybody names, and asks for no password")
	case kind == isError:
		l.Seen.Has(encryption, "none", "TFTP knows no encryption")
		l.Seen.Lacks(access, fmt.Sprintf("a file that cannot exist is refused with code %d", code))
	default:
		l.Seen.Lacks(encryption, "the answer is not TFTP")
	}
}

// The traits that are looked for.
const (
	encryption = "encryption"
	access     = "access"
)

// The kinds of datagram, and the error that says that a file was looked for.
const (
	isReadRequest = 1
	isData        = 3
	isError       = 5
	notFound      = 1
)

// readRequest asks for a file that cannot exist.
func readRequest() []byte {
	return append(binary.BigEndian.AppendUint16(nil, isReadRequest), "trustaudit/none\x00octet\x00"...)
}

// read tells what kind an answer is, and which error; 0 for what is no TFTP.
func read(answer []byte) (kind, code uint16) {
	if len(answer) < 4 {
		return 0, 0
	}
	kind, code = binary.BigEndian.Uint16(answer), binary.BigEndian.Uint16(answer[2:])
	if kind == isError && code <= 8 || kind == isData && code == 1 {
		return kind, code
	}
	return 0, 0
}
