// Package dicom looks at whether DICOM travels in clear, and, only where the
// engagement allows it, whether a service associates with anybody. No image is asked
// for, and none is sent.
package dicom

import (
	"bytes"
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
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

const doc = `Looks at whether a service of medical images (DICOM) speaks TLS. No image is asked for, and none is sent.

Where the engagement declares the port, or the service answered as DICOM does, one connection in clear sends "` + sayRelease + `" to a service with which there is no association, which a service of DICOM answers with an abort. If nothing of DICOM comes back, each further connection sends one TLS hello: ` + tls.Offers + `. At other ports nothing is sent.

Only where the engagement names the test ` + test + ` for the host, one connection sends "` + sayAnyTitle + `", which asks for an association for verification alone, and one sends "` + sayNonsense + `"; each that is accepted is ended with "` + sayEnd + `". Where TLS is spoken, they do so after a "` + talk.SayHandshake + `". Nothing is done in the association.

Discovery sends silent services "` + sayRelease + `", but not at ports where images or clinical messages are taken.`

// What is announced.
const (
	sayRelease  = "A-RELEASE-RQ"
	sayAnyTitle = "A-ASSOCIATE-RQ to ANY-SCP"
	sayNonsense = "A-ASSOCIATE-RQ to a title that nobody has"
	sayEnd      = "A-RELEASE-RQ"
)

const (
	service = "dicom"
	perhaps = "perhaps dicom"
	answers = "dicom, by its answer" // the subject of a unit whose service was recognised
	test    = "dicom-associate"
)

// The traits that are looked for.
const (
	encryption = "encryption"
	title      = "dicom.title"
)

// Probe looks at services of DICOM.
var Probe = probe.Probe{
	Name:    "dicom",
	Doc:     doc,
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}, tlsfact.TLS{}},
	Hellos: []probe.Hello{{
		Service: service, Say: sayRelease, Send: release(),
		Fits: func(b []byte) bool { u, err := readUnit(bytes.NewReader(b)); return err == nil && u.kind == kindAbort },
	}},
}

// usual are the ports where DICOM usually listens.
func usual() []string { return []string{"104", "105", "2761", "2762", "4242", "11112"} }

// declares says whether an engagement calls a port one of DICOM.
func declares(name string) bool { return name == service || name == "dicom-tls" || name == "pacs" }

// plan looks at what is declared, at usual ports, at what answered as DICOM does, and,
// since the named test finds it there, at those that answered no hello. Ports that are
// asked with care are not among these: they were asked one hello, or none.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	endpoint, ok := f.(discover.Endpoint)
	if ok && endpoint.Service == service {
		return []probe.Look{{Target: audit.Target("tcp://" + endpoint.Address), Subject: answers}}
	}
	if !ok || endpoint.Service != "" && endpoint.Service != "tls" {
		return nil
	}
	if endpoint.Inside == service {
		endpoint.Declared = answers
		return talk.PlanWithin(answers)(t, endpoint)
	}
	_, port, err := net.SplitHostPort(endpoint.Address)
	unknown := endpoint.Service == "" && endpoint.Asked > 1 && !endpoint.Answered
	if err != nil || !declares(endpoint.Declared) && !slices.Contains(usual(), port) && !unknown {
		return nil
	}
	endpoint.Declared = service
	return talk.PlanWithin(service)(t, endpoint)
}

func look(ctx context.Context, l *talk.Look) error {
	declared := slices.ContainsFunc(l.Scope.Ports, func(p audit.Port) bool {
		return declares(p.Service) && strconv.Itoa(int(p.Number)) == l.Port
	})
	named := l.Allowed(test, l.Host)
	recognised := l.Seen.Service == answers
	l.Seen.Service = service
	if !declared && !recognised {
		l.Seen.Service = perhaps
	}
	switch {
	case l.InTLS:
		return lookInside(ctx, l, declared || recognised)
	case declared || recognised || slices.Contains(usual(), l.Port):
		l.Asked = []string{encryption}
	case !named:
		return nil // there is no reason to think of DICOM
	}
	if named {
		if told, err := associate(ctx, l); told || err != nil && !errors.Is(err, errNotDICOM) {
			return err
		}
	}
	switch {
	case declared, recognised:
		return unasked(ctx, l, named)
	case slices.Contains(usual(), l.Port):
		reason := "unidentified, no TLS"
		if !named {
			reason += fmt.Sprintf("; not tested: the engagement does not name %s for this host", test)
		}
		l.Seen.Lacks(encryption, reason)
	}
	return nil
}

// lookInside looks at a service in TLS. How well it speaks that is for the probe of
// TLS; it may refuse a caller without a certificate, and so tell nothing more.
func lookInside(ctx context.Context, l *talk.Look, declared bool) error {
	l.Seen.Has(encryption, "always", "")
	switch {
	case l.Allowed(test, l.Host):
		l.Asked = []string{title}
		_, err := associate(ctx, l)
		return err
	case declared:
		l.Named(test, title)
	}
	return nil
}

// unasked tells whether a service that is taken for DICOM speaks in clear without asking for an
// association.
func unasked(ctx context.Context, l *talk.Look, named bool) error {
	if !named {
		l.Named(test, title)
	}
	answer, err := exchange(ctx, l, sayRelease, release())
	if err == nil && answer.kind == kindAbort {
		l.Seen.Has(encryption, "none", "it answers DICOM in clear")
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	secured := tls.Look(ctx, l.Session, func(ctx context.Context) (probe.Conn, error) { return l.Dial(ctx, "tcp", l.Address) }, "")
	switch {
	case secured.Spoken:
		l.Seen.Has(encryption, "always", "")
		return tls.Emit(l.Session, secured, service)
	case secured.Reason != "" && secured.Reason != tls.NoAnswer:
		l.Seen.Lacks(encryption, secured.Reason)
	default:
		l.Seen.Has(encryption, "none", "it is taken for DICOM, and answers no offer of TLS")
	}
	return nil
}

// associate tells what it takes to associate. It is false where nothing of DICOM
// comes back.
func associate(ctx context.Context, l *talk.Look) (told bool, err error) {
	first, err := exchange(ctx, l, sayAnyTitle, request(titles{"ANY-SCP", "TRUSTAUDIT"}))
	if err != nil {
		if failure := converse.Classify(ctx, err); failure == converse.Closed || failure == converse.Silent {
			err = errNotDICOM
		}
		return false, err
	}
	l.Seen.Service = service
	if !l.InTLS {
		l.Seen.Has(encryption, "none", "it answers DICOM in clear")
	}
	l.Seen.Product = product(first)
	switch {
	case first.kind == kindAccept:
		return true, anybody(ctx, l)
	case first.refusal() == strangeCaller:
		l.Seen.Has(title, "known", "")
	case first.refusal() == strangeCalled:
		l.Seen.Lacks(title, "it refuses those who do not know its own title; whether it knows its callers was not seen")
	default:
		l.Seen.Lacks(title, "it refuses the association without saying that a title is unknown")
	}
	return true, nil
}

// anybody tells whether a service that takes a stranger even takes one who calls it
// by a title that is not its own.
func anybody(ctx context.Context, l *talk.Look) error {
	second, err := exchange(ctx, l, sayNonsense, request(titles{"NOBODY-HAS-THIS", "TRUSTAUDIT"}))
	switch {
	case err != nil:
		l.Seen.Lacks(title, converse.Why(ctx, err))
	case second.kind == kindAccept:
		l.Seen.Has(title, "any", "also of those who call it by a title that is not its own")
	default:
		l.Seen.Has(title, "called", "")
	}
	return nil
}

// product is the software that accepts an association, by the name that it gives.
func product(u unit) string {
	name := converse.Clean([]byte(u.implementation()))
	if strings.HasPrefix(name, "OFFIS_DCMTK") {
		return "dcmtk (" + name + ")"
	}
	return name
}

// exchange sends one unit on a connection of its own and reads what comes back; an
// association that is accepted is ended.
func exchange(ctx context.Context, l *talk.Look, words string, data []byte) (unit, error) {
	conn, err := l.Call(ctx)
	if err != nil {
		return unit{}, err
	}
	defer conn.Close()
	if err := conn.Send(words, data); err != nil {
		return unit{}, err
	}
	answer, err := readUnit(conn)
	if err != nil || answer.kind != kindAccept {
		return answer, err
	}
	if err := conn.Send(sayEnd, release()); err == nil {
		_, _ = readUnit(conn) // its reply changes nothing, nor does its absence
	}
	return answer, nil
}
