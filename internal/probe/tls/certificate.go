package tls

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	cryptotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe/tls/fact"
)

// maxNames bounds the names kept of one certificate.
const maxNames = 100

// maxVerifiedBits bounds the keys a signature is checked with: a hostile
// certificate can hold a key that takes minutes.
const maxVerifiedBits = 8192

// certificate describes the chain. Before TLS 1.3 it came in clear with the
// answer; otherwise a handshake must be made. A server that would rather show none
// is asked for it by the suites that need one.
func (l *look) certificate(ctx context.Context) {
	var incomplete error
	bare := false
	for _, o := range slices.Clone(l.offers) {
		if o.version == tls13 || !o.accepted() {
			continue
		}
		if proven := l.proven(o.version); o.flight.whole && len(o.flight.chain) == 0 && len(proven) > 0 {
			o = l.firmly(ctx, hello{version: o.version, suites: proven})
		}
		if o.flight.whole && len(o.flight.chain) > 0 {
			l.describe(o.flight.chain, o.flight.asked)
			return
		}
		bare = bare || o.flight.whole
		incomplete = cmp.Or(incomplete, o.err)
	}
	if incomplete != nil {
		l.fact.Reason = "certificate: " + converse.Why(ctx, incomplete)
		return
	}
	if slices.ContainsFunc(l.offers, func(o offer) bool { return o.version == tls13 && o.accepted() }) {
		l.handshake(ctx)
		return
	}
	if bare {
		l.describe(nil, false)
	}
}

// proven are the suites of a version that were chosen and in which the server shows
// who it is.
func (l *look) proven(v version) []suite {
	return slices.DeleteFunc(slices.Clone(suites), func(s suite) bool {
		return !slices.Contains(l.chosen[v], s.name) || strings.Contains(s.name, "_anon_") || strings.Contains(s.name, "PSK")
	})
}

// handshake makes a TLS 1.3 handshake, sends nothing in it, and keeps what the
// server showed. That the server then refuses a client without a certificate
// does not matter.
func (l *look) handshake(ctx context.Context) {
	if l.gone != "" {
		l.fact.Reason = "certificate: " + l.gone
		return
	}
	var protocols []string
	if l.fact.Via == "" {
		protocols = applicationProtocols
	}
	s, err := l.shake(ctx, protocols)
	if s.chain == nil && protocols != nil && ctx.Err() == nil { // it may mind their names
		s, err = l.shake(ctx, nil)
	}
	switch {
	case s.chain != nil:
		l.describe(s.chain, s.asked)
		l.fact.Protocol = s.protocol
	case err != nil:
		l.fact.Reason = "certificate: the TLS 1.3 handshake failed: " + converse.Why(ctx, err)
	default:
		l.fact.Reason = "certificate: the TLS 1.3 handshake showed none"
	}
}

// curves are those to agree on keys by. Hybrids with ML-KEM make an offer larger than
// a packet, which some endpoints do not bear, and are asked for where the server takes
// nothing else.
func (l *look) curves() []cryptotls.CurveID {
	hybrid := func(group string) bool { return strings.Contains(group, "MLKEM") }
	if len(l.fact.Groups) > 0 && !slices.ContainsFunc(l.fact.Groups, func(g string) bool { return !hybrid(g) }) {
		return []cryptotls.CurveID{cryptotls.X25519MLKEM768, cryptotls.SecP256r1MLKEM768, cryptotls.SecP384r1MLKEM1024}
	}
	return []cryptotls.CurveID{cryptotls.X25519, cryptotls.CurveP256, cryptotls.CurveP384, cryptotls.CurveP521}
}

// shown is what a handshake showed.
type shown struct {
	chain    [][]byte
	asked    bool // for a client certificate
	protocol string
}

func (l *look) shake(ctx context.Context, protocols []string) (s shown, err error) {
	conn, err := l.open(ctx)
	if err != nil {
		return s, err
	}
	conn = converse.Bound(ctx, conn, answerTime)
	defer conn.Close()
	client := cryptotls.Client(conn, &cryptotls.Config{
		ServerName: l.host,
		NextProtos: protocols,
		MinVersion: cryptotls.VersionTLS13,
		// The certificate is judged by a check, not by this connection, over
		// which nothing is sent.
		InsecureSkipVerify: true, //nolint:gosec // see above
		CurvePreferences:   l.curves(),
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			s.chain = raw
			return nil
		},
		GetClientCertificate: func(*cryptotls.CertificateRequestInfo) (*cryptotls.Certificate, error) {
			s.asked = true
			return &cryptotls.Certificate{}, nil
		},
	})
	conn.Say(sayHandshake)
	err = client.HandshakeContext(ctx)
	if p := client.ConnectionState().NegotiatedProtocol; slices.Contains(protocols, p) {
		s.protocol = p
	}
	return s, err
}

func (l *look) describe(chain [][]byte, asked bool) {
	l.fact.ClientCertificate = NotAsked
	if asked {
		l.fact.ClientCertificate = Asked
	}
	certificates, reason := parse(chain)
	l.fact.Reason = reason
	if len(chain) == 0 {
		l.fact.Reason = "certificate: none is shown"
	}
	for _, c := range certificates {
		l.fact.Chain = append(l.fact.Chain, describeOne(c))
	}
	if len(certificates) > 0 {
		known := authorities{PublicRoots, l.session.Scope.Roots}
		l.fact.Trust, l.fact.Stale = known.judge(certificates, l.session.Now())
		l.fact.Named = named(certificates[0], l.host)
	}
}

// parse reads a chain, leaf first. It stops at a certificate that cannot be
// parsed, and says so.
func parse(chain [][]byte) ([]*x509.Certificate, string) {
	var out []*x509.Certificate
	for i, der := range chain {
		if i == maxChain {
			break
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return out, fmt.Sprintf("certificate %d of the chain cannot be parsed", i+1)
		}
		out = append(out, cert)
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
		Revocation: revocation(cert),
		SHA256:     hex.EncodeToString(sum[:]),
	}
}

// revocation lists where the certificate says that its status is to be had.
func revocation(cert *x509.Certificate) []string {
	var out []string
	if len(cert.CRLDistributionPoints) > 0 {
		out = append(out, "CRL")
	}
	if len(cert.OCSPServer) > 0 {
		out = append(out, "OCSP")
	}
	return out
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
	if cert.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm {
		return describeOther(cert.RawSubjectPublicKeyInfo)
	}
	return cert.PublicKeyAlgorithm.String(), 0
}

// The kinds of key that the standard library does not parse and that certificates
// are nevertheless made for.
var (
	rsaPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	ed448  = asn1.ObjectIdentifier{1, 3, 101, 113}
)

// describeOther describes a key of a kind that the standard library leaves alone.
func describeOther(der []byte) (string, int) {
	const unknown = "of an unknown kind"
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return unknown, 0
	}
	switch {
	case info.Algorithm.Algorithm.Equal(ed448):
		return "Ed448", 8 * len(info.Key.RightAlign())
	case info.Algorithm.Algorithm.Equal(rsaPSS):
		if key, err := x509.ParsePKCS1PublicKey(info.Key.RightAlign()); err == nil {
			return "RSA", key.N.BitLen()
		}
	}
	return unknown, 0
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
