// Package nfs looks at which folders an NFS server exports to whom, how it knows
// its callers, and whether it encrypts.
package nfs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/talk"
)

// service is what the service is called.
const service = "nfs"

// What is sent, in words.
const (
	sayMapper   = "RPC NULL call to the port mapper"
	sayNull     = "RPC NULL call to NFS 4"
	sayTLS      = "RPC NULL call to NFS 4 (offering TLS)"
	sayExports  = "MOUNT EXPORT"
	sayPort     = "PORTMAP GETPORT of MOUNT"
	saySecurity = "NFS 4 SECINFO"
)

const doc = `Looks at which folders an NFS server exports, to which hosts, by which means it knows who asks, and whether it encrypts. Nothing is mounted, and no folder is entered.

One connection sends "RPC NULL call to NFS 4 (offering TLS)" and "MOUNT EXPORT". Where the list of exports is not served there, the port mapper on port 111 of the host is asked "PORTMAP GETPORT of MOUNT", and "MOUNT EXPORT" is sent to the port that it names. For sixteen exports at most, "NFS 4 SECINFO" asks in which security flavours they are served. To find out whether a silent service is one of these, discovery sends "RPC NULL call to NFS 4" or "RPC NULL call to the port mapper". The caller names no user.`

// The traits that are looked for.
const (
	encryption = "encryption"
	required   = "encryption.required"
	identity   = "nfs.identity"
	access     = "access"
)

// Probe looks at NFS servers.
var Probe = probe.Probe{
	Name:    service,
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{
		{Service: service, Say: sayNull, Send: null(nfs, 4, authNone).packet(), Ports: []uint16{2049}, Fits: fits},
		{Service: "rpcbind", Say: sayMapper, Send: null(portmapper, 2, authNone).packet(), Ports: []uint16{111}, Fits: fits},
	},
}

// callID numbers the calls; each waits for its answer.
const callID = 0x7472_7573

func null(program, version, flavour uint32) call {
	return call{id: callID, program: program, version: version, flavour: flavour}
}

// fits says whether an answer to a NULL call is one of a server of that program,
// if perhaps of another version.
func fits(record []byte) bool {
	if len(record) < 4 {
		return false
	}
	_, err := readAnswer(callID, record[4:])
	return err == nil || errors.Is(err, errRefused("the program's version is not served"))
}

// maxAsked bounds how many exports are asked for their flavours.
const maxAsked = 16

// server is what was seen of one server.
type server struct {
	*talk.Look
	tls     bool // it offers TLS
	four    bool // it speaks NFS 4
	exports []export
	listErr error // why there is no list
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{encryption, identity, access}
	s := &server{Look: l}
	if err := s.askServer(ctx); err != nil {
		return err
	}
	if s.listErr != nil {
		s.exports, s.listErr = s.askMount(ctx)
	}
	if s.four && len(s.exports) > 0 {
		if err := s.askFlavours(ctx); err != nil {
			return err
		}
	}
	s.tellFlavours()
	s.tellAccess(ctx)
	return nil
}

// askServer asks at the server's own port whether it offers TLS, and for the list
// of exports, which some servers have there.
func (s *server) askServer(ctx context.Context) error {
	c, err := s.Call(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	a, err := ask(c, sayTLS, null(nfs, 4, authTLS))
	var refused errRefused
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	// A refusal of the flavour, too, is one by NFS 4.
	s.four = refused != "the program's version is not served" && refused != "the program is not served"
	if s.tls = err == nil && offersTLS(a); s.tls {
		s.listErr = errRefused("the connection waits for TLS")
		return nil
	}
	s.exports, s.listErr = listExports(c)
	return nil
}

func listExports(c *talk.Conn) ([]export, error) {
	a, err := ask(c, sayExports, call{id: callID, program: mount, version: 3, procedure: 5})
	if err != nil {
		return nil, err
	}
	return readExports(a.reader)
}

// askMount finds the service that has the list of exports, and asks for it.
func (s *server) askMount(ctx context.Context) ([]export, error) {
	port, err := s.mountPort(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.at(ctx, port)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return listExports(c)
}

func (s *server) mountPort(ctx context.Context) (uint32, error) {
	c, err := s.at(ctx, 111)
	if err != nil {
		return 0, fmt.Errorf("ask the port mapper: %w", err)
	}
	defer c.Close()
	const getPort, tcp = 3, 6
	a, err := ask(c, sayPort, call{id: callID, program: portmapper, version: 2, procedure: getPort, arguments: words(mount, 3, tcp, 0)})
	if err != nil {
		return 0, err
	}
	port := a.word()
	if port == 0 || port > 65535 {
		return 0, errRefused("it is not served")
	}
	return port, a.err()
}

// at connects to another port of the host.
func (s *server) at(ctx context.Context, port uint32) (*talk.Conn, error) {
	other := *s.Look
	other.Address = net.JoinHostPort(s.Host, strconv.Itoa(int(port)))
	return other.Call(ctx)
}

// askFlavours asks in which flavours the exports are served.
func (s *server) askFlavours(ctx context.Context) error {
	c, err := s.Call(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range s.exports[:min(len(s.exports), maxAsked)] {
		e := &s.exports[i]
		a, err := ask(c, saySecurity, call{id: callID, program: nfs, version: 4, procedure: 1, arguments: securityOf(e.path)})
		var refused errRefused
		switch {
		case errors.As(err, &refused): // it takes no call without a user
			return nil
		case err != nil:
			return err
		}
		e.flavours = readSecurity(a.reader)
	}
	return nil
}

// tellFlavours says how callers are known and whether the talk is encrypted.
func (s *server) tellFlavours() {
	var all []flavour
	for _, e := range s.exports {
		all = append(all, e.flavours...)
	}
	const untold = "security flavours show only by mounting"
	secret := slices.ContainsFunc(all, flavour.encrypts)
	switch {
	case s.tls:
		s.Seen.Has(encryption, "offered", "TLS (RFC 9289)")
		s.Seen.Lacks(required, "shows only by mounting")
	case len(all) == 0:
		s.Seen.Lacks(encryption, untold)
	case !secret:
		s.Seen.Has(encryption, "none", "neither TLS nor Kerberos with privacy (krb5p) is offered")
	case slices.ContainsFunc(all, func(f flavour) bool { return !f.encrypts() }):
		s.Seen.Has(encryption, "offered", "Kerberos with privacy (krb5p)")
		s.Seen.Has(required, channel.No, "other flavours than krb5p are taken")
	default:
		s.Seen.Has(encryption, "always", "Kerberos with privacy (krb5p)")
	}
	switch {
	case len(all) == 0:
		s.Seen.Lacks(identity, untold)
	case slices.ContainsFunc(all, func(f flavour) bool { return !f.proves() }):
		s.Seen.Has(identity, "claimed", s.paths(func(e export) bool { return len(e.flavours) > 0 && !e.proves() }))
	default:
		s.Seen.Has(identity, "proven", "")
	}
}

// tellAccess says who may have the exports. What every host is given is open to
// anyone only where users need not prove who they are.
func (s *server) tellAccess(ctx context.Context) {
	switch {
	case s.listErr != nil:
		s.Seen.Lacks(access, "the list of exports: "+converse.Why(ctx, s.listErr))
		return
	case len(s.exports) == 0:
		s.Seen.Lacks(access, "no export is listed")
		return
	}
	open := s.paths(func(e export) bool { return e.everybody() && len(e.flavours) > 0 && !e.proves() })
	if open != "" {
		s.Seen.Has(access, "anyone-reads", "every host is given "+open)
	}
	unsure := s.paths(func(e export) bool { return e.everybody() && len(e.flavours) == 0 })
	if unsure != "" {
		s.Seen.Has(access, "every-host", unsure)
	}
	if open+unsure == "" {
		s.Seen.Has(access, "hosts", "")
	}
}

// paths lists exports, masked; the first few, if there are many.
func (s *server) paths(which func(export) bool) string {
	const shown = 5
	var out []string
	more := 0
	for _, e := range s.exports {
		switch {
		case !which(e):
		case len(out) == shown:
			more++
		default:
			out = append(out, converse.Clean([]byte(e.path)))
		}
	}
	if more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, ", ")
}
