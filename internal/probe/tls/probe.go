// Package tls looks at how an endpoint speaks TLS, and lends its eyes to probes
// of protocols that ask for TLS within them.
package tls

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at how an endpoint speaks TLS: the versions, the kinds of cipher suites, the groups in which keys are agreed on, compression, renegotiation, whose order of suites holds, the certificates it shows, and whether it asks a client for one.

Each question is a single hello on a connection of its own, which offers one version and of suites or groups those of which the answer is not known yet: ` + Offers + `. The connection is closed when the answer was read; no handshake is completed. Only for an endpoint that accepts nothing but TLS 1.3, which encrypts its certificate, one handshake is made and nothing is sent in it. An endpoint that speaks TLS well is asked some ten times, one that accepts everything some forty times.

An endpoint that keeps silent gets two offers and is left alone. One that stops answering is left alone too, and what it was not asked is said to be untold.`

// Probe looks at TLS on endpoints that are said to speak it, and on those that
// answered an offer of it.
var Probe = probe.Probe{
	Name:    "tls",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: observe,
	Facts:   []audit.Fact{fact.TLS{}, channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: service,
		Say:     tls12.say(),
		Send:    greeting(),
		Ports:   []uint16{443, 465, 636, 990, 992, 993, 995, 2376, 2484, 2762, 3269, 4443, 5061, 5671, 5986, 6443, 8443, 8444, 8883, 9443},
		Fits:    fits,
	}},
}

// service is what the discover probe calls an endpoint that speaks TLS.
const service = "tls"

// greeting is the hello that finds out whether an endpoint speaks TLS. It offers
// TLS 1.2, in which the choice of the application's protocol can be read; whoever
// speaks TLS 1.3 alone refuses it in TLS. Its random numbers are always the same,
// for no key comes of them.
func greeting() []byte {
	record, err := hello{version: tls12, curious: true}.write(bytes.NewReader(make([]byte, 64)))
	if err != nil {
		panic(err) // it depends on nothing
	}
	return record
}

// fits says whether an answer is one in TLS: the beginning of a ServerHello, or
// an alert.
func fits(answer []byte) bool {
	if len(answer) < 6 || answer[1] != 3 || answer[2] > 4 {
		return false
	}
	size := int(answer[3])<<8 | int(answer[4])
	switch answer[0] {
	case recordAlert:
		return size == 2 && answer[5] <= 2
	case recordHandshake:
		return size >= 4 && size <= maxRecord && answer[5] == typeServerHello
	}
	return false
}

// declaredTLS are the services of an engagement's ports that begin with TLS.
var declaredTLS = []string{"tls", "https", "ftps", "smtps", "imaps", "pop3s", "ldaps", "dicom-tls", "tcps"}

// mllpPort is MLLP's own port; listeners on it belong to its probe, which looks at
// their TLS itself.
const mllpPort = "2575"

func plan(_ audit.Target, f audit.Fact) []probe.Look {
	endpoint, ok := f.(discover.Endpoint)
	if !ok || endpoint.Service != service && !slices.Contains(declaredTLS, endpoint.Declared) {
		return nil
	}
	_, port, err := net.SplitHostPort(endpoint.Address)
	if err != nil || endpoint.Declared == "mllp" || port == mllpPort {
		return nil
	}
	return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address)}}
}

func observe(ctx context.Context, s *probe.Session) error {
	address := s.Unit.Target.Endpoint()
	if address == "" {
		return fmt.Errorf("look at TLS: %s is not an endpoint", s.Unit.Target)
	}
	open := func(ctx context.Context) (probe.Conn, error) { return s.Dial(ctx, "tcp", address) }
	seen := Look(ctx, s, open, "")
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("look at TLS of %s: %w", address, err)
	}
	if slices.Contains(applicationProtocols, seen.Protocol) {
		return Emit(s, seen, "https")
	}
	return Emit(s, seen, service)
}
