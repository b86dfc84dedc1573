// Package fact holds what the ftp probe sees.
package fact

// FTP is what an FTP service says before anybody logs in.
type FTP struct {
	Endpoint string   `json:"endpoint"`
	Greeting string   `json:"greeting,omitempty"` // printable, masked
	AuthTLS  bool     `json:"auth_tls"`           // AUTH TLS was accepted
	Features []string `json:"features,omitempty"` // of FEAT, as upper-case words
	Listed   bool     `json:"listed"`             // FEAT was answered
	Reason   string   `json:"reason,omitempty"`   // why something could not be told
}

// FactKind names the kind and version.
func (FTP) FactKind() string { return "ftp.endpoint/1" }
