package http

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"trustaudit/internal/channel"
)

// judge says what the answers show, of a server of that kind.
func (v *visit) judge(ctx context.Context, k kind) {
	if v.InTLS {
		v.Seen.Has(encryption, "always", "")
		if slices.ContainsFunc(v.fields(), leadsBy("http")) {
			v.Seen.Has(loginClear, "yes", "a page in TLS whose form sends it on in clear")
		}
		v.hardened()
		return
	}
	if k.use == control {
		v.managed(ctx)
	}
	asked, how := v.asksInClear(k)
	if asked != "" {
		v.Seen.Has(loginClear, asked, how)
	}
	value, detail := v.clear(ctx, k, asked != "" && asked != pageAlone)
	v.Seen.Has(encryption, value, detail)
}

// asksInClear says whether a password is asked for in clear ("yes"), or a proof
// that one knows it ("proof"), or a token in its place ("token"), or whether just
// the page is in clear and what is typed is not ("page"); and how.
func (v *visit) asksInClear(k kind) (value, how string) {
	switch {
	case slices.ContainsFunc(v.fields(), func(to string) bool { return !leadsBy("https")(to) }):
		return "yes", "a page with a field for a password"
	case v.drawn:
		return "yes", "a page whose script draws a field for a password"
	}
	schemes := ""
	for _, a := range v.answers {
		for _, key := range []string{"Www-Authenticate", "Proxy-Authenticate"} {
			for _, offered := range a.header[key] {
				schemes += " " + strings.ToLower(quotation.ReplaceAllString(offered, ""))
			}
		}
	}
	switch {
	case challenges(schemes, "basic"):
		return "yes", "Basic authentication"
	case k.drawn:
		return "yes", "the log-in page of " + k.name
	case k.use == control: // what else it offers seals its messages
		return "", ""
	case challenges(schemes, "digest"):
		return "proof", "Digest authentication"
	case challenges(schemes, "ntlm"), challenges(schemes, "negotiate"):
		return "proof", "Windows authentication"
	case challenges(schemes, "bearer"):
		return "token", "Bearer authentication"
	case len(v.fields()) > 0:
		return pageAlone, "a form that leads to TLS"
	}
	return "", ""
}

// pageAlone is login.clear where what is typed does not travel in clear.
const pageAlone = "page"

// sayManage is a question without content, of which Windows' remote management says
// how callers have to prove who they are. It says so of nothing else.
const sayManage = "POST /wsman"

// managed asks Windows' remote management how callers prove who they are.
func (v *visit) managed(ctx context.Context) {
	if a, err := v.ask(ctx, sayManage, "POST", "/wsman"); err == nil && a.status == 401 {
		v.answers = append(v.answers, a)
	}
}

// quotation is what a server says of its scheme in words of its own.
var quotation = regexp.MustCompile(`"[^"]*"`)

// challenges says whether a scheme is among those that a server offers.
func challenges(offered, scheme string) bool {
	for word := range strings.FieldsFuncSeq(offered, func(r rune) bool { return r == ' ' || r == ',' }) {
		if word == scheme {
			return true
		}
	}
	return false
}

// clear says what travels in clear, for the policy to weigh.
func (v *visit) clear(ctx context.Context, k kind, asksPassword bool) (value, detail string) {
	switch {
	case k.use == control:
		return "none-messages", "Windows' remote management over HTTP"
	case k.use == proxy:
		return "none-proxy", "a web proxy"
	case k.use == printing:
		return "none-pages", "print jobs over HTTP (IPP)"
	case k.use == data:
		return "none", k.name + " over HTTP"
	case asksPassword:
		return "none", "a log-in over HTTP, and what it leads to"
	case k.name == "" && v.dav(ctx):
		return "none", "WebDAV over HTTP"
	case v.landed.status/100 == 2 && v.landed.body != "":
		return "none-pages", "pages over HTTP"
	}
	if v.landed.status/100 == 3 {
		return "none-refusals", fmt.Sprintf("HTTP, which leads elsewhere (status %d)", v.landed.status)
	}
	return "none-refusals", fmt.Sprintf("HTTP, which shows nothing at its front (status %d)", v.landed.status)
}

// dav says whether the server lets files be read and written by WebDAV.
func (v *visit) dav(ctx context.Context) bool {
	a, err := v.ask(ctx, sayDAV, "OPTIONS", "/")
	return err == nil && a.header.Get("Dav") != ""
}

// hardened notes settings without which a browser can be led out of TLS.
func (v *visit) hardened() {
	promised, loose := false, false
	for _, a := range v.answers {
		promised = promised || a.header.Get("Strict-Transport-Security") != ""
		for _, cookie := range a.header["Set-Cookie"] {
			_, attributes, _ := strings.Cut(strings.ToLower(cookie), ";")
			loose = loose || !strings.Contains(attributes, "secure")
		}
	}
	v.Seen.Has("http.strict", channel.Answer(promised), "")
	if loose {
		v.Seen.Has("http.cookie", "loose", "")
	}
}
