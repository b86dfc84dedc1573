package ftp

import (
	"context"
	"fmt"

	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
)

// errGreeting says that the service greets, but turns callers away.
type errGreeting int

func (e errGreeting) Error() string { return fmt.Sprintf("the service greets with code %d", int(e)) }

// conn is one connection to a service.
type conn struct{ *talk.Conn }

// call connects and reads the greeting.
func call(ctx context.Context, l *talk.Look) (conn, error) {
	t, err := l.Call(ctx)
	if err != nil {
		return conn{}, err
	}
	c := conn{t}
	if _, err := c.greeting(l); err != nil {
		c.Close()
		return conn{}, err
	}
	return c, nil
}

// greeting reads the greeting and keeps which product it names.
func (c conn) greeting(l *talk.Look) (reply, error) {
	greeting, err := readReply(c)
	if err == nil && greeting.code == 120 { // ready in a moment
		greeting, err = readReply(c)
	}
	if err == nil && greeting.code != 220 {
		err = errGreeting(greeting.code)
	}
	if l.Seen.Product == "" {
		l.Seen.Product = talk.Product(greeting.text(), products()...)
	}
	return greeting, err
}

// products are those that greetings name, and that the policy knows settings of.
func products() []string {
	return []string{"vsFTPd", "ProFTPD", "Pure-FTPd", "FileZilla Server", "Microsoft FTP Service", "Serv-U", "CrushFTP", "Wing FTP Server", "Titan FTP Server", "NASFTPD", "wu-2", "pyftpdlib"}
}

// ask sends one command and reads the reply.
func (c conn) ask(command string) (reply, error) {
	if err := c.Ask(command); err != nil {
		return reply{}, err
	}
	r, err := readReply(c)
	if err != nil {
		return r, fmt.Errorf("read the reply to %s: %w", command, err)
	}
	return r, nil
}

// leave says goodbye. The reply changes nothing, nor does its absence.
func (c conn) leave() error {
	_, _ = c.ask(leave)
	return nil
}

// upgrader opens connections on which TLS has just been agreed.
func upgrader(l *talk.Look) tls.Opener {
	return func(ctx context.Context) (probe.Conn, error) {
		c, err := call(ctx, l)
		if err != nil {
			return nil, err
		}
		auth, err := c.ask(askTLS)
		if err == nil && auth.code != 234 {
			err = fmt.Errorf("%s is refused this time with code %d", askTLS, auth.code)
		}
		if err != nil {
			c.Close()
			return nil, err
		}
		return c.Conn, nil
	}
}

// secured is a connection that has changed to TLS.
func secured(ctx context.Context, l *talk.Look) (conn, error) {
	agreed, err := upgrader(l)(ctx)
	if err != nil {
		return conn{}, err
	}
	t, err := talk.Within(ctx, agreed, l.Host)
	if err != nil {
		agreed.Close()
		return conn{}, err
	}
	return conn{t}, nil
}
