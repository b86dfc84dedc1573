// Package http looks at web servers, and at what else speaks HTTP: whether what
// they show travels in clear, whether they ask for passwords in clear, and whether
// services that hold data let anyone in.
package http

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/probe"
	discover "trustaudit/internal/probe/discover/fact"
	"trustaudit/internal/probe/talk"
	tlsfact "trustaudit/internal/probe/tls/fact"
)

// What is announced, beside the questions of kinds.
const (
	sayRoot  = "GET /"
	sayOn    = "GET where the page leads"
	sayFrame = "GET of a frame"
	sayLink  = "GET of a link to a log-in"
	sayJS    = "GET of a script"
	sayDAV   = "OPTIONS /"
	sayProxy = "HEAD of the proxy itself"
	sayHello = "GET / HTTP/1.0"
)

func doc() string {
	var further []string
	for _, k := range kinds() {
		if k.path != "" && !slices.Contains(further, `"GET `+k.path+`"`) {
			further = append(further, `"GET `+k.path+`"`)
		}
	}
	return `Looks at what a web server shows to anyone who asks: whether in clear, whether with a form for a password or a demand for one, and which product it is.

One connection sends "` + sayRoot + `"; where TLS is spoken, after a "` + talk.SayHandshake + `". Up to three more follow where that leads on the same host and port (a host that was called by its address may lead to its name, and is then asked by that), each with "` + sayOn + `", and up to two read frames, each with "` + sayFrame + `". Of a page in clear that shows next to nothing by itself up to three scripts are read, each with "` + sayJS + `", for the field for a password that they may draw; of its links that speak of logging in two are followed, a step each, with "` + sayLink + `". Where the answers suggest a service that holds data, one more asks what that service tells everyone: ` + strings.Join(further, ", ") + `. A server of no known kind in clear is asked "` + sayDAV + `" once, for WebDAV, and Windows' remote management "` + sayManage + `" without content, for how callers prove who they are; a web proxy is asked for its own address once, by "` + sayProxy + `", for whether it wants a password. Only where the engagement names the test ` + testFHIR + ` for the host, a FHIR server is asked "` + sayCount + `"; the number is not kept. Nothing is filled in or sent, no password is tried, no cookie is sent back, and no record is asked for.

Discovery sends silent services "` + sayHello + `".`
}

// service is what discovery calls web servers.
const service = "http"

// The traits that are looked for.
const (
	encryption = "encryption"
	required   = "encryption.required"
	access     = "access"
	loginClear = "login.clear"
)

// Probe looks at services that speak HTTP.
var Probe = probe.Probe{
	Name:    "http",
	Doc:     doc(),
	Phase:   audit.Observe,
	Plan:    plan,
	Observe: talk.Observe(look),
	Facts:   []audit.Fact{channel.Seen{}},
	Hellos: []probe.Hello{{
		Service: service, Say: sayHello, Send: []byte(sayHello + "\r\n\r\n"), Fits: fits,
		Ports: usual(),
	}},
}

// usual are the ports where HTTP is usually in clear.
func usual() []uint16 {
	return []uint16{80, 81, 631, 2375, 2379, 3000, 3128, 5000, 5357, 5800, 5984, 5985, 7001, 8000, 8008, 8042, 8080, 8081, 8086,
		8888, 9000, 9090, 9200, 10000, 15672, 52773, 57772}
}

// declared are the names by which an engagement speaks of what is HTTP.
func declared(name string) bool {
	switch strings.TrimSuffix(name, "s") {
	case "http", "fhir", "dicomweb", "ipp", "winrm", "webdav":
		return true
	}
	return false
}

// plan looks at what discovery knows, at what is declared, and within TLS where
// that usually bears HTTP or was seen to choose it.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	var endpoint discover.Endpoint
	switch f := f.(type) {
	case tlsfact.TLS:
		if f.Protocol == "" || f.Via != "" {
			return nil
		}
		endpoint = discover.Endpoint{Address: f.Endpoint, Service: "tls", Declared: service}
	case discover.Endpoint:
		endpoint = f
		if declared(f.Declared) {
			endpoint.Declared = service
		}
	default: // it is asked about every file
		return nil
	}
	within := []string{"443", "2376", "4443", "5986", "6443", "8443", "8444", "9443"}
	for _, port := range usual() {
		within = append(within, strconv.Itoa(int(port)))
	}
	return talk.PlanWithin(service, within...)(t, endpoint)
}

// toTLS is what servers say of a request in clear that should have come in TLS.
var toTLS = regexp.MustCompile(`(?i)https (port|server)|ssl-enabled|requires tls`)

// another is what a server of another protocol says of a request in HTTP.
var another = regexp.MustCompile(`for clickhouse-client`)

// fits says whether an answer is one in HTTP. One that merely asks for TLS is not, nor
// is one that says that another protocol is spoken, and both tell only when whole.
func fits(answer []byte) bool {
	if !bytes.HasPrefix(answer, []byte("HTTP/")) || len(answer) < len("HTTP/1.1 200") {
		return false
	}
	_, rest, _ := bytes.Cut(answer, []byte(" "))
	if !bytes.HasPrefix(rest, []byte("400")) {
		return true
	}
	_, body, ended := bytes.Cut(answer, []byte("\r\n\r\n"))
	return ended && len(body) > 0 && !toTLS.Match(body) && !another.Match(body)
}

// lookTime bounds a look, and maxSteps how far it is led.
const (
	lookTime  = 25 * time.Second
	maxSteps  = 3
	maxFrames = 2
	maxLinks  = 2
	// A page is drawn by its scripts if it shows no more text than maxBare by itself;
	// the last maxScripts of them do.
	maxBare    = 400
	maxScripts = 3
)

// visit is a look at one server under way.
type visit struct {
	*talk.Look
	answers []answer // to "/", where that leads, frames, and the question of its kind
	landed  answer   // the one to which "/" leads
	toTLS   bool     // it leads to TLS
	drawn   bool     // a script draws a field for a password
	named   string   // what it calls itself, where it was called by its address
}

func look(ctx context.Context, l *talk.Look) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	v := visit{Look: l}
	if l.InTLS {
		l.Seen.Service = "https"
	} else {
		l.Asked = []string{encryption}
	}
	err := v.follow(ctx)
	if len(v.answers) == 0 {
		if l.InTLS {
			return nil // something else may be spoken there
		}
		return err
	}
	l.Seen.Product = v.answers[0].product()
	if v.toTLS {
		l.Seen.Has(encryption, "offered", "it redirects to https")
		l.Seen.Has(required, channel.Yes, "")
		return nil
	}
	v.frames(ctx)
	k := v.kind(ctx)
	switch {
	case l.InTLS:
	case k.use == proxy:
		v.proxy(ctx)
	case k.name == "":
		v.links(ctx)
		v.scripts(ctx)
	}
	v.judge(ctx, k)
	return nil
}
