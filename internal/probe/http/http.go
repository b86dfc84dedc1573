// Package http looks at web servers, and at what else speaks HTTP: whether what
// they show travels in clear, whether they ask for passwords in clear, and whether
// services that hold data let anyone in.
package http

import (
	"bytes"
	"cmp"
	"context"
	"net/netip"
	"net/url"
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

One connection sends "` + sayRoot + `"; where TLS is spoken, after a "` + talk.SayHandshake + `". Up to three more follow where that leads on the same host and port (a host that was called by its address may lead to its name, and is then asked by that), each with "` + sayOn + `", and up to two read frames, each with "` + sayFrame + `". Of a page in clear that shows next to nothing by itself up to three scripts are read, each with "` + sayJS + `", for the field for a password that they may draw; of its links that speak of logging in two are followed, a step each, with "` + sayLink + `". Where the answers suggest a service that holds data, one more asks what that service tells everyone: ` + strings.Join(further, ", ") + `. A server of no known kind in clear is asked "` + sayDAV + `" once, for WebDAV, and Windows' remote management "` + sayManage + `" without content, for how callers prove who they are; a web proxy is asked for its own address once, by "` + sayProxy + `", for whether it wants a password. Nothing is filled in or sent, no password is tried, no cookie is sent back, and no record is asked for.

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

// follow asks for "/", and goes where it leads.
func (v *visit) follow(ctx context.Context) error {
	path, words := "/", sayRoot
	for range 1 + maxSteps {
		a, err := v.ask(ctx, words, "GET", path)
		if err != nil {
			return err
		}
		v.answers, v.landed = append(v.answers, a), a
		there, how := a.leads(v.called(), v.Port, v.InTLS)
		if how == elsewhere {
			there, how = v.rename(a)
		}
		v.toTLS = how == securely
		if how != on {
			return nil
		}
		path, words = there, sayOn
	}
	return nil
}

// called is the host as the server is called.
func (v *visit) called() string { return cmp.Or(v.named, v.Host) }

// hostName is a name that can stand in a request as it is.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// rename takes the name to which a server leads that was called by its address, as
// servers do that want to be called by name, and says which page is to be asked for.
func (v *visit) rename(a answer) (string, way) {
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status/100 != 3 || v.named != "" || !hostName.MatchString(to.Hostname()) || !plain(to.RequestURI()) {
		return "", elsewhere
	}
	if _, err := netip.ParseAddr(v.Host); err != nil {
		return "", elsewhere
	}
	if _, err := netip.ParseAddr(to.Hostname()); err == nil {
		return "", elsewhere // another machine
	}
	scheme, usual := "http", "80"
	if v.InTLS {
		scheme, usual = "https", "443"
	}
	if to.Scheme != scheme || cmp.Or(to.Port(), usual) != v.Port {
		return "", elsewhere
	}
	v.named = to.Hostname()
	return to.RequestURI(), on
}

// frames reads the frames of the page, in which forms may be.
func (v *visit) frames(ctx context.Context) {
	if len(v.fields()) > 0 {
		return
	}
	for i, source := range v.landed.page().frames {
		path, how := v.landed.resolve(source, v.called(), v.Port, v.InTLS)
		if i == maxFrames || how != on {
			return
		}
		a, err := v.ask(ctx, sayFrame, "GET", path)
		if err != nil {
			return // what was seen stands
		}
		v.answers = append(v.answers, a)
	}
}

// fields says of each field for a password that was seen where its form leads.
func (v *visit) fields() []string {
	var all []string
	for _, a := range v.answers {
		all = append(all, a.page().passwords...)
	}
	return all
}

// leadsBy says whether a form names an address of that scheme.
func leadsBy(scheme string) func(to string) bool {
	return func(to string) bool {
		named, _, ok := strings.Cut(to, "://")
		return ok && strings.EqualFold(named, scheme)
	}
}

// links follows the links of a page by which people come to log in, unless it asks
// for a password itself.
func (v *visit) links(ctx context.Context) {
	if v.landed.status != 200 || len(v.fields()) > 0 {
		return
	}
	for i, to := range v.landed.page().logins {
		from := v.landed
		for range 2 {
			path, how := from.resolve(to, v.called(), v.Port, v.InTLS)
			if i == maxLinks || how != on {
				break
			}
			a, err := v.ask(ctx, sayLink, "GET", path)
			if err != nil {
				return // what was seen stands
			}
			v.answers = append(v.answers, a)
			if from, to = a, a.header.Get("Location"); a.status/100 != 3 {
				break
			}
		}
	}
}

// passwordField is how scripts say, as people and their tools write them, that a
// field is for a password. Selectors ("[type='password']") find one, and draw none.
var passwordField = regexp.MustCompile(`(?i)[^\[a-z_-]type\\?["']?\s*[:=,]\s*\\?["']password\\?["']`)

// scripts reads the scripts that draw a page which shows nothing by itself.
func (v *visit) scripts(ctx context.Context) {
	page := v.landed.page()
	if v.landed.status != 200 || page.text > maxBare || len(v.fields()) > 0 {
		return
	}
	if v.drawn = passwordField.MatchString(v.landed.body); v.drawn {
		return
	}
	from := page.scripts[max(0, len(page.scripts)-maxScripts):]
	for _, source := range slices.Backward(from) {
		path, how := v.landed.resolve(source, v.called(), v.Port, v.InTLS)
		if how != on {
			continue
		}
		a, err := v.send(ctx, request{words: sayJS, method: "GET", path: path, most: maxScript})
		if err != nil {
			return // what was seen stands
		}
		if v.drawn = passwordField.MatchString(a.body); v.drawn {
			return
		}
	}
}

// proxy asks a proxy about itself, for it asks for passwords only those who want
// something passed on.
func (v *visit) proxy(ctx context.Context) {
	if slices.ContainsFunc(v.answers, func(a answer) bool { return a.status == 401 || a.status == 407 }) {
		return // it asks everyone
	}
	a, err := v.ask(ctx, sayProxy, "HEAD", "http://"+v.Address+"/")
	if err == nil {
		v.answers = append(v.answers, a)
	}
}
