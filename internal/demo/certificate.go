package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"fmt"
	"math/big"
	"net"
	"time"
)

// identities makes the certificates of the demonstration out of its seed. They
// protect nothing, and are the same whenever the seed is.
type identities struct{ seed int64 }

// validity is how long a certificate is valid.
type validity struct{ from, until time.Time }

var (
	current = validity{firstDay, firstDay.AddDate(10, 0, 0)}
	lapsed  = validity{firstDay.AddDate(-3, 0, 0), firstDay.AddDate(-1, 0, 0)}
)

// key returns the P-256 key of that name.
func (i identities) key(name string) *ecdsa.PrivateKey {
	seed := binary.BigEndian.AppendUint64([]byte("demonstration key "+name+" "), uint64(i.seed))
	for {
		sum := sha256.Sum256(seed)
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), sum[:])
		if err == nil {
			return key
		}
		seed = sum[:] // not a valid scalar, which hardly ever happens
	}
}

func unsigned(name string, serial int64, valid validity) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Demonstration NHS Trust"}},
		NotBefore:             valid.from,
		NotAfter:              valid.until,
		BasicConstraintsValid: true,
	}
}

// selfSigned returns an identity that vouches for itself.
func (i identities) selfSigned(name string, valid validity) (tls.Certificate, error) {
	key := i.key(name)
	cert := server(name, 10, valid)
	// Without a source of randomness the signature is deterministic.
	der, err := x509.CreateCertificate(nil, cert, cert, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sign the certificate of %s: %w", name, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// issued returns an identity that the trust's own authority vouches for.
func (i identities) issued(name string, serial int64) (tls.Certificate, error) {
	const authority = "Demonstration Trust Internal CA"
	caKey := i.key(authority)
	ca := unsigned(authority, 1, current)
	ca.IsCA, ca.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	caDER, err := x509.CreateCertificate(nil, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sign the certificate of the authority: %w", err)
	}
	key := i.key(name)
	der, err := x509.CreateCertificate(nil, server(name, serial, current), ca, key.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sign the certificate of %s: %w", name, err)
	}
	return tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key}, nil
}

func server(name string, serial int64, valid validity) *x509.Certificate {
	cert := unsigned(name, serial, valid)
	cert.DNSNames, cert.IPAddresses = []string{name}, []net.IP{net.IPv4(127, 0, 0, 1)}
	cert.KeyUsage, cert.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return cert
}
