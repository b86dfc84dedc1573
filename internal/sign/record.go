package sign

import (
	"crypto/x509"
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

// VerifyRecord checks a signature over data and returns whose it is. Whether
// that certificate is to be trusted is for the caller to say.
func VerifyRecord(data, sig []byte) (*x509.Certificate, error) {
	certs, err := openMessage(sig, []byte(recordContext), data)
	if err != nil {
		return nil, fmt.Errorf("verify record: %w", err)
	}
	return certs[0], nil
}
