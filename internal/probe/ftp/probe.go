// Package ftp looks at how an FTP service protects what it carries, and, only
// where the engagement allows it, whether it lets anonymous callers in.
package ftp

import (
	"context"
	"fmt"
	"net"
	"regexp"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

// What is sent to an FTP service, and nothing else.
const (
	askFeatures   = "FEAT"
	askTLS        = "AUTH TLS"
	leave         = "QUIT"
	strangeUser   = "USER trustaudit"
	anonymousUser = "USER anonymous"
	anonymousPass = "PASS anonymous@"
	askFolder     = "PWD"
)

const doc = `Looks at whether an FTP service encrypts its commands and its files.

One connection reads the greeting and sends "FEAT", "AUTH TLS" and, unless TLS is accepted, "QUIT". Where it is, that connection and further ones, each with "AUTH TLS", carry TLS hellos: ` + tls.Offers + `. A service that begins with TLS (port 990) gets a "` + talk.SayHandshake + `", and within it "FEAT" and "QUIT".

Only where the engagement names the test ftp-anonymous for the host, one more connection to a service that offers TLS sends "USER trustaudit" in clear and "QUIT", never a password; and one sends "USER anonymous", "PASS anonymous@" if a password is asked for, "PWD" if that lets it in, and "QUIT". Where nobody is let in without encryption, a further connection sends the same within a "` + talk.SayHandshake + `". Nothing is listed, fetched or stored.`

// The names of the services: with TLS on request, and from the first byte.
const (
	onRequest = "ftp"
	implicit  = "ftps"
)

// implicitPort is where FTP begins with TLS.
const implicitPort = "990"

// test is the named test of an anonymous log-in.
const test = "ftp-anonymous"

// The traits that are looked for.
const (
	encryption = "encryption"
	required   = "encryption.required"
	access     = "access"
	data       = "ftp.data"
)

// Probe looks at FTP services.
var Probe = probe.Probe{
	Name:    "ftp",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
}

// plan knows FTP that begins with TLS by its port, or by what greets within.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	if looks := talk.Plan(onRequest, implicit)(t, f); looks != nil {
		return looks
	}
	endpoint, ok := f.(discover.Endpoint)
	if !ok {
		return nil
	}
	_, port, err := net.SplitHostPort(endpoint.Address)
	byPort := port == implicitPort && (endpoint.Service == "tls" || endpoint.Silent)
	if err != nil || !byPort && endpoint.Inside != onRequest {
		return nil
	}
	return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address), Subject: implicit}}
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{encryption, data}
	if l.Seen.Service == implicit {
		return lookInside(ctx, l)
	}
	if err := lookInClear(ctx, l); err != nil {
		l.Asked = append(l.Asked, required, access)
		return err
	}
	if l.Speaks() && l.Named(test, required) {
		l.Asked = append(l.Asked, required)
		if err := begins(ctx, l); err != nil {
			l.Seen.Lacks(required, converse.Why(ctx, err))
		}
	}
	if !l.Named(test, access) {
		return nil
	}
	l.Asked = append(l.Asked, access)
	return anonymous(ctx, l)
}

// lookInClear tells what the service says before anybody logs in.
func lookInClear(ctx context.Context, l *talk.Look) error {
	c, err := call(ctx, l)
	if err != nil {
		return err
	}
	defer c.Close()
	list, err := c.ask(askFeatures)
	if err != nil {
		return err
	}
	auth, err := c.ask(askTLS)
	switch {
	case err != nil:
		return err
	case auth.code == 234:
		if !l.Offer(ctx, askTLS, c.Conn, upgrader(l)) {
			l.Asked = nil // how files are protected does not arise
		} else if l.Speaks() {
			protects(l, list)
		}
		return nil
	case auth.code/100 == 4:
		return fmt.Errorf("the service puts %s off with code %d", askTLS, auth.code)
	}
	l.Seen.Has(encryption, "none", fmt.Sprintf("refuses AUTH TLS with code %d", auth.code))
	l.Asked = []string{encryption} // how files are protected does not arise
	// The reply to QUIT changes nothing, nor does its absence.
	_, _ = c.ask(leave)
	return nil
}

// protects tells by the list of features whether files can be protected too.
func protects(l *talk.Look, list reply) {
	switch {
	case list.code != 211:
		l.Seen.Lacks(data, "the service does not list its features")
	case lists(list, "PROT"):
		l.Seen.Has(data, "offered", "")
	default:
		l.Seen.Has(data, "none", "PROT is not among its features")
	}
}

// aboutTLS tells a refusal for want of encryption from a refusal of the user.
var aboutTLS = regexp.MustCompile(`(?i)\b(tls|ssl|encrypt\w*|secure|auth|ftps)\b`)

// begins tells whether a log-in may begin in clear, by the name of a user that no
// service knows: for anonymous, which has nothing to hide, some make an exception.
func begins(ctx context.Context, l *talk.Look) error {
	c, err := call(ctx, l)
	if err != nil {
		return err
	}
	defer c.Close()
	answer, err := c.ask(strangeUser)
	switch {
	case err != nil:
		return err
	case answer.code/100 == 2, answer.code/100 == 3:
		l.Seen.Has(required, channel.No, "USER is taken in clear, though AUTH TLS is offered")
		if answer.code/100 == 3 {
			l.ClearLogin(asksPassword)
		}
	case aboutTLS.MatchString(answer.text()):
		l.Seen.Has(required, channel.Yes, "")
	default:
		l.Seen.Lacks(required, fmt.Sprintf("an unknown user is refused with code %d, which need not be for want of encryption", answer.code))
	}
	return c.leave()
}

// asksPassword is how a password is asked for in clear.
const asksPassword = "USER is answered by asking for the password"

// invalidUser is the one reply that is for good and looks as if it were for now.
const invalidUser = 430

// anonymous tries to log in as nobody in particular: in clear, and where that is
// refused for want of encryption, with it.
func anonymous(ctx context.Context, l *talk.Look) error {
	c, err := call(ctx, l)
	if err != nil {
		return err
	}
	answer, asked, err := nobody(c)
	inClear := !l.InTLS
	if err == nil && l.Speaks() && answer.code != 230 && aboutTLS.MatchString(answer.text()) {
		c.Close()
		if c, err = secured(ctx, l); err != nil {
			return err
		}
		answer, asked, err = nobody(c)
		inClear = false
	}
	defer c.Close()
	switch {
	case err != nil:
		return err
	case answer.code == 230:
		l.Seen.Has(access, "anyone", "anonymous FTP")
		if _, err := c.ask(askFolder); err != nil {
			return err
		}
	case answer.code/100 == 4 && answer.code != invalidUser:
		l.Seen.Lacks(access, fmt.Sprintf("the service puts the log-in off with code %d", answer.code))
	default:
		l.Seen.Has(access, "login", "")
		if asked && inClear && !l.Speaks() { // where TLS is spoken a name that nobody has told it
			l.ClearLogin(asksPassword)
		}
	}
	return c.leave()
}

// nobody says the name and, if it is asked for, the password of nobody in particular.
func nobody(c conn) (answer reply, asked bool, err error) {
	answer, err = c.ask(anonymousUser)
	if asked = err == nil && answer.code/100 == 3; asked {
		answer, err = c.ask(anonymousPass)
	}
	return answer, asked, err
}

// lookInside looks at a service that begins with TLS. How well it speaks it is for
// the probe of TLS, which such an endpoint gets besides.
func lookInside(ctx context.Context, l *talk.Look) error {
	l.InTLS = true
	if err := features(ctx, l); err != nil || !l.Named(test, access) {
		return err
	}
	l.Asked = append(l.Asked, access)
	return anonymous(ctx, l)
}

// features tells by a list asked for within TLS whether files can be protected too.
func features(ctx context.Context, l *talk.Look) error {
	c, err := call(ctx, l)
	if err != nil {
		return err
	}
	defer c.Close()
	l.Seen.Has(encryption, "always", "")
	list, err := c.ask(askFeatures)
	if err != nil {
		return err
	}
	protects(l, list)
	return c.leave()
}
