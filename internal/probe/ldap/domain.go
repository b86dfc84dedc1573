package ldap

import (
	"context"
	"errors"
	"net"
	"strings"

	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

// Domain asks the directory of a host which domain it serves: "trust.example". The
// root DSE tells it to those who have not logged in.
func Domain(ctx context.Context, s *probe.Session, host string) (string, error) {
	v := &visit{Look: &talk.Look{Session: s, Host: host, Address: net.JoinHostPort(host, "389"), Seen: channel.Seen{}}}
	if err := v.call(ctx); err != nil {
		return "", err
	}
	defer v.leave()
	root, err := v.ask(SayRoot, func(id byte) []byte { return search(id, "", "defaultNamingContext") })
	if err != nil {
		return "", err
	}
	if domain := domainOf(first(root.attributes["defaultnamingcontext"])); domain != "" {
		return domain, nil
	}
	return "", errors.New("the directory names no domain")
}

// domainOf is the domain that a name of components of domains stands for: "" for any
// other name.
func domainOf(name string) string {
	var labels []string
	for part := range strings.SplitSeq(name, ",") {
		kind, label, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(kind, "dc") || label == "" {
			return ""
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, ".")
}
