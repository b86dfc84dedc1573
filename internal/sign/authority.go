package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"time"
)

// How long certificates last.
const (
	rootYears = 10
	leafYears = 2
)

// Purposes of a certificate that may sign documents. Poppler trusts a signer
// only with e-mail protection beside document signing.
var (
	oidDocumentSigning      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}
	oidAdobeDocumentSigning = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 5}
)

// revocationList stands in certificates because Poppler asks for a pointer;
// its name cannot exist (RFC 2606) and nothing of ours fetches it.
const revocationList = "http://crl.invalid/trustaudit.crl"

// KeyKind is a kind of key that test identities are made with.
type KeyKind string

// The kinds of key. The zero KeyKind means P-256, which is made fastest.
const (
	P256    KeyKind = "p256"
	RSA3072 KeyKind = "rsa3072"
)

func (k KeyKind) generate(random io.Reader) (crypto.Signer, error) {
	switch k {
	case P256, "":
		return ecdsa.GenerateKey(elliptic.P256(), random)
	case RSA3072:
		return rsa.GenerateKey(random, 3072)
	}
	return nil, fmt.Errorf("unknown kind of key %q", k)
}

// Subject is whom a certificate is issued to.
type Subject struct {
	Name         string
	Organisation string
	Email        string
	Key          KeyKind
}

func (s Subject) name() pkix.Name {
	n := pkix.Name{CommonName: s.Name}
	if s.Organisation != "" {
		n.Organization = []string{s.Organisation}
	}
	return n
}

// Authority issues certificates for demonstrations and tests. It keeps no
// list of what it issued and cannot revoke: it is no substitute for a real one.
type Authority struct {
	Root *x509.Certificate

	key    crypto.Signer
	now    time.Time
	random io.Reader
}

// NewAuthority makes an authority with a new root.
func NewAuthority(subject Subject, now time.Time, random io.Reader) (*Authority, error) {
	key, err := subject.Key.generate(random)
	if err != nil {
		return nil, fmt.Errorf("make authority key: %w", err)
	}
	template := &x509.Certificate{
		Subject:               subject.name(),
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(rootYears, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	a := &Authority{key: key, now: now, random: random}
	if a.Root, err = issue(template, template, key.Public(), key, random); err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	return a, nil
}

// Issue makes a key and a certificate that may sign documents.
func (a *Authority) Issue(subject Subject) (*Identity, error) {
	key, err := subject.Key.generate(a.random)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	cert, err := issue(leaf(subject, a.now), a.Root, key.Public(), a.key, a.random)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	return &Identity{Certificate: cert, Signer: key}, nil
}

// SelfSigned makes an identity that vouches for itself: whoever verifies its
// signatures must have been given its certificate.
func SelfSigned(subject Subject, now time.Time, random io.Reader) (*Identity, error) {
	key, err := subject.Key.generate(random)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	template := leaf(subject, now)
	cert, err := issue(template, template, key.Public(), key, random)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	return &Identity{Certificate: cert, Signer: key}, nil
}

// leaf describes a certificate that may sign documents and nothing else.
func leaf(subject Subject, now time.Time) *x509.Certificate {
	c := &x509.Certificate{
		Subject:               subject.name(),
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(leafYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		UnknownExtKeyUsage:    []asn1.ObjectIdentifier{oidDocumentSigning},
		CRLDistributionPoints: []string{revocationList},
		BasicConstraintsValid: true,
	}
	if subject.Email != "" {
		c.EmailAddresses = []string{subject.Email}
	}
	return c
}

func issue(template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer, random io.Reader) (*x509.Certificate, error) {
	serial := make([]byte, 16)
	if _, err := io.ReadFull(random, serial); err != nil {
		return nil, fmt.Errorf("draw serial number: %w", err)
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and always as long
	template.SerialNumber = new(big.Int).SetBytes(serial)
	der, err := x509.CreateCertificate(random, template, parent, public, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
