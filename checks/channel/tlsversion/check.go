// Package tlsversion finds endpoints that accept outdated versions of TLS.
package tlsversion

import (
	_ "embed"
	"strings"

	"trustaudit/internal/audit"
	tls "trustaudit/internal/probe/tls/fact"
)

//go:embed doc.md
var doc string

// Check fails for an endpoint that accepts SSL or a TLS version before 1.2.
var Check = audit.Check{
	ID:       "CHANNEL-TLS-VERSION",
	Title:    "A service accepts outdated versions of TLS",
	Doc:      doc,
	Evidence: "tls.config",
	Severity: audit.Medium,
	Needs:    []string{tls.TLS{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	endpoint, ok := fact.(tls.TLS)
	if !ok {
		return
	}
	switch {
	case endpoint.Spoken:
		f.versions(endpoint)
	case endpoint.Reason != "":
		f.pass.Unread(1, endpoint.Reason)
	case endpoint.Via != "":
		f.pass.Unread(1, "TLS was not spoken after "+endpoint.Via)
	}
}

func (f fold) versions(endpoint tls.TLS) {
	told := map[string]bool{}
	for _, v := range endpoint.Versions {
		told[v.Name] = true
		f.version(endpoint, v)
	}
	for _, name := range []string{"TLS 1.0", "TLS 1.1"} {
		if !told[name] {
			f.pass.Unread(1, name+" was not tried")
		}
	}
}

func (f fold) version(endpoint tls.TLS, v tls.Version) {
	if v.Reason != "" {
		f.pass.Unread(1, v.Name+" could not be told: "+v.Reason)
		return
	}
	f.pass.Seen(1)
	severity := outdated(v.Name)
	if !v.Accepted || severity == 0 {
		return
	}
	evidence := audit.Evidence{Locator: endpoint.Endpoint + " " + v.Name, Excerpt: "accepts " + v.Name}
	if v.Suite != "" {
		evidence.Excerpt += ", " + v.Suite
	}
	if endpoint.Via != "" {
		evidence.Locator += " after " + endpoint.Via
	}
	f.pass.Found(endpoint.Endpoint, severity, evidence)
}

// outdated says how bad it is to accept the version; 0 for a current one.
func outdated(version string) audit.Severity {
	switch {
	case strings.HasPrefix(version, "SSL"):
		return audit.High
	case version == "TLS 1.0", version == "TLS 1.1":
		return audit.Medium
	}
	return 0
}

func (fold) End() {}
