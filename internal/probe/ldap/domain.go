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

// Controller is what a directory says of the machine that it runs on.
type Controller struct {
	Domain string // that it serves: "trust.example"
	Name   string // of the machine, in full
}

// AskController asks the directory of a host what it says of itself. The root DSE
// tells it to those who have not logged in.
func AskController(ctx context.Context, s *probe.Session, host string) (Controller, error) {
	v := &visit{Look: &talk.Look{Session: s, Host: host, Address: net.JoinHostPort(host, "389"), Seen: channel.Seen{}}}
	if err := v.call(ctx); err != nil {
		return Controller{}, err
	}
	defer v.leave()
	root, err := v.ask(SayRoot, func(id byte) []byte { return search(id, "", "defaultNamingContext", "dnsHostName") })
	if err != nil {
		return Controller{}, err
	}
	c := Controller{Domain: domainOf(first(root.attributes["defaultnamingcontext"])), Name: first(root.attributes["dnshostname"])}
	if c.Domain == "" {
		return c, errors.New("the directory names no domain")
	}
	return c, nil
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
