package talk

import (
	"context"
	cryptotls "crypto/tls"
	"errors"
	"fmt"
	"net"
	"regexp"

	"trustaudit/internal/probe"
)

// SayHandshake announces a handshake within which a question is put.
const SayHandshake = "TLS handshake"

// Within makes a TLS handshake on a connection, so that a question can be put
// within it. What the certificate is worth is not this conversation's business: it
// tells the other side nothing that it does not tell in clear.
func Within(ctx context.Context, conn probe.Conn, host string) (*Conn, error) {
	return Secure(ctx, conn, &cryptotls.Config{
		ServerName: host, MinVersion: cryptotls.VersionTLS10, CipherSuites: suites(), InsecureSkipVerify: true, //nolint:gosec // see above
	})
}

// errBarred says that a service turned its caller away for want of a certificate.
var errBarred = errors.New("it lets nobody in without a certificate")

// errHungUp says that a service asked for a certificate, and said nothing without one.
var errHungUp = errors.New("it asks for a certificate, and says nothing to those who show none")

// Secure makes a TLS handshake as it is configured. No certificate is shown.
func Secure(ctx context.Context, conn probe.Conn, config *cryptotls.Config) (*Conn, error) {
	within := &inner{outer: conn}
	config.GetClientCertificate = func(*cryptotls.CertificateRequestInfo) (*cryptotls.Certificate, error) {
		within.asked = true
		return &cryptotls.Certificate{}, nil
	}
	within.Conn = cryptotls.Client(conn, config)
	conn.Say(SayHandshake)
	if err := within.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("make a TLS handshake: %w", within.barred(err))
	}
	return New(within), nil
}

// suites are all that can be spoken: within a weak one, too, a question is answered.
func suites() []uint16 {
	var out []uint16
	for _, s := range append(cryptotls.CipherSuites(), cryptotls.InsecureCipherSuites()...) {
		out = append(out, s.ID)
	}
	return out
}

// inner is a connection within TLS, accounted for on the connection that bears it.
type inner struct {
	*cryptotls.Conn
	outer probe.Conn
	asked bool // for a certificate
	heard bool // something was said
}

// Say announces what is sent within.
func (c *inner) Say(what string) { c.outer.Say(what) }

// Read reads what is said within. In TLS 1.3 a certificate is missed only then.
func (c *inner) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.heard = c.heard || n > 0
	return n, c.barred(err)
}

// Write sends within. Where the other side has left, the alert by which it did is
// still to be read.
func (c *inner) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err == nil || !c.asked {
		return n, err
	}
	if _, why := c.Read(make([]byte, 1)); errors.Is(why, errBarred) {
		return n, why
	}
	return n, err
}

// refusals are the alerts of those who miss a certificate.
var refusals = regexp.MustCompile(`certificate|handshake failure|access denied`)

// barred tells a refusal by an alert, after a certificate was asked for and before
// anything was said. Who hangs up without one may have another reason.
func (c *inner) barred(err error) error {
	var alert *net.OpError
	switch {
	case err == nil || !c.asked || c.heard:
		return err
	case errors.As(err, &alert) && alert.Op == "remote error" && refusals.MatchString(alert.Err.Error()):
		return fmt.Errorf("%w: %w", errBarred, err)
	}
	return fmt.Errorf("%w: %w", errHungUp, err)
}
