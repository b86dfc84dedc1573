// Package postgresql looks at PostgreSQL databases: whether they encrypt, whether
// one must, and whether they believe any name.
package postgresql

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how a PostgreSQL database encrypts, and whether it can be used without. Nobody logs in.

One connection sends "PostgreSQL SSLRequest". Where TLS is agreed to, this connection and further ones send one TLS hello each: ` + tls.Offers + `. Another connection sends in clear a "PostgreSQL start-up of a user that does not exist", reads whether the server would ask that user for a password, and leaves: no password is ever sent, and there is nobody to log in. Where the server refuses that, a further connection asks the same within a "` + talk.SayHandshake + `", to tell a server that refuses what is not encrypted from one that refuses this machine. Should a server begin a session all the same, it is ended with "PostgreSQL Terminate".

Discovery sends silent services "PostgreSQL SSLRequest".`

// What is announced.
const (
	sayRequest   = "PostgreSQL SSLRequest"
	sayStart     = "PostgreSQL start-up of a user that does not exist"
	sayTerminate = "PostgreSQL Terminate"
)

// Probe looks at PostgreSQL databases.
var Probe = probe.Probe{
	Name:    "postgresql",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan("postgresql"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: "postgresql", BesideTLS: true, Say: sayRequest, Send: sslRequest(), Ports: []uint16{5432, 5433, 5434, 6432},
		Fits: func(b []byte) bool { return string(b) == "S" || string(b) == "N" },
	}},
}

// sslRequest asks for TLS.
func sslRequest() []byte { return []byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f} }

// nobody is the user that does not exist.
const nobody = "trustaudit_no_such_user"

// start begins a session of nobody.
func start() []byte {
	body := "\x00\x03\x00\x00user\x00" + nobody + "\x00database\x00" + nobody + "\x00\x00"
	return append(binary.BigEndian.AppendUint32(nil, uint32(4+len(body))), body...)
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "encryption.required", "access"}
	l.Seen.Product = "PostgreSQL"
	conn, offered, err := request(ctx, l)
	if err != nil {
		return err
	}
	if offered {
		offered = l.Offer(ctx, sayRequest, conn, func(ctx context.Context) (probe.Conn, error) { return upgraded(ctx, l) })
	} else {
		conn.Close()
		l.Seen.Has("encryption", "none", "it answers SSLRequest with no")
	}
	clear, err := inClear(ctx, l)
	if err != nil {
		return err
	}
	if !offered {
		clear.tell(l, true)
		return nil
	}
	if clear != refused {
		l.Seen.Has("encryption.required", "no", "it begins sessions in clear")
		clear.tell(l, true)
		return nil
	}
	return required(ctx, l)
}

// required tells whether a server that refuses a session in clear would have it
// within TLS.
func required(ctx context.Context, l *talk.Look) error {
	conn, err := upgraded(ctx, l)
	if err != nil {
		return err
	}
	defer conn.Close()
	within, err := talk.Within(ctx, conn, l.Host)
	if err != nil {
		return err
	}
	met, err := begin(l, within)
	if err != nil {
		return err
	}
	if met == refused {
		return errors.New("the server turns this machine away, whether it encrypts or not")
	}
	l.Seen.Has("encryption.required", "yes", "")
	met.tell(l, false)
	return nil
}

// request asks for TLS on a new connection, and says whether it is agreed to.
func request(ctx context.Context, l *talk.Look) (*talk.Conn, bool, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return nil, false, err
	}
	var answer []byte
	if err = conn.Send(sayRequest, sslRequest()); err == nil {
		answer, err = conn.Next(1)
	}
	if err == nil && answer[0] != 'S' && answer[0] != 'N' {
		err = errNotPostgres
	}
	if err != nil {
		conn.Close()
		return nil, false, err
	}
	return conn, answer[0] == 'S', nil
}

// upgraded opens a further connection and changes it to TLS.
func upgraded(ctx context.Context, l *talk.Look) (*talk.Conn, error) {
	conn, offered, err := request(ctx, l)
	if err == nil && !offered {
		conn.Close()
		err = errors.New("TLS is refused this time")
	}
	return conn, err
}

// inClear begins a session of nobody in clear.
func inClear(ctx context.Context, l *talk.Look) (meeting, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return begin(l, conn)
}

var errNotPostgres = errors.New("the answer is not PostgreSQL's")

// meeting is how a server meets a user.
type meeting string

const (
	refused   meeting = "refused"
	believed  meeting = "believed" // without a proof
	plain     meeting = "plain"    // asked for a password as it is
	protected meeting = "protected"
)

// tell puts into traits how the server lets people in.
func (m meeting) tell(l *talk.Look, inClear bool) {
	switch m {
	case refused:
		l.Seen.Lacks("access", "the server turns this machine away")
	case believed:
		l.Seen.Has("access", "anyone", "it believes any user name (trust)")
	case plain:
		l.Seen.Has("access", "login", "")
		if inClear {
			l.ClearLogin("it asks for the password as it is")
		}
	case protected:
		l.Seen.Has("access", "login", "")
	}
}

// begin begins a session of nobody and reads how that is met. It ends there.
func begin(l *talk.Look, conn *talk.Conn) (meeting, error) {
	if err := conn.Send(sayStart, start()); err != nil {
		return "", err
	}
	kind, body, err := read(conn)
	if err != nil {
		return "", err
	}
	m, err := meet(kind, body)
	if kind == 'E' && field(body, 'M') == poolerRefuses {
		l.Seen.Product = "PgBouncer"
	}
	if m == believed {
		leave(conn)
	}
	return m, err
}

// meet tells by a server's first message how it meets a user.
func meet(kind byte, body []byte) (meeting, error) {
	switch {
	case kind == 'E' && field(body, 'C') == "28000" && strings.Contains(field(body, 'M'), "certificate"):
		return protected, nil
	case kind == 'E' && (field(body, 'C') == "28000" || wantsTLS.MatchString(field(body, 'M'))):
		return refused, nil
	case kind == 'E':
		return "", fmt.Errorf("the server refuses the start-up with the state %q", field(body, 'C'))
	case kind != 'R' || len(body) < 4:
		return "", errNotPostgres
	}
	switch binary.BigEndian.Uint32(body) {
	case 0:
		return believed, nil
	case 3:
		return plain, nil
	}
	return protected, nil
}

// leave ends a session, should one have begun.
func leave(conn *talk.Conn) {
	for {
		kind, _, err := read(conn)
		if err != nil || kind == 'E' {
			return
		}
		if kind == 'Z' {
			_ = conn.Send(sayTerminate, []byte{'X', 0, 0, 0, 4})
			return
		}
	}
}

// read reads one message.
func read(conn *talk.Conn) (kind byte, body []byte, err error) {
	head, err := conn.Next(5)
	if err != nil {
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size < 4 || size > 32<<10 {
		return 0, nil, errNotPostgres
	}
	body, err = conn.Next(int(size - 4))
	return head[0], body, err
}

// poolerRefuses is how PgBouncer refuses a session in clear.
const poolerRefuses = "SSL required"

// wantsTLS tells a refusal of a session in clear, by servers that have no state for it.
var wantsTLS = regexp.MustCompile(`(?i)\b(?:ssl|tls|encryption)\b.*\brequired\b|\brequires?\b.*\b(?:ssl|tls|encryption)\b`)

// field is one of the fields of an error: its state ('C') or its message ('M').
func field(body []byte, kind byte) string {
	for f := range strings.SplitSeq(string(body), "\x00") {
		if f != "" && f[0] == kind {
			return f[1:]
		}
	}
	return ""
}
