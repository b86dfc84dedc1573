package discover

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"time"

	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
)

// How long a hello waits for its answer: longer where its service usually listens, and
// for TLS, of which some begin a process of its own for each caller.
const (
	expectedTime = 1500 * time.Millisecond
	offerTime    = 800 * time.Millisecond
	helloTime    = 250 * time.Millisecond
	restTime     = 150 * time.Millisecond // after the first of an answer
	secondTime   = time.Second            // where all that was asked so came to nothing
	patience     = 20 * time.Second       // with the services of one host, the second time
	insideTime   = 5 * time.Second        // of a handshake, and what is asked within it
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 4 << 10

// identify asks an endpoint that says nothing by itself what it is. What keeps it
// from being asked (that it died of it, say) costs the look at this endpoint alone.
func (l *look) identify(ctx context.Context, port uint16, care Care, e *fact.Endpoint) error {
	if err := l.askAll(ctx, port, care, e); err != nil {
		e.Left = converse.Why(ctx, err)
	}
	return ctx.Err()
}

// askAll asks one hello after another, each on a connection of its own, until one is
// answered. Those that were met with silence are asked once more, with patience: the
// service, or a machine between, may have been busy.
func (l *look) askAll(ctx context.Context, port uint16, care Care, e *fact.Endpoint) error {
	unheard, err := l.askEach(ctx, port, care, e, order(l.session.Hellos, port, care), l.wait)
	if err != nil || e.Service != "" || e.Answered {
		return err
	}
	began := l.session.Now()
	_, err = l.askEach(ctx, port, care, e, unheard, func(probe.Hello, uint16) time.Duration {
		if l.waited+l.session.Now().Sub(began) > patience {
			return 0
		}
		return secondTime
	})
	l.waited += l.session.Now().Sub(began)
	return err
}

// wait is how long a hello waits for its answer.
func (l *look) wait(h probe.Hello, port uint16) time.Duration {
	switch {
	case slices.Contains(h.Ports, port):
		return expectedTime
	case h.Service == "tls":
		return offerTime
	}
	return helloTime
}

// askEach asks hellos until one is answered, or the wait for it is none. It returns
// those that could be asked again, and wait longer.
func (l *look) askEach(ctx context.Context, port uint16, care Care, e *fact.Endpoint, hellos []probe.Hello, wait func(probe.Hello, uint16) time.Duration) ([]probe.Hello, error) {
	var unheard []probe.Hello
	for _, h := range hellos {
		within := wait(h, port)
		if within == 0 {
			break
		}
		answer, silent, err := l.ask(ctx, e.Address, h, within)
		if err != nil {
			return nil, err
		}
		if silent && within == helloTime {
			unheard = append(unheard, h)
		}
		e.Asked++
		if echo := len(answer) > 0 && bytes.HasPrefix(h.Send, answer); echo {
			e.Answered = true
			continue
		}
		if h.Fits(answer) {
			e.Service = h.Service
			return nil, l.beside(ctx, h, port, care, e)
		}
		// Some greet late, or only those who speak.
		if service, line := classify(answer, port); len(answer) > 0 {
			e.Service, e.Greeting = service, cmp.Or(e.Greeting, line)
			e.Answered = true
		}
		if e.Service != "" {
			return nil, nil
		}
	}
	return unheard, nil
}

// beside asks a service that answered an offer of TLS, off the usual ports of TLS,
// whether it is one of those that take connections in clear at the same port.
func (l *look) beside(ctx context.Context, tls probe.Hello, port uint16, care Care, e *fact.Endpoint) error {
	if tls.Service != "tls" {
		return nil
	}
	if slices.Contains(tls.Ports, port) {
		if slices.Contains(greeters(), port) {
			return l.inside(ctx, port, e, []probe.Hello{{}})
		}
		return nil
	}
	if care != Ask {
		return nil
	}
	for _, h := range l.session.Hellos {
		if !h.BesideTLS {
			continue
		}
		answer, _, err := l.ask(ctx, e.Address, h, l.wait(h, port))
		if err != nil {
			return err
		}
		if e.Asked++; h.Fits(answer) {
			e.Service = h.Service
			return nil
		}
	}
	return l.inside(ctx, port, e, within(l.session.Hellos))
}

// greeters are the usual ports of TLS within which the service speaks first, so that
// its name is to be had for listening.
func greeters() []uint16 { return []uint16{465, 990, 992, 993, 995} }

// inside asks what is spoken within TLS by those hellos. A service that lets nobody in
// without a certificate is not asked on.
func (l *look) inside(ctx context.Context, port uint16, e *fact.Endpoint, hellos []probe.Hello) error {
	for _, h := range hellos {
		answer, open, err := l.askInside(ctx, e.Address, h)
		if err != nil || !open {
			return err
		}
		e.Asked++
		switch service, _ := classify(answer, port); {
		case h.Fits != nil && h.Fits(answer):
			e.Inside = h.Service
		case service != "":
			e.Inside = service
		}
		if e.Inside != "" {
			return nil
		}
	}
	return nil
}

// within is what is asked within TLS off the ports where that is usual: nothing at
// first, for what greets by itself, and then the hellos of those whose probes look
// within it.
func within(all []probe.Hello) []probe.Hello {
	asked := []probe.Hello{{}}
	for _, service := range []string{"http", "xmpp", "mqtt", "ldap", "amqp", "redis", "dicom", "kafka", "mongodb", "memcached"} {
		if i := slices.IndexFunc(all, func(h probe.Hello) bool { return h.Service == service }); i >= 0 {
			asked = append(asked, all[i])
		}
	}
	return asked
}

// askInside says a hello within TLS, and returns what is answered; open is false where
// there is no getting in.
func (l *look) askInside(ctx context.Context, address string, h probe.Hello) (answer []byte, open bool, err error) {
	outer, err := converse.Open(ctx, l.session.Dial, address, insideTime)
	if err != nil {
		return nil, false, mind(ctx, err)
	}
	defer outer.Close()
	conn, err := talk.Within(ctx, outer, l.session.Unit.Subject)
	if err != nil {
		return nil, false, ctx.Err()
	}
	if len(h.Send) > 0 {
		if err := conn.Send(h.Say, h.Send); err != nil {
			return nil, false, mind(ctx, err)
		}
	}
	bound := converse.Bound(ctx, outer, offerTime)
	defer bound.Close()
	buf := make([]byte, 0, maxAnswer)
	for len(buf) < cap(buf) {
		n, err := conn.Read(buf[len(buf):cap(buf)])
		if len(buf) == 0 && n > 0 { // what is still on its way follows at once
			defer time.AfterFunc(restTime, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }).Stop()
		}
		buf = buf[:len(buf)+n]
		if err != nil || h.Fits != nil && h.Fits(buf) {
			var refused *net.OpError // an alert: it wants a certificate
			if len(buf) == 0 && errors.As(err, &refused) && refused.Op == "remote error" {
				return nil, false, ctx.Err()
			}
			break
		}
	}
	return buf, true, ctx.Err()
}

// common are the services that keep silent, the commonest of a hospital first.
func common() []string {
	return []string{"tls", "redis", "http", "smb", "rdp", "sqlserver", "ldap", "postgresql", "nfs", "oracle", "mongodb", "memcached"}
}

// order is the hellos to ask at a port: those that are usual there, then the
// others as common as they are. Redis comes before HTTP, whose heading it takes for
// an attack.
func order(all []probe.Hello, port uint16, care Care) []probe.Hello {
	if care == Nothing {
		return nil
	}
	hellos := slices.DeleteFunc(slices.Clone(all), func(h probe.Hello) bool {
		usual := slices.Contains(h.Ports, port)
		return care == TLSOnly && h.Service != "tls" || (care == Usual || h.Usual) && !usual
	})
	place := func(h probe.Hello) int {
		if slices.Contains(h.Ports, port) {
			return -1
		}
		if i := slices.Index(common(), h.Service); i >= 0 {
			return i
		}
		return len(common())
	}
	slices.SortStableFunc(hellos, func(a, b probe.Hello) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Service, b.Service))
	})
	return hellos
}

// ask says one hello and returns what is answered, which may be nothing, and whether
// the service kept silent rather than hung up: only what keeps it from being asked
// again is an error.
func (l *look) ask(ctx context.Context, address string, h probe.Hello, within time.Duration) (answer []byte, silent bool, err error) {
	conn, err := converse.Open(ctx, l.session.Dial, address, within)
	if err != nil {
		return nil, false, mind(ctx, err)
	}
	defer conn.Close()
	conn.Say(h.Say)
	if _, err := conn.Write(h.Send); err != nil {
		return nil, false, mind(ctx, err)
	}
	buf := make([]byte, 0, maxAnswer)
	for len(buf) < cap(buf) {
		n, err := conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		silent = len(buf) == 0 && err != nil && converse.Classify(ctx, err) == converse.Silent
		if err != nil || h.Fits(buf) || bytes.Equal(buf, h.Send) {
			break
		}
	}
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	return buf, silent, nil
}

// mind returns an error that is neither a refusal of the other side nor its silence.
func mind(ctx context.Context, err error) error {
	switch converse.Classify(ctx, err) {
	case converse.Closed, converse.Silent:
		return nil
	}
	return err
}
