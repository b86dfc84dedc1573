package clearchannel

import (
	"cmp"
	"strings"

	"trustaudit/internal/audit"
	content "trustaudit/internal/probe/content/fact"
	register "trustaudit/internal/probe/register/fact"
)

// flow is a channel to a store.
type flow struct {
	from   audit.Target
	to     string // host:port
	medium string
}

func (f *fold) flow(fact register.Flow) {
	key := flow{audit.Target(fact.From), strings.TrimPrefix(fact.To, "tcp://"), strings.ToLower(fact.Medium)}
	if !f.flows[key] && len(f.flows) >= maxFlows {
		f.more++
		return
	}
	f.flows[key] = true
}

// isStore tells a store that was in scope from a host that is merely named.
func isStore(t audit.Target) bool {
	switch t.Scheme() {
	case "file", "sqlite":
		return true
	}
	return false
}

// store is what is known of a store's content.
type store struct {
	records int64 // identifiable
	tests   int64 // identifiable, of test data alone and not to be counted
	unread  bool
}

// empty tells a store of which it is certain that there is nothing to protect.
func (s *store) empty() bool { return s.records+s.tests == 0 && !s.unread }

func (f *fold) item(item content.Item) {
	s := f.stores[f.pass.Origin]
	if s == nil {
		s = &store{}
		f.stores[f.pass.Origin] = s
	}
	if _, unread := item.Unread(); unread {
		s.unread = true
	}
	switch {
	case !item.Identifiable:
	case item.TestData && !f.pass.Options.CountTestData:
		s.tests += max(1, item.Records)
	default:
		s.records += max(1, item.Records)
	}
}

// state is what is known of a channel's protection, least first.
type state int

const (
	unknown state = iota
	sound
	clear
)

// ask puts an answer to "does it encrypt?" as a state; sure says whether a no
// is a no.
func ask(encrypts, sure bool) state {
	switch {
	case encrypts:
		return sound
	case sure:
		return clear
	}
	return unknown
}

// channel is what was seen of one endpoint.
type channel struct {
	service        string // by its greeting
	ftp, mllp, tls state
}

func (f *fold) channel(endpoint string, note func(*channel)) {
	c := f.channels[endpoint]
	if c == nil {
		if len(f.channels) >= maxChannels {
			return
		}
		c = &channel{}
		f.channels[endpoint] = c
	}
	note(c)
}

// state joins what the probes saw. A protocol's own probe knows best; a
// greeting tells of services that never encrypt, or always do. That TLS is not
// spoken tells only of a medium that knows no other protection.
func (c *channel) state(medium string) state {
	switch {
	case c == nil:
		return unknown
	case c.ftp == sound && c.tls == clear: // agreed to TLS, and did not speak it
		return clear
	case c.ftp != unknown:
		return c.ftp
	case c.mllp != unknown:
		return c.mllp
	case c.tls == sound, c.service == "ssh":
		return sound
	case neverEncrypts(c.service), c.tls == clear && c.service == "" && neverEncrypts(medium):
		return clear
	}
	return unknown
}

// neverEncrypts tells services that encrypt by TLS from the first byte, or not.
func neverEncrypts(service string) bool {
	switch service {
	case "telnet", "http", "rsync", "rsh", "rlogin", "rexec", "redis", "mllp", "dicom":
		return true
	}
	return false
}

func (c *channel) words(medium string) string {
	switch {
	case c.ftp != unknown:
		return "FTP without TLS"
	case c.mllp == clear:
		return "MLLP without TLS"
	}
	return strings.ToUpper(cmp.Or(c.service, medium)) + " without TLS"
}
