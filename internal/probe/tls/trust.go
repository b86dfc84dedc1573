package tls

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe/tls/fact"
)

// PublicRoots are the authorities that browsers trust. They are part of the
// binary, so that every machine tells a chain alike.
var PublicRoots = sync.OnceValue(func() *x509.CertPool {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			panic(err) // it is part of the binary
		}
		if root.Constraint == nil {
			pool.AddCert(cert)
		} else {
			pool.AddCertWithConstraint(cert, root.Constraint)
		}
	}
	return pool
})

// authorities are those that are known here.
type authorities struct {
	public func() *x509.CertPool
	given  [][]byte // by the engagement, DER
}

// judge says whose word a chain is, leaf first, whatever its dates; and, if it is
// that only for callers who overlook that a certificate between the leaf and its
// authority is out of date, which one that is.
func (a authorities) judge(chain []*x509.Certificate, now time.Time) (trust, stale string) {
	lasting := []*x509.Certificate{chain[0]}
	for _, c := range chain[1:] {
		if outOfDate(c, now) && stale == "" {
			stale = fmt.Sprintf("%s, which was to be used until %s", converse.Clean([]byte(c.Subject.String())), c.NotAfter.UTC().Format(time.DateOnly))
		}
		endless := *c
		endless.NotBefore, endless.NotAfter = time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		lasting = append(lasting, &endless)
	}
	trust = a.trust(lasting, now)
	if stale != "" && !outOfDate(chain[0], now) && a.trust(chain, now) != trust {
		return trust, stale
	}
	return trust, ""
}

func outOfDate(c *x509.Certificate, now time.Time) bool {
	return now.After(c.NotAfter) || now.Before(c.NotBefore)
}

// trust says whose word a chain is, leaf first. The leaf's dates are another
// question: the chain is looked at as of a day on which the leaf was valid.
func (a authorities) trust(chain []*x509.Certificate, now time.Time) string {
	leaf := chain[0]
	if !checkable(chain) {
		return a.byName(chain)
	}
	at := now
	if now.After(leaf.NotAfter) {
		at = leaf.NotAfter
	}
	if now.Before(leaf.NotBefore) {
		at = leaf.NotBefore
	}
	if leads(chain, pool(a.given), at) {
		return fact.TrustGiven
	}
	if selfSigned(leaf, 1) {
		return fact.TrustSelf
	}
	if leads(chain, a.public(), at) {
		return fact.TrustPublic
	}
	return private(chain, len(a.given) > 0, at)
}

// byName is trust by names alone, for chains whose signatures cannot be checked.
func (a authorities) byName(chain []*x509.Certificate) string {
	leaf := chain[0]
	if bytes.Equal(leaf.RawSubject, leaf.RawIssuer) {
		return fact.TrustSelf
	}
	issuers := [][]byte{leaf.RawIssuer}
	for _, c := range chain[1:] {
		if bytes.Equal(c.RawSubject, issuers[len(issuers)-1]) {
			issuers = append(issuers, c.RawIssuer)
		}
	}
	for _, root := range certificates(a.given) {
		if slices.ContainsFunc(issuers, func(name []byte) bool { return bytes.Equal(name, root.RawSubject) }) {
			return fact.TrustGiven
		}
	}
	if len(a.given) > 0 {
		return fact.TrustOther
	}
	return fact.TrustPrivate
}

// private says what a chain is worth that leads to no root that is known.
func private(chain []*x509.Certificate, given bool, at time.Time) string {
	leaf, rest := chain[0], x509.NewCertPool()
	for _, c := range chain[1:] {
		rest.AddCert(c)
	}
	alone := len(chain) == 1
	whole := alone || leads(chain[:1], rest, at)
	switch {
	case issuedInPublic(leaf) && (alone || !whole):
		return fact.TrustIncomplete
	case !whole:
		return fact.TrustBroken
	case given && alone:
		return fact.TrustAlone
	case given:
		return fact.TrustOther
	}
	return fact.TrustPrivate
}

// leads says whether the chain leads to one of the roots.
func leads(chain []*x509.Certificate, roots *x509.CertPool, at time.Time) bool {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}

// pool is the authorities of the engagement. One whose certificate was renewed since
// a leaf ran out is the same authority.
func pool(given [][]byte) *x509.CertPool {
	out := x509.NewCertPool()
	for _, cert := range certificates(given) {
		cert.NotBefore = time.Time{}
		out.AddCert(cert)
	}
	return out
}

// certificates are those of the engagement, which was read with care.
func certificates(given [][]byte) []*x509.Certificate {
	var out []*x509.Certificate
	for _, der := range given {
		if cert, err := x509.ParseCertificate(der); err == nil {
			out = append(out, cert)
		}
	}
	return out
}

// checkable says whether the signatures of a chain can be checked: in no time, for
// a hostile certificate can hold a key that takes minutes, and at all, for those
// with SHA-1 and MD5 prove nothing and are judged as what they are.
func checkable(chain []*x509.Certificate) bool {
	return !slices.ContainsFunc(chain, func(c *x509.Certificate) bool {
		key, ok := c.PublicKey.(*rsa.PublicKey)
		return ok && key.N.BitLen() > maxVerifiedBits || !bytes.Equal(c.RawSubject, c.RawIssuer) && weaklySigned(c)
	}) && !slices.ContainsFunc(chain[1:], func(c *x509.Certificate) bool { return c.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm })
}

func weaklySigned(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1, x509.MD5WithRSA, x509.MD2WithRSA:
		return true
	}
	return false
}

// signedTimestamps is the extension by which public authorities show that they
// made a certificate known.
var signedTimestamps = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}

// issuedInPublic says whether a certificate says of itself that it was issued by
// the rules of public authorities.
func issuedInPublic(leaf *x509.Certificate) bool {
	for _, p := range leaf.PolicyIdentifiers {
		if len(p) >= 4 && p[:4].Equal(asn1.ObjectIdentifier{2, 23, 140, 1}) {
			return true
		}
	}
	for _, e := range leaf.Extensions {
		if e.Id.Equal(signedTimestamps) {
			return true
		}
	}
	return false
}

// named says whether a certificate is for the host that was called.
func named(leaf *x509.Certificate, host string) string {
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		return fact.NamedNobody
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		if leaf.VerifyHostname(host) == nil {
			return fact.NamedRight
		}
		return fact.NamedWrong
	}
	for _, ip := range leaf.IPAddresses {
		if a, ok := netip.AddrFromSlice(ip); ok && a.Unmap() == address.Unmap().WithZone("") {
			return fact.NamedRight
		}
	}
	if len(leaf.DNSNames) > 0 {
		return fact.NamedUntold
	}
	return fact.NamedWrong
}
