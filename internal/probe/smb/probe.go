// Package smb looks at how a server of Windows shares protects them: which versions
// of SMB it speaks, whether it signs and encrypts, and, only where the engagement
// allows it, what it shows a guest.
package smb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/smb/fact"
	"trustaudit/internal/probe/talk"
)

// service is what the service is called.
const service = "smb"

// test is the named test of a guest's session.
const test = "smb-guest"

// What is sent, in words.
const (
	sayHello   = "SMB negotiate (any version)"
	sayOld     = "SMB negotiate (SMB 1 alone)"
	sayNew     = "SMB negotiate (SMB 2.0.2 to 3.1.1)"
	sayOlder   = "SMB negotiate (those before the last accepted)"
	saySession = "NetBIOS session request"
	sayName    = "NetBIOS name query"
)

const doc = `Looks at which versions of SMB a file server speaks, whether it requires signing, whether it can encrypt, and which name it gives itself. Nobody logs in.

Each connection carries one offer of versions and is closed after the answer: "SMB negotiate (SMB 1 alone)", "SMB negotiate (SMB 2.0.2 to 3.1.1)", and then "SMB negotiate (those before the last accepted)" until none is. On port 139 a "NetBIOS session request" goes before. A server that has not told its name by then is asked by a "NetBIOS name query" over UDP on port 137, once more if no answer comes. To find out whether a silent service is SMB, discovery sends "SMB negotiate (any version)".

Only where the engagement names the test smb-guest for the host, one more connection opens a "session as guest" with an empty password; if that is let in, it asks for the "list of shares", opens each folder share that is not hidden and its root for reading ("open a share", at most 32), and ends with "log off". No folder is listed, no file opened, nothing written.`

// The traits that are looked for.
const (
	encryption = "encryption"
	required   = "encryption.required"
	version    = "smb.version"
	signing    = "smb.signing"
	access     = "access"
)

// Probe looks at SMB servers.
var Probe = probe.Probe{
	Name:    "smb",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    talk.Plan(service),
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, fact.Server{}},
	Hellos: []probe.Hello{
		{Service: service, Say: sayHello, Send: framed(negotiate1(dialect1, "SMB 2.002", "SMB 2.???")), Ports: []uint16{445}, Fits: fits},
		{Service: service, Say: saySession, Send: sessionRequest(), Ports: []uint16{netbiosPort}, Fits: fitsSession},
	},
}

// fits says whether an answer to a negotiation is one.
func fits(answer []byte) bool {
	return len(answer) >= 8 && answer[0] == 0 && (string(answer[4:8]) == magic1 || string(answer[4:8]) == magic2)
}

// server is what the looks at one server saw.
type server struct {
	*talk.Look
	old    answer1
	oldErr error // why it could not be told whether SMB 1 is spoken
	newest answer2
	told   []string // the later versions that it takes, newest first
}

func look(ctx context.Context, l *talk.Look) error {
	l.Asked = []string{encryption, required, version, signing, access}
	s := &server{Look: l}
	s.old, s.oldErr = s.askOld(ctx)
	if err := s.askNew(ctx); err != nil {
		return err
	}
	if len(s.told) == 0 && !s.old.spoken {
		return cmp.Or(s.oldErr, errNone)
	}
	s.tell(ctx)
	if err := s.Emit(s.fact(ctx)); err != nil {
		return err
	}
	if !s.Named(test, access) {
		s.Seen.Lacks(required, unseen)
		return nil
	}
	return s.askAsGuest(ctx)
}

// errNone is why nothing can be told of what is no SMB server after all.
var errNone = errors.New("it takes no version of SMB that is known")

// unseen is why it is mostly not told whether encryption is required.
const unseen = "shows only after a log-in"

// connect opens a connection that is ready for a negotiation.
func (s *server) connect(ctx context.Context) (*talk.Conn, error) {
	c, err := s.Call(ctx)
	if err != nil || s.Port != strconv.Itoa(netbiosPort) {
		return c, err
	}
	if err := beginSession(c); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// negotiate makes one offer on a connection of its own. A server that hangs up at
// it takes none of what was offered: the answer is then empty.
func (s *server) negotiate(ctx context.Context, words string, packet []byte) ([]byte, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	answer, err := exchange(c, words, packet)
	if err != nil && converse.Classify(ctx, err) == converse.Closed {
		return nil, nil
	}
	return answer, err
}

// askOld offers SMB 1 and nothing else: a server that does not speak it hangs up,
// or answers that it takes nothing of the offer.
func (s *server) askOld(ctx context.Context) (answer1, error) {
	packet, err := s.negotiate(ctx, sayOld, negotiate1(dialect1))
	if err != nil || packet == nil {
		return answer1{}, err
	}
	return read1(packet)
}

// askNew offers the later versions, and then those before the one that was chosen,
// until none is.
func (s *server) askNew(ctx context.Context) error {
	words := sayNew
	for offer := below(0); len(offer) > 0; words = sayOlder {
		packet, err := s.negotiate(ctx, words, negotiate2(s.nonce(len(offer)), offer...))
		if err != nil {
			return err
		}
		if packet == nil {
			return nil
		}
		answer, err := read2(packet)
		if err != nil || !slices.Contains(offer, answer.dialect) {
			return err
		}
		if len(s.told) == 0 {
			s.newest = answer
		}
		s.told = append(s.told, dialectName(answer.dialect))
		offer = below(answer.dialect)
	}
	return nil
}

// nonce is another for each connection.
func (s *server) nonce(n int) nonce {
	return sha256.Sum256(fmt.Appendf(nil, "%s %d %d", s.Address, s.Now().UnixNano(), n))
}

// tell puts what was seen as traits.
func (s *server) tell(ctx context.Context) {
	for _, v := range s.told {
		s.Seen.Has(version, v, "")
	}
	switch {
	case s.old.spoken:
		s.Seen.Has(version, "SMB 1", "")
	case s.oldErr != nil:
		s.Seen.Lacks(version, "whether SMB 1 is spoken: "+converse.Why(ctx, s.oldErr))
	}
	if s.old.plain {
		s.Seen.Has("login.clear", channel.Yes, "SMB 1 without challenge and response")
	}
	s.Seen.Has(signing, s.signing(), "")
	switch {
	case s.newest.encrypts:
		s.Seen.Has(encryption, "offered", s.newest.cipher)
	case s.newest.dialect >= dialect300:
		s.Seen.Has(encryption, "none", "encryption of SMB 3 is switched off")
	default:
		s.Seen.Has(encryption, "none", "no SMB 3, and so no encryption")
	}
	if s.newest.name != "" {
		s.Seen.Product = "Samba"
	}
}

// signing is how the server signs; a server of the first generation alone by what
// it said there.
func (s *server) signing() string {
	signs, requires := s.newest.signs, s.newest.requires
	if s.newest.dialect == 0 {
		signs, requires = s.old.signs, s.old.requires
	}
	switch {
	case requires:
		return "required"
	case signs:
		return "offered"
	}
	return "off"
}

func (s *server) fact(ctx context.Context) fact.Server {
	f := fact.Server{
		Endpoint: s.Address, GUID: s.newest.guid, Name: cmp.Or(s.old.name, s.newest.name), Domain: s.old.domain,
		Started: s.newest.started, Compresses: s.newest.compresses,
	}
	if f.Name == "" {
		f.Name, f.Domain = s.askName(ctx)
	}
	if s.old.spoken {
		f.Dialects = []string{"SMB 1"}
	}
	for _, v := range slices.Backward(s.told) {
		f.Dialects = append(f.Dialects, v)
	}
	return f
}
