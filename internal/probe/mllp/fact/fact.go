// Package fact holds what the mllp probe sees.
package fact

// MLLP is what a listener does when nothing is sent to it but an offer of TLS.
type MLLP struct {
	Endpoint          string `json:"endpoint"`
	Declared          bool   `json:"declared"` // the engagement says it is MLLP
	TLS               bool   `json:"tls"`
	Silent            bool   `json:"silent"`                       // it neither spoke nor answered
	ClientCertificate string `json:"client_certificate,omitempty"` // "not asked", "asked"
	Reason            string `json:"reason,omitempty"`
}

// FactKind names the kind and version.
func (MLLP) FactKind() string { return "mllp.endpoint/1" }
