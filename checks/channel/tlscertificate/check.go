// Package tlscertificate finds certificates that do not show soundly who is at
// the other end.
package tlscertificate

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"trustaudit/internal/audit"
	tls "trustaudit/internal/probe/tls/fact"
)

//go:embed doc.md
var doc string

// Check fails for a certificate that is out of its dates, has a weak key or a
// weak signature, or vouches for itself.
var Check = audit.Check{
	ID:       "CHANNEL-TLS-CERTIFICATE",
	Title:    "A service shows a certificate that cannot be relied on",
	Doc:      doc,
	Evidence: "tls.cert",
	Severity: audit.Medium,
	Needs:    []string{tls.TLS{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	endpoint, ok := fact.(tls.TLS)
	if !ok || !endpoint.Spoken {
		return
	}
	if len(endpoint.Chain) == 0 {
		reason := "the certificate was not seen"
		if endpoint.Reason != "" {
			reason += ": " + endpoint.Reason
		}
		f.pass.Unread(1, reason)
		return
	}
	unread := f.dates(endpoint, endpoint.Chain[0])
	for i, c := range endpoint.Chain {
		f.strength(endpoint, c, i == 0)
	}
	if unread != "" {
		f.pass.Unread(1, unread)
		return
	}
	f.pass.Seen(1)
}

// dates judges the leaf's dates at the time of the scan, and says why it could
// not.
func (f fold) dates(endpoint tls.TLS, leaf tls.Certificate) (unread string) {
	now := f.pass.Options.Now
	from, errFrom := time.Parse(time.RFC3339, leaf.NotBefore)
	until, errUntil := time.Parse(time.RFC3339, leaf.NotAfter)
	switch {
	case now.IsZero():
		return "the time of the scan is not known"
	case errFrom != nil || errUntil != nil:
		return "the certificate's dates cannot be read"
	case now.After(until):
		f.found(endpoint, leaf, audit.Medium, "expired on "+until.UTC().Format(time.DateOnly))
	case now.Before(from):
		f.found(endpoint, leaf, audit.Medium, "not valid before "+from.UTC().Format(time.DateOnly))
	}
	return ""
}

// strength judges key and signature. The signature of a root that vouches for
// itself protects nothing, so it is not judged; a leaf that does is.
func (f fold) strength(endpoint tls.TLS, c tls.Certificate, leaf bool) {
	if least := leastBits(c.Key); c.KeyBits > 0 && c.KeyBits < least {
		f.found(endpoint, c, audit.Medium, fmt.Sprintf("%s key of %d bits", c.Key, c.KeyBits))
	}
	signature := strings.ReplaceAll(strings.ToUpper(c.Signature), "-", "")
	switch {
	case c.SelfSigned:
	case strings.Contains(signature, "MD5"), strings.Contains(signature, "MD2"):
		f.found(endpoint, c, audit.High, "signed with "+c.Signature)
	case strings.Contains(signature, "SHA1"):
		f.found(endpoint, c, audit.Medium, "signed with "+c.Signature)
	}
	if leaf && c.SelfSigned {
		f.found(endpoint, c, audit.Low, "vouches for itself")
	}
}

// leastBits is the least size of a key that is sound; 0 where any is.
func leastBits(key string) int {
	switch key {
	case "RSA", "DSA":
		return 2048
	case "ECDSA":
		return 256
	}
	return 0
}

func (f fold) found(endpoint tls.TLS, c tls.Certificate, severity audit.Severity, what string) {
	locator := endpoint.Endpoint
	if endpoint.Via != "" {
		locator += " after " + endpoint.Via
	}
	f.pass.Found(endpoint.Endpoint, severity, audit.Evidence{
		Locator: locator + " " + c.Subject, Excerpt: what, Digest: short(c.SHA256),
	})
}

// short is enough of a fingerprint to find the certificate by.
func short(fingerprint string) string { return fingerprint[:min(len(fingerprint), 16)] }

func (fold) End() {}
