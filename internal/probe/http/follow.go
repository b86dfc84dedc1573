package http

import (
	"cmp"
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

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
