// Package sign signs reports and records, and verifies them.
//
// A report is signed as a PAdES baseline signature (ETSI.CAdES.detached) over
// the whole file, in a field that was prepared when the report was drawn. The
// first signature is the auditor's and certifies: from then on only the other
// prepared field may be filled. A verifier that is more lenient than that would
// accept pages replaced after signing, as ordinary readers do.
//
// Verification rebuilds: it takes from the file the few values that a
// signature may bring (who, when, why, the lines in the box, certificates and
// signature value), makes the whole of the file again from them, and asks for
// the same bytes. What cannot be rebuilt is refused, whatever it is.
package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"software.sslmate.com/src/go-pkcs12"
)

// Identity is a key that signs, with the certificate that says whose it is.
type Identity struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate // intermediates, the issuer first; no root
	Signer      crypto.Signer
}

// Fingerprint is the SHA-256 of the certificate in hexadecimal.
func (id *Identity) Fingerprint() string { return Fingerprint(id.Certificate) }

// Fingerprint is the SHA-256 of a certificate in hexadecimal.
func Fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

// maxIdentity bounds an identity file; real ones have a few kilobytes.
const maxIdentity = 1 << 20

// maxChain bounds the intermediates that a signature carries.
const maxChain = 4

// LoadIdentity reads an identity from a PKCS#12 file, or from a PEM file that
// holds a key and its certificates. The passphrase is asked for only when the
// file needs one.
func LoadIdentity(path string, passphrase func() ([]byte, error)) (*Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open identity: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxIdentity+1))
	if err != nil {
		return nil, fmt.Errorf("read identity %s: %w", path, err)
	}
	if len(data) > maxIdentity {
		return nil, fmt.Errorf("read identity %s: larger than %d bytes", path, maxIdentity)
	}
	var id *Identity
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		id, err = parsePEM(data)
	} else {
		id, err = parsePKCS12(data, passphrase)
	}
	if err != nil {
		return nil, fmt.Errorf("read identity %s: %w", path, err)
	}
	return id, nil
}

func parsePKCS12(data []byte, passphrase func() ([]byte, error)) (*Identity, error) {
	var secret []byte
	if passphrase != nil {
		var err error
		if secret, err = passphrase(); err != nil {
			return nil, fmt.Errorf("ask for the passphrase: %w", err)
		}
	}
	key, cert, others, err := pkcs12.DecodeChain(data, string(secret))
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, errors.New("the passphrase is wrong")
	}
	if err != nil {
		return nil, fmt.Errorf("neither PEM nor a readable PKCS#12 file: %w", err)
	}
	return newIdentity(key, append(others, cert))
}

func parsePEM(data []byte) (*Identity, error) {
	var key any
	var certs []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("parse certificate: %w", err)
			}
			certs = append(certs, cert)
			continue
		}
		if key != nil {
			return nil, errors.New("it holds more than one key")
		}
		var err error
		if key, err = parseKey(block); err != nil {
			return nil, err
		}
	}
	if key == nil {
		return nil, errors.New("it holds no private key")
	}
	return newIdentity(key, certs)
}

func parseKey(block *pem.Block) (any, error) {
	if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
		return nil, errors.New("its key is an encrypted PEM key, which is not supported: " +
			"convert it with `openssl pkcs12 -export -in FILE -out FILE.p12`")
	}
	parse := map[string]func([]byte) (any, error){
		"PRIVATE KEY":     x509.ParsePKCS8PrivateKey,
		"EC PRIVATE KEY":  func(b []byte) (any, error) { return x509.ParseECPrivateKey(b) },
		"RSA PRIVATE KEY": func(b []byte) (any, error) { return x509.ParsePKCS1PrivateKey(b) },
	}[block.Type]
	if parse == nil {
		return nil, fmt.Errorf("it holds a PEM block %q, which is neither key nor certificate", block.Type)
	}
	key, err := parse(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse private key: %w", err)
	}
	return key, nil
}

// newIdentity finds the key's certificate among certs, and its chain.
func newIdentity(key any, certs []*x509.Certificate) (*Identity, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("its private key cannot sign")
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil, errors.New("its private key is of an unknown kind")
	}
	id := &Identity{Signer: signer}
	for _, cert := range certs {
		if public.Equal(cert.PublicKey) {
			id.Certificate = cert
		}
	}
	if id.Certificate == nil {
		return nil, errors.New("it holds no certificate for its private key")
	}
	if _, err := schemeFor(id.Certificate); err != nil {
		return nil, err
	}
	id.Chain = chain(id.Certificate, certs)
	return id, nil
}

// chain orders the intermediates that lead from a certificate towards a root.
func chain(cert *x509.Certificate, among []*x509.Certificate) []*x509.Certificate {
	var out []*x509.Certificate
	for len(out) < maxChain && !selfIssued(cert) {
		next := issuer(cert, among)
		if next == nil || selfIssued(next) {
			break
		}
		out = append(out, next)
		cert = next
	}
	return out
}

func issuer(cert *x509.Certificate, among []*x509.Certificate) *x509.Certificate {
	for _, c := range among {
		if bytes.Equal(c.RawSubject, cert.RawIssuer) && cert.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

func selfIssued(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawSubject, cert.RawIssuer)
}

// PEM returns the identity as an unencrypted PEM file: key, certificate, chain.
func (id *Identity) PEM() ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(id.Signer)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	for _, cert := range append([]*x509.Certificate{id.Certificate}, id.Chain...) {
		out = append(out, CertificatePEM(cert)...)
	}
	return out, nil
}

// CertificatePEM returns a certificate as a PEM file.
func CertificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// PKCS12 returns the identity as a PKCS#12 file sealed with a passphrase.
func (id *Identity) PKCS12(passphrase []byte) ([]byte, error) {
	out, err := pkcs12.Modern2023.Encode(id.Signer, id.Certificate, id.Chain, string(passphrase))
	if err != nil {
		return nil, fmt.Errorf("encode PKCS#12: %w", err)
	}
	return out, nil
}

// scheme is how a kind of key signs.
type scheme struct {
	name   string
	hash   crypto.Hash
	digest algorithm
	sign   algorithm
}

// schemeFor returns how the key of a certificate signs, or refuses the key.
func schemeFor(cert *x509.Certificate) (scheme, error) {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < 2048 || bits > 8192 {
			return scheme{}, fmt.Errorf("an RSA key of %d bits is not accepted: use 3072", bits)
		}
		return scheme{"RSA with SHA-256", crypto.SHA256, digestSHA256, signRSA}, nil
	case *ecdsa.PublicKey:
		switch key.Curve.Params().Name {
		case "P-256":
			return scheme{"ECDSA P-256 with SHA-256", crypto.SHA256, digestSHA256, signECDSA256}, nil
		case "P-384":
			return scheme{"ECDSA P-384 with SHA-384", crypto.SHA384, digestSHA384, signECDSA384}, nil
		}
	}
	return scheme{}, errors.New("a key of this kind is not accepted: use RSA of 3072 bits, ECDSA P-256 or P-384, which PDF readers can check")
}
