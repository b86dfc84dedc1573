// Package mysql looks at MySQL and MariaDB databases: whether they encrypt.
package mysql

import (
	"context"
	"errors"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how a MySQL or MariaDB database encrypts. The server says by itself which version it is and whether it has TLS. Where it has, this connection and further ones send "MySQL SSLRequest" and then one TLS hello each: ` + tls.Offers + `.

Whether TLS is required is told only to users that exist, after their log-in: nobody logs in, and it is said to be untold.`

const sayRequest = "MySQL SSLRequest"

// Probe looks at MySQL and MariaDB databases.
var Probe = probe.Probe{
	Name:    "mysql",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan("mysql", "mariadb"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "encryption.required"}
	conn, hello, err := call(ctx, l)
	if err != nil {
		return err
	}
	l.Seen.Product = hello.product()
	if !hello.tls() {
		conn.Close()
		l.Seen.Has("encryption", "none", "it says that it has no TLS")
		return nil
	}
	if err := conn.Send(sayRequest, sslRequest()); err != nil {
		conn.Close()
		return err
	}
	if l.Offer(ctx, sayRequest, conn, func(ctx context.Context) (probe.Conn, error) { return upgraded(ctx, l) }) {
		l.Seen.Lacks("encryption.required", "MySQL and MariaDB tell it only to those who have logged in")
	}
	return nil
}

// call connects and reads what the server says of itself.
func call(ctx context.Context, l *talk.Look) (*talk.Conn, greeting, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return nil, greeting{}, err
	}
	var hello greeting
	body, err := read(conn)
	if err == nil {
		hello, err = parse(body)
	}
	if err != nil {
		conn.Close()
		return nil, greeting{}, err
	}
	return conn, hello, nil
}

// upgraded opens a further connection and changes it to TLS.
func upgraded(ctx context.Context, l *talk.Look) (probe.Conn, error) {
	conn, hello, err := call(ctx, l)
	if err != nil {
		return nil, err
	}
	if !hello.tls() {
		err = errors.New("the server says that it has no TLS this time")
	} else {
		err = conn.Send(sayRequest, sslRequest())
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// greeting is what a server says of itself.
type greeting struct {
	version      string
	capabilities uint32
}

// clientSSL is the capability to speak TLS, and the others what clients of today have.
const (
	clientSSL          = 0x0800
	clientProtocol41   = 0x0200
	clientSecure       = 0x8000
	clientPluginAuth   = 0x80000
	clientLongPassword = 1
)

func (g greeting) tls() bool { return g.capabilities&clientSSL != 0 }

// product is MariaDB, which calls itself 5.5.5 first so that old replicas believe
// it, or MySQL.
func (g greeting) product() string {
	version, maria := strings.CutPrefix(g.version, "5.5.5-")
	if maria || strings.Contains(version, "MariaDB") {
		number, _, _ := strings.Cut(version, "-")
		return "MariaDB " + converse.Clean([]byte(number))
	}
	return "MySQL " + converse.Clean([]byte(version))
}
