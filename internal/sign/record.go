package sign

import (
	"crypto/x509"
	"errors"
	"fmt"
)

// recordContext keeps a signed record from ever passing for a signed report,
// or a report for a record.
const recordContext = "trustaudit record/1\x00"

// SignRecord signs a record, such as an adjudication, and returns a signature
// that stands apart from it. The signer's certificate travels inside.
func SignRecord(id *Identity, data []byte) ([]byte, error) {
	sig, err := signMessage(id, []byte(recordContext), data)
	if err != nil {
		return nil, fmt.Errorf("sign record: %w", err)
	}
	return sig, nil
}

// VerifyRecord checks that sig was made over data with the key of cert. Whether
// cert is to be trusted is for the caller to say.
func VerifyRecord(cert *x509.Certificate, data, sig []byte) error {
	certs, err := openMessage(sig, []byte(recordContext), data)
	if err != nil {
		return fmt.Errorf("verify record: %w", err)
	}
	if !certs[0].Equal(cert) {
		return errors.New("verify record: it was signed with another key")
	}
	return nil
}
