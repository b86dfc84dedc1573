package talk

import (
	"context"
	cryptotls "crypto/tls"
	"fmt"

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

// Secure makes a TLS handshake as it is configured.
func Secure(ctx context.Context, conn probe.Conn, config *cryptotls.Config) (*Conn, error) {
	client := cryptotls.Client(conn, config)
	conn.Say(SayHandshake)
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("make a TLS handshake: %w", err)
	}
	return New(inner{client, conn}), nil
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
}

// Say announces what is sent within.
func (c inner) Say(what string) { c.outer.Say(what) }
