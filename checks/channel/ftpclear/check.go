// Package ftpclear finds FTP services that cannot encrypt.
package ftpclear

import (
	"cmp"
	_ "embed"

	"trustaudit/internal/audit"
	ftp "trustaudit/internal/probe/ftp/fact"
)

//go:embed doc.md
var doc string

// Check fails for an FTP service that does not offer TLS.
var Check = audit.Check{
	ID:       "CHANNEL-FTP-CLEAR",
	Title:    "An FTP service carries passwords and files in clear",
	Doc:      doc,
	Evidence: "proto.cleartext",
	Severity: audit.High,
	Needs:    []string{ftp.FTP{}.FactKind()},
	Reach:    audit.ReachTarget,
	Judge:    func(p *audit.Pass) audit.Fold { return fold{p} },
}

type fold struct{ pass *audit.Pass }

func (f fold) See(fact audit.Fact) {
	service, ok := fact.(ftp.FTP)
	switch {
	case !ok:
	case service.AuthTLS:
		f.pass.Seen(1)
	case service.Reason != "":
		f.pass.Unread(1, service.Reason)
	default:
		f.pass.Seen(1)
		f.pass.Found(service.Endpoint, audit.High, audit.Evidence{
			Locator: service.Endpoint, Excerpt: "refuses AUTH TLS; greets: " + cmp.Or(service.Greeting, "nothing"),
		})
	}
}

func (fold) End() {}
