package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// Object identifiers of the Cryptographic Message Syntax (RFC 5652, RFC 5035).
var (
	oidData                 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

type algorithm = pkix.AlgorithmIdentifier

var (
	digestSHA256 = algorithm{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	digestSHA384 = algorithm{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}}
	signRSA      = algorithm{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: asn1.NullRawValue}
	signECDSA256 = algorithm{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}
	signECDSA384 = algorithm{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}}
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version          int
	DigestAlgorithms []algorithm `asn1:"set"`
	Content          struct{ Type asn1.ObjectIdentifier }
	Certificates     []asn1.RawValue `asn1:"set,tag:0"`
	Signers          []signerInfo    `asn1:"set"`
}

type signerInfo struct {
	Version    int
	Signer     issuerAndSerial
	Digest     algorithm
	Attributes []attribute `asn1:"set,tag:0"`
	Algorithm  algorithm
	Signature  []byte
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// signingCertificates is the value of signing-certificate-v2, in which the
// default SHA-256 is left out. Listing the whole chain puts every byte of the
// message under the signature.
type signingCertificates struct {
	Certs []struct{ Hash []byte }
}

// message is what a signature of ours consists of; everything else in its CMS
// follows from this.
type message struct {
	certs     []*x509.Certificate // the signer's first, then its chain
	digest    []byte              // of the content
	signature []byte
}

// attributes returns the signed attributes: type, digest and certificates, and
// no signing time, which PAdES keeps in the signature dictionary.
func (m message) attributes() ([]attribute, error) {
	var certs signingCertificates
	for _, cert := range m.certs {
		sum := sha256.Sum256(cert.Raw)
		certs.Certs = append(certs.Certs, struct{ Hash []byte }{sum[:]})
	}
	var out []attribute
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidMessageDigest, m.digest}, {oidSigningCertificateV2, certs}} {
		der, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, fmt.Errorf("encode attribute: %w", err)
		}
		out = append(out, attribute{a.oid, []asn1.RawValue{{FullBytes: der}}})
	}
	return out, nil
}

// signedBytes returns what the signature value is over.
func (m message) signedBytes() ([]byte, error) {
	attributes, err := m.attributes()
	if err != nil {
		return nil, err
	}
	return asn1.MarshalWithParams(attributes, "set")
}

// encode returns the CMS of the message, in DER.
func (m message) encode() ([]byte, error) {
	s, err := schemeFor(m.certs[0])
	if err != nil {
		return nil, err
	}
	attributes, err := m.attributes()
	if err != nil {
		return nil, err
	}
	info := contentInfo{Type: oidSignedData, Content: signedData{
		Version:          1,
		DigestAlgorithms: []algorithm{s.digest},
		Signers: []signerInfo{{
			Version:    1,
			Signer:     issuerAndSerial{asn1.RawValue{FullBytes: m.certs[0].RawIssuer}, m.certs[0].SerialNumber},
			Digest:     s.digest,
			Attributes: attributes,
			Algorithm:  s.sign,
			Signature:  m.signature,
		}},
	}}
	info.Content.Content.Type = oidData
	for _, cert := range m.certs {
		info.Content.Certificates = append(info.Content.Certificates, asn1.RawValue{FullBytes: cert.Raw})
	}
	der, err := asn1.Marshal(info)
	if err != nil {
		return nil, fmt.Errorf("encode signature: %w", err)
	}
	return der, nil
}

// signMessage signs content, given in parts, and returns the CMS.
func signMessage(id *Identity, parts ...[]byte) ([]byte, error) {
	s, err := schemeFor(id.Certificate)
	if err != nil {
		return nil, err
	}
	m := message{certs: append([]*x509.Certificate{id.Certificate}, id.Chain...), digest: digest(s.hash, parts...)}
	signed, err := m.signedBytes()
	if err != nil {
		return nil, err
	}
	if m.signature, err = id.Signer.Sign(rand.Reader, digest(s.hash, signed), s.hash); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return m.encode()
}

func digest(h crypto.Hash, parts ...[]byte) []byte {
	w := h.New()
	for _, p := range parts {
		w.Write(p)
	}
	return w.Sum(nil)
}

// errContent says that a signature is about other content.
var errContent = errors.New("the content was changed after it was signed")

// openMessage checks a CMS over content and returns the certificates in it,
// the signer's first. It says nothing of whether they are to be trusted.
func openMessage(der []byte, parts ...[]byte) ([]*x509.Certificate, error) {
	var info contentInfo
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 {
		return nil, errors.New("the signature is not a DER-encoded CMS message of the form that trustaudit writes")
	}
	if len(info.Content.Signers) != 1 {
		return nil, errors.New("the signature does not have exactly one signer")
	}
	m, err := readMessage(&info.Content)
	if err != nil {
		return nil, err
	}
	s, err := schemeFor(m.certs[0])
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(m.digest, digest(s.hash, parts...)) {
		return nil, errContent
	}
	again, err := m.encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, der) {
		return nil, errors.New("the signature is not spelled as trustaudit spells it")
	}
	return m.certs, m.check(s)
}

// readMessage takes from a parsed CMS what it consists of.
func readMessage(sd *signedData) (message, error) {
	signer := sd.Signers[0]
	var m message
	var listed signingCertificates
	for _, a := range signer.Attributes {
		if len(a.Values) != 1 {
			return m, errors.New("an attribute of the signature has not one value")
		}
		var err error
		switch {
		case a.Type.Equal(oidMessageDigest):
			_, err = asn1.Unmarshal(a.Values[0].FullBytes, &m.digest)
		case a.Type.Equal(oidSigningCertificateV2):
			_, err = asn1.Unmarshal(a.Values[0].FullBytes, &listed)
		}
		if err != nil {
			return m, fmt.Errorf("read attribute of the signature: %w", err)
		}
	}
	m.signature = signer.Signature
	if len(listed.Certs) == 0 || len(listed.Certs) > 1+maxChain || len(listed.Certs) != len(sd.Certificates) {
		return m, errors.New("the signature does not carry the certificates that it names")
	}
	for _, want := range listed.Certs {
		cert, err := find(sd.Certificates, want.Hash)
		if err != nil {
			return m, err
		}
		m.certs = append(m.certs, cert)
	}
	return m, nil
}

func find(certs []asn1.RawValue, hash []byte) (*x509.Certificate, error) {
	for _, raw := range certs {
		if sum := sha256.Sum256(raw.FullBytes); bytes.Equal(sum[:], hash) {
			cert, err := x509.ParseCertificate(raw.FullBytes)
			if err != nil {
				return nil, fmt.Errorf("parse a certificate of the signature: %w", err)
			}
			return cert, nil
		}
	}
	return nil, errors.New("the signature does not carry the certificates that it names")
}

// check verifies the signature value.
func (m message) check(s scheme) error {
	signed, err := m.signedBytes()
	if err != nil {
		return err
	}
	sum := digest(s.hash, signed)
	good := false
	switch key := m.certs[0].PublicKey.(type) {
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(key, s.hash, sum, m.signature) == nil
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(key, sum, m.signature)
	}
	if !good {
		return errors.New("the signature value does not fit the signer's certificate")
	}
	return nil
}
