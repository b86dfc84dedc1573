// Package fact holds what the discover probe sees.
package fact

import "trustaudit/internal/audit"

// Host is one address that was looked at.
type Host struct {
	// Declared are the ports of which the engagement says what they carry: UDP
	// services are asked there, since nobody can tell them by knocking.
	Declared []audit.Port `json:"declared,omitempty"`
	Address  string       `json:"address"`
	Answered bool         `json:"answered"`          // something answered, if only with a refusal
	Open     int          `json:"open"`              // ports that accepted
	Closed   int          `json:"closed"`            // ports that refused
	Silent   int          `json:"silent"`            // ports that did not answer in time
	Untried  int          `json:"untried,omitempty"` // ports left alone: the host seemed to be absent
	Unclear  int          `json:"unclear,omitempty"` // ports that this machine could not knock at
	Why      string       `json:"why,omitempty"`     // it could not, the first time
	Names    []string     `json:"names,omitempty"`   // that the name service has for the address
	Refused  string       `json:"refused,omitempty"` // why the address was not touched: "fragile", "excluded"
}

// FactKind names the kind and version.
func (Host) FactKind() string { return "discover.host/1" }

// Endpoint is a port that accepted a connection.
type Endpoint struct {
	Address  string `json:"address"`            // host:port
	Service  string `json:"service,omitempty"`  // recognised from what it says or answers: "ftp", "tls", "ldap"
	Inside   string `json:"inside,omitempty"`   // recognised within TLS, off the ports where that is usual: "http"
	Declared string `json:"declared,omitempty"` // what the engagement says it carries
	Greeting string `json:"greeting,omitempty"` // its first line, printable, masked, at most 200 bytes
	Silent   bool   `json:"silent"`             // it said nothing by itself
	Asked    int    `json:"asked,omitempty"`    // hellos that it was asked
	Answered bool   `json:"answered,omitempty"` // it answered one, in a way that is not recognised
	Left     string `json:"left,omitempty"`     // why it was asked no more
}

// FactKind names the kind and version.
func (Endpoint) FactKind() string { return "discover.endpoint/1" }
