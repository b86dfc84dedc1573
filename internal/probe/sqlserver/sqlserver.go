// Package sqlserver looks at Microsoft SQL Server: whether it encrypts, and whether
// one must.
package sqlserver

import (
	"context"
	"errors"
	"fmt"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how a Microsoft SQL Server encrypts, and whether it can be used without. Nobody logs in.

One connection sends "TDS prelogin without encryption", as clients do before they log in, and the server says its version and whether it would encrypt. Where it has TLS, further connections send "TDS prelogin with encryption" and then one TLS hello each, within TDS: ` + tls.Offers + `.

Discovery sends silent services "TDS prelogin without encryption".`

// What is announced.
const (
	sayWithout = "TDS prelogin without encryption"
	sayWith    = "TDS prelogin with encryption"
)

// Probe looks at SQL Server.
var Probe = probe.Probe{
	Name:    "sqlserver",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan("sqlserver"),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: "sqlserver", Say: sayWithout, Send: prelogin(off), Ports: []uint16{1433}, Fits: fits,
	}},
}

// fits says whether what a service says is the whole answer to a prelogin.
func fits(answer []byte) bool {
	if len(answer) < headSize {
		return false
	}
	size, err := bodySize(answer[:headSize])
	if err != nil || len(answer) < headSize+size {
		return false
	}
	_, err = parse(answer[headSize : headSize+size])
	return err == nil
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{"encryption", "encryption.required"}
	conn, said, err := call(ctx, l, sayWithout, off)
	if err != nil {
		return err
	}
	conn.Close()
	l.Seen.Product = said.product()
	switch said.encryption {
	case unsupported:
		l.Seen.Has("encryption", "none", "it says that it has no TLS")
		return nil
	case required, on, off:
	default:
		return fmt.Errorf("the server says %d about encryption", said.encryption)
	}
	encrypts := l.Offer(ctx, sayWith, nil, func(ctx context.Context) (probe.Conn, error) { return upgraded(ctx, l) })
	switch {
	case !encrypts:
	case said.encryption == off:
		l.Seen.Has("encryption.required", "no", "it encrypts the log-in alone for clients that do not ask for more")
	default:
		l.Seen.Has("encryption.required", "yes", "")
	}
	return nil
}

// call connects and exchanges prelogin packets.
func call(ctx context.Context, l *talk.Look, words string, encryption byte) (*talk.Conn, prelogged, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return nil, prelogged{}, err
	}
	var said prelogged
	if err = conn.Send(words, prelogin(encryption)); err == nil {
		said, err = read(conn)
	}
	if err != nil {
		conn.Close()
		return nil, prelogged{}, err
	}
	return conn, said, nil
}

// upgraded opens a connection on which TLS is spoken within TDS.
func upgraded(ctx context.Context, l *talk.Look) (probe.Conn, error) {
	conn, said, err := call(ctx, l, sayWith, on)
	if err != nil {
		return nil, err
	}
	if said.encryption == unsupported {
		conn.Close()
		return nil, errors.New("the server says that it has no TLS this time")
	}
	return &wrapped{Conn: conn}, nil
}
