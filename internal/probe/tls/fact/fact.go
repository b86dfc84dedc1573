// Package fact holds what is seen of TLS, by whichever probe saw it.
package fact

import "trustaudit/internal/channel"

// TLS is how an endpoint speaks TLS.
type TLS struct {
	Endpoint          string           `json:"endpoint"`
	Via               string           `json:"via,omitempty"` // "AUTH TLS" when TLS was asked for in the protocol
	Spoken            bool             `json:"spoken"`        // it speaks TLS at all
	Versions          []Version        `json:"versions,omitempty"`
	Groups            []string         `json:"groups,omitempty"`             // in which it agreed on keys; hybrid and weak ones were asked for by themselves
	FiniteBits        int              `json:"finite_bits,omitempty"`        // of the smallest finite field, or export key, that it used
	Compressed        bool             `json:"compressed,omitempty"`         // it chose to compress
	Renegotiation     string           `json:"renegotiation,omitempty"`      // "secure", "missing"; empty where it accepts TLS 1.3 alone
	MasterSecret      bool             `json:"master_secret,omitempty"`      // extended (RFC 7627)
	Order             string           `json:"order,omitempty"`              // whose order of suites holds: "server", "client"
	Protocol          string           `json:"protocol,omitempty"`           // of the application, where it chose one: "h2"
	Stapled           bool             `json:"stapled,omitempty"`            // it shows the certificate's status by itself
	ClientCertificate string           `json:"client_certificate,omitempty"` // "not asked", "asked"
	Chain             []Certificate    `json:"chain,omitempty"`              // leaf first, at most eight
	Trust             string           `json:"trust,omitempty"`              // whose word the chain is; see the constants
	Stale             string           `json:"stale,omitempty"`              // a certificate between the leaf and its authority, out of date, and until when it was to be used
	Named             string           `json:"named,omitempty"`              // whether the certificate is for the host that was called
	Reason            string           `json:"reason,omitempty"`             // why something could not be told
	Untold            []channel.Untold `json:"untold,omitempty"`             // questions that were not answered
}

// Whose word a chain of certificates is.
const (
	TrustPublic     = "public"      // an authority that browsers trust
	TrustGiven      = "given"       // one of the roots that the engagement names
	TrustOther      = "other"       // none of these, although the engagement names roots
	TrustAlone      = "alone"       // the same, and nothing is shown of who signed it
	TrustPrivate    = "private"     // an authority of which nothing is known here
	TrustSelf       = "self-signed" // nobody's but its own
	TrustIncomplete = "incomplete"  // a public authority's, but what leads to it is missing
	TrustBroken     = "broken"      // the certificates shown do not sign one another
)

// Whether a certificate is for the host that was called.
const (
	NamedRight  = "right"
	NamedWrong  = "wrong"
	NamedNobody = "nobody" // it has a common name alone, which clients do not count
	NamedUntold = "untold" // the host was called by its address, and the certificate has names
)

// Whose order of suites holds.
const (
	ServersOrder = "server"
	ClientsOrder = "client"
)

// Whether the endpoint marks renegotiation as secure (RFC 5746).
const (
	Secure    = "secure"
	NotMarked = "missing"
)

// Version is one protocol version and whether the endpoint accepts it.
type Version struct {
	Name     string   `json:"name"` // "TLS 1.0"
	Accepted bool     `json:"accepted"`
	Suite    string   `json:"suite,omitempty"`  // that the endpoint chose
	Suites   []string `json:"suites,omitempty"` // all that it was seen to choose: one of each kind, a few of each weak kind
	Reason   string   `json:"reason,omitempty"` // why it could not be told: then Accepted means nothing
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
	Revocation []string `json:"revocation,omitempty"` // where it says that its status is to be had: "CRL", "OCSP"
	SHA256     string   `json:"sha256"`
}

// FactKind names the kind and version.
func (TLS) FactKind() string { return "tls.endpoint/1" }
