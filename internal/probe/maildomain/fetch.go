package maildomain

import (
	"context"
	cryptotls "crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe/talk"
)

// These bound the conversation with the host that serves a policy.
const (
	fetchTime = 8 * time.Second
	maxPolicy = 64 << 10 // as the standard has it
)

// fetch gets what a host serves as its policy, as it comes. Like a sender it takes
// nothing from a host whose certificate is not valid (RFC 8461, section 3.3).
func (l *look) fetch(ctx context.Context, host string) ([]byte, error) {
	conn, err := converse.Open(ctx, l.Dial, net.JoinHostPort(host, "443"), fetchTime)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	within, err := talk.Secure(ctx, conn, &cryptotls.Config{ServerName: host, RootCAs: l.roots(), Time: l.Now})
	if err != nil {
		return nil, err
	}
	request := sayPolicy + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	if err := within.Send(sayPolicy, []byte(request)); err != nil {
		return nil, err
	}
	said, err := io.ReadAll(io.LimitReader(within, maxPolicy))
	if len(said) == 0 && err != nil {
		return nil, fmt.Errorf("read the policy: %w", err)
	}
	return said, nil
}

// distrust says why senders do not believe what a host serves; "" where an error
// is another one.
func distrust(err error) string {
	var unverified *cryptotls.CertificateVerificationError
	var other x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case !errors.As(err, &unverified):
		return ""
	case errors.As(err, &other):
		return "the certificate of its host is for another name"
	case errors.As(err, &unknown):
		return "the certificate of its host is of no public authority"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of its host is out of date"
	}
	return "the certificate of its host is not valid"
}
