// Package ftpdata finds FTP services that encrypt the talk and not the files.
package ftpdata

import (
	_ "embed"
	"strings"

	"trustaudit/internal/audit"
	ftp "trustaudit/internal/probe/ftp/fact"
)

//go:embed doc.md
var doc string

// Check fails for an FTP service that offers TLS for commands and does not
// offer to protect data connections.
var Check = audit.Check{
	ID:       "CHANNEL-FTP-DATA-CLEAR",
	Title:    "An FTP service encrypts the log-in and not the files",
	Doc:      doc,
	Evidence: "proto.legacy",
	Severity: audit.Medium,
	Needs:    []string{ftp.FTP{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	service, ok := fact.(ftp.FTP)
	switch {
	case !ok || !service.AuthTLS:
	case !service.Listed:
		f.pass.Unread(1, "the service does not list its features")
	case protects(service.Features):
		f.pass.Seen(1)
	default:
		f.pass.Seen(1)
		f.pass.Found(service.Endpoint, audit.Medium, audit.Evidence{
			Locator: service.Endpoint, Excerpt: "accepts AUTH TLS, does not list PROT",
		})
	}
}

func protects(features []string) bool {
	for _, feature := range features {
		word, _, _ := strings.Cut(feature, " ")
		if strings.EqualFold(word, "PROT") {
			return true
		}
	}
	return false
}

func (fold) End() {}
