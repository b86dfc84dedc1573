package tls

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// selfSign returns a self-signed certificate of a fixed key.
func selfSign(t *testing.T, template *x509.Certificate) []byte {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	template.SerialNumber = big.NewInt(1)
	template.NotBefore = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	template.NotAfter = template.NotBefore.AddDate(1, 0, 0)
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestDescribeMasksAndBounds(t *testing.T) {
	template := &x509.Certificate{Subject: pkix.Name{
		CommonName: "patient 9990000018",
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 3}, Value: "jane.doe@example.nhs.uk"}},
	}}
	for i := range 500 {
		template.DNSNames = append(template.DNSNames, fmt.Sprintf("h%d.9990000018.example", i))
	}
	template.IPAddresses = []net.IP{net.IPv4(10, 0, 0, 5)}
	out, reason := parse([][]byte{selfSign(t, template)})
	if reason != "" || len(out) != 1 {
		t.Fatalf("%d certificates, reason %q", len(out), reason)
	}
	c := describeOne(out[0])
	if len(c.Names) != maxNames {
		t.Errorf("%d names were kept", len(c.Names))
	}
	all := fmt.Sprint(c)
	if strings.Contains(all, "9990000018") || strings.Contains(all, "jane") {
		t.Errorf("the certificate names a patient: %.300s", all)
	}
	if c.Key != "Ed25519" || c.KeyBits != 256 || !c.SelfSigned {
		t.Errorf("key %s of %d bits, self-signed %v", c.Key, c.KeyBits, c.SelfSigned)
	}
}

// TestDescribeOther is of keys that the standard library does not parse.
func TestDescribeOther(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	for _, c := range []struct {
		name      string
		algorithm asn1.ObjectIdentifier
		key       []byte
		kind      string
		bits      int
	}{
		{"RSA-PSS", rsaPSS, pkcs1, "RSA", 2048},
		{"RSA-PSS, cut", rsaPSS, pkcs1[:100], "of an unknown kind", 0},
		{"Ed448", ed448, make([]byte, 57), "Ed448", 456},
		{"another", asn1.ObjectIdentifier{1, 2, 3}, pkcs1, "of an unknown kind", 0},
	} {
		der, err := asn1.Marshal(struct {
			Algorithm pkix.AlgorithmIdentifier
			Key       asn1.BitString
		}{pkix.AlgorithmIdentifier{Algorithm: c.algorithm}, asn1.BitString{Bytes: c.key, BitLength: 8 * len(c.key)}})
		if err != nil {
			t.Fatal(err)
		}
		if kind, bits := describeOther(der); kind != c.kind || bits != c.bits {
			t.Errorf("%s: %s of %d bits, want %s of %d", c.name, kind, bits, c.kind, c.bits)
		}
	}
}

func TestDescribeStopsAtWhatCannotBeParsed(t *testing.T) {
	good := selfSign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "a"}})
	out, reason := parse([][]byte{good, []byte("not a certificate"), good})
	if len(out) != 1 || reason != "certificate 2 of the chain cannot be parsed" {
		t.Errorf("%d certificates, reason %q", len(out), reason)
	}
}

// TestNegativeSerialNumber sees that a certificate as Samba makes them for itself is
// read, though its serial number is below zero.
func TestNegativeSerialNumber(t *testing.T) {
	der := selfSign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "dc"}})
	der = bytes.Replace(der, []byte{2, 1, 1}, []byte{2, 1, 0x81}, 1)
	if out, reason := parse([][]byte{der}); len(out) != 1 || out[0].SerialNumber.Sign() >= 0 {
		t.Errorf("%d certificates, reason %q", len(out), reason)
	}
}

// TestSelfSignedIsNotAName sees that a certificate which only bears its
// issuer's name is not taken for self-signed.
func TestSelfSignedIsNotAName(t *testing.T) {
	cert, err := x509.ParseCertificate(selfSign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "a"}}))
	if err != nil {
		t.Fatal(err)
	}
	cert.Signature[5] ^= 1
	if selfSigned(cert, 256) {
		t.Error("its signature is another's")
	}
}
