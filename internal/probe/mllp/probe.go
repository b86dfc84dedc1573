// Package mllp looks at listeners for HL7 messages without ever sending one.
package mllp

import (
	"context"
	cryptotls "crypto/tls"
	"net"
	"slices"
	"strconv"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at whether a listener for HL7 messages (MLLP) speaks TLS, and whether it asks a sender for a certificate. It connects, offers TLS, looks and leaves: never a byte of HL7, and no offer holds the bytes that end a message.

Where TLS was already seen, one connection makes a "` + talk.SayHandshake + `" and sends nothing in it. Elsewhere each connection sends one TLS hello: ` + tls.Offers + `. A listener that keeps silent gets two of them and is left alone; one that sends frames of MLLP in clear by itself is not connected to again.

Only where the engagement names the test ` + test + ` for the host, one connection in clear sends an "` + sayFrame + `", which holds no message, and waits for what comes back.`

// service is what an engagement calls MLLP, perhaps what a port suggests alone.
const (
	service = "mllp"
	perhaps = "perhaps mllp"
	frames  = "mllp, by its frames" // the subject of a unit whose listener sent frames by itself
)

// test is the named test of an empty frame: the bytes that begin and end a message,
// with none between them.
const (
	test       = "mllp-empty-frame"
	sayFrame   = "empty MLLP frame"
	emptyFrame = "\x0b\x1c\r"
	frameStart = 0x0b
)

// The traits that are looked for.
const (
	encryption = "mllp.encryption"
	sender     = "mllp.sender"
)

// answerTime bounds the wait for an answer to an empty frame, and a handshake.
const answerTime = 5 * time.Second

// Probe looks at MLLP listeners.
var Probe = probe.Probe{
	Name:    "mllp",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
}

// usual are the ports where engines listen unless they are told otherwise.
func usual() []string { return []string{"2575", "2576", "6661", "6662"} }

// declares says whether an engagement calls a port one of MLLP.
func declares(name string) bool { return name == service || name == "hl7" }

// plan looks at what is declared, at usual ports, unless something else answered, and
// at what sent frames by itself.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	endpoint, ok := f.(discover.Endpoint)
	if ok && endpoint.Service == service {
		return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address), Subject: frames}}
	}
	if !ok || endpoint.Service != "" && endpoint.Service != "tls" {
		return nil
	}
	_, port, err := net.SplitHostPort(endpoint.Address)
	if err != nil || !declares(endpoint.Declared) && !slices.Contains(usual(), port) {
		return nil
	}
	endpoint.Declared = service
	return talk.PlanWithin(service)(t, endpoint)
}

func look(ctx context.Context, l *talk.Look) error {
	if l.Seen.Service == frames {
		l.Seen.Service = service
		l.Seen.Has(encryption, "none", "it sends frames in clear by itself")
		return nil
	}
	l.Asked = []string{encryption}
	declared := slices.ContainsFunc(l.Scope.Ports, func(p audit.Port) bool {
		return declares(p.Service) && strconv.Itoa(int(p.Number)) == l.Port
	})
	if !declared {
		l.Seen.Service = perhaps
	}
	if l.InTLS {
		l.Seen.Has(encryption, "always", "")
		l.Asked = []string{sender}
		return lookInside(ctx, l)
	}
	if l.Allowed(test, l.Host) {
		if answered, err := answers(ctx, l); err != nil || answered {
			return err
		}
	}
	return offer(ctx, l, declared)
}

// lookInside tells whether a listener that speaks TLS asks who calls.
func lookInside(ctx context.Context, l *talk.Look) error {
	conn, err := converse.Open(ctx, l.Dial, l.Address, answerTime)
	if err != nil {
		return err
	}
	defer conn.Close()
	asked := false
	client := cryptotls.Client(conn, &cryptotls.Config{
		ServerName: l.Host, MinVersion: cryptotls.VersionTLS10,
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent in it
		GetClientCertificate: func(*cryptotls.CertificateRequestInfo) (*cryptotls.Certificate, error) {
			asked = true
			return &cryptotls.Certificate{}, nil
		},
	})
	conn.Say(talk.SayHandshake)
	err = client.HandshakeContext(ctx)
	switch {
	case asked:
		l.Seen.Has(sender, "certified", "")
	case err == nil:
		l.Seen.Has(sender, "any", "")
	default:
		l.Seen.Lacks(sender, converse.Why(ctx, err))
	}
	return nil
}

// answers sends an empty frame, and tells MLLP by a frame that comes back.
func answers(ctx context.Context, l *talk.Look) (bool, error) {
	conn, err := converse.Open(ctx, l.Dial, l.Address, answerTime)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	conn.Say(sayFrame)
	first := make([]byte, 1)
	if _, err := conn.Write([]byte(emptyFrame)); err != nil {
		return false, nil // it hangs up at what is no message
	}
	if n, _ := conn.Read(first); n == 0 || first[0] != frameStart {
		return false, nil
	}
	l.Seen.Service = service
	l.Seen.Has(encryption, "none", "it answers an empty frame in clear")
	return true, nil
}

// offer offers TLS. A listener that waits for a message has no reason to answer
// that: its silence tells that it does not speak TLS, not what it speaks.
func offer(ctx context.Context, l *talk.Look, declared bool) error {
	secured := tls.Look(ctx, l.Session, func(ctx context.Context) (probe.Conn, error) { return l.Dial(ctx, "tcp", l.Address) }, "")
	switch {
	case secured.Spoken:
		l.Seen.Has(encryption, "always", "")
		switch secured.ClientCertificate {
		case tls.Asked:
			l.Seen.Has(sender, "certified", "")
		case tls.NotAsked:
			l.Seen.Has(sender, "any", "")
		default:
			l.Seen.Lacks(sender, secured.Reason)
		}
		return tls.Emit(l.Session, secured, service)
	case secured.Reason != "" && secured.Reason != tls.NoAnswer:
		l.Seen.Lacks(encryption, secured.Reason)
	case declared:
		l.Seen.Has(encryption, "none", "it is declared, and answers no offer of TLS")
	default:
		l.Seen.Lacks(encryption, "unidentified, no TLS")
	}
	return nil
}
