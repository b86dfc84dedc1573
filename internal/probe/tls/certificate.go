package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe/tls/fact"
)

// maxNames bounds the names kept of one certificate.
const maxNames = 100

// maxVerifiedBits bounds the keys a signature is checked with: a hostile
// certificate can hold a key that takes minutes.
const maxVerifiedBits = 8192

// describe turns a chain, leaf first, into facts. It stops at a certificate
// that cannot be parsed, and says so.
func describe(chain [][]byte) ([]fact.Certificate, string) {
	var out []fact.Certificate
	for i, der := range chain {
		if i == maxChain {
			break
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return out, fmt.Sprintf("certificate %d of the chain cannot be parsed", i+1)
		}
		out = append(out, describeOne(cert))
	}
	return out, ""
}

func describeOne(cert *x509.Certificate) fact.Certificate {
	sum := sha256.Sum256(cert.Raw)
	key, bits := describeKey(cert)
	return fact.Certificate{
		Subject:    converse.Clean([]byte(cert.Subject.String())),
		Issuer:     converse.Clean([]byte(cert.Issuer.String())),
		Names:      names(cert),
		NotBefore:  cert.NotBefore.UTC().Format(time.RFC3339),
		NotAfter:   cert.NotAfter.UTC().Format(time.RFC3339),
		Key:        key,
		KeyBits:    bits,
		Signature:  cert.SignatureAlgorithm.String(),
		SelfSigned: selfSigned(cert, bits),
		SHA256:     hex.EncodeToString(sum[:]),
	}
}

func names(cert *x509.Certificate) []string {
	var out []string
	for _, name := range cert.DNSNames {
		if len(out) == maxNames {
			return out
		}
		out = append(out, converse.Clean([]byte(name)))
	}
	for _, address := range cert.IPAddresses {
		if len(out) == maxNames {
			return out
		}
		out = append(out, address.String())
	}
	return out
}

func describeKey(cert *x509.Certificate) (string, int) {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", key.N.BitLen()
	case *ecdsa.PublicKey:
		return "ECDSA", key.Params().BitSize
	case ed25519.PublicKey:
		return "Ed25519", 8 * len(key)
	}
	return cert.PublicKeyAlgorithm.String(), 0
}

// selfSigned tells a certificate that vouches for itself from one that merely
// bears its issuer's name. Where the signature cannot be checked (SHA-1, an
// absurd key) the names decide.
func selfSigned(cert *x509.Certificate, bits int) bool {
	if !bytes.Equal(cert.RawSubject, cert.RawIssuer) {
		return false
	}
	if bits == 0 || bits > maxVerifiedBits {
		return true
	}
	err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &insecure)
}
