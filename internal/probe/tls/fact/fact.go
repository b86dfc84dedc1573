// Package fact holds what is seen of TLS, by whichever probe saw it.
package fact

// TLS is how an endpoint speaks TLS.
type TLS struct {
	Endpoint          string        `json:"endpoint"`
	Via               string        `json:"via,omitempty"` // "AUTH TLS" when TLS was asked for in the protocol
	Spoken            bool          `json:"spoken"`        // it speaks TLS at all
	Versions          []Version     `json:"versions,omitempty"`
	ClientCertificate string        `json:"client_certificate,omitempty"` // "not asked", "asked"
	Chain             []Certificate `json:"chain,omitempty"`              // leaf first, at most eight
	Reason            string        `json:"reason,omitempty"`             // why something could not be told
}

// Version is one protocol version and whether the endpoint accepts it.
type Version struct {
	Name     string `json:"name"` // "TLS 1.0"
	Accepted bool   `json:"accepted"`
	Suite    string `json:"suite,omitempty"`  // that the endpoint chose
	Reason   string `json:"reason,omitempty"` // why it could not be told: then Accepted means nothing
}

// Certificate is what matters of one certificate. Subject and issuer are
// masked where they identify somebody.
type Certificate struct {
	Subject    string   `json:"subject"`
	Issuer     string   `json:"issuer"`
	Names      []string `json:"names,omitempty"` // DNS and IP, at most 100
	NotBefore  string   `json:"not_before"`      // RFC 3339
	NotAfter   string   `json:"not_after"`
	Key        string   `json:"key"` // "RSA", "ECDSA", "Ed25519"
	KeyBits    int      `json:"key_bits"`
	Signature  string   `json:"signature"` // "SHA256-RSA"
	SelfSigned bool     `json:"self_signed"`
	SHA256     string   `json:"sha256"`
}

// FactKind names the kind and version.
func (TLS) FactKind() string { return "tls.endpoint/1" }
