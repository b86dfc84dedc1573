package sign

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// unfit says why a certificate may not sign documents, whoever issued it. One
// that names no usage at all is not restricted.
func unfit(cert *x509.Certificate) error {
	if cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return errors.New("the certificate is not for signatures (key usage)")
	}
	if unrestricted(cert) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) {
		return nil
	}
	for _, purpose := range cert.UnknownExtKeyUsage {
		if purpose.Equal(oidDocumentSigning) || purpose.Equal(oidAdobeDocumentSigning) {
			return nil
		}
	}
	return errors.New("the certificate is not for signing documents or e-mail (extended key usage)")
}

// skew is how far the clocks of a signer and a verifier may be apart.
const skew = 24 * time.Hour

// implausible says why the time that a signer claims cannot be true, or nil.
func implausible(claimed time.Time, cert *x509.Certificate, now time.Time) error {
	if claimed.After(now.Add(skew)) {
		return fmt.Errorf("it claims to be made on %s, which is in the future", claimed.Format(time.DateOnly))
	}
	if claimed.Before(cert.NotBefore.Add(-skew)) || claimed.After(cert.NotAfter.Add(skew)) {
		return fmt.Errorf("it claims to be made on %s, when the certificate was not valid", claimed.Format(time.DateOnly))
	}
	return nil
}

// distrust says why the first of certs is not to be trusted at a time, or nil.
// Without a time stamp nobody knows when a signature was made: a certificate
// that has expired since cannot be told from one used after its end.
func distrust(certs []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	cert := certs[0]
	if err := unfit(cert); err != nil {
		return err
	}
	if roots == nil {
		return errors.New("no trust anchors were given")
	}
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return fmt.Errorf("the certificate is valid from %s to %s, and nothing proves that it was used then",
			cert.NotBefore.Format(time.DateOnly), cert.NotAfter.Format(time.DateOnly))
	}
	usage := x509.ExtKeyUsageAny
	if unrestricted(cert) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) {
		usage = x509.ExtKeyUsageEmailProtection
	}
	intermediates := x509.NewCertPool()
	for _, c := range certs[1:] {
		intermediates.AddCert(c)
	}
	_, err := cert.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage},
	})
	if unknown := (x509.UnknownAuthorityError{}); errors.As(err, &unknown) {
		return fmt.Errorf("none of the trust anchors vouches for the issuer %q", cert.Issuer.String())
	}
	if err != nil {
		return fmt.Errorf("check certificate chain: %w", err)
	}
	return nil
}

// unrestricted reports whether a certificate names no purpose that it is for.
// Its issuers' restrictions hold all the same.
func unrestricted(cert *x509.Certificate) bool {
	return len(cert.ExtKeyUsage) == 0 && len(cert.UnknownExtKeyUsage) == 0
}
