package fact

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"trustaudit/internal/channel"
)

// Seen is the endpoint in the terms of the policy, as of now. The service is what
// TLS protects there.
func (t TLS) Seen(service string, now time.Time) channel.Seen {
	seen := channel.Seen{Endpoint: t.Endpoint, Service: service}
	switch {
	case !t.Spoken && t.Reason != "":
		seen.Lacks("tls.version", t.Reason)
		return seen
	case !t.Spoken && t.Via != "":
		seen.Lacks("tls.version", "TLS was not spoken after "+t.Via)
		return seen
	case !t.Spoken:
		return seen
	}
	t.versions(&seen)
	if t.accepted() {
		t.suites(&seen)
		t.exchange(&seen)
		t.settings(&seen)
		t.certificate(&seen, now)
	}
	seen.Untold = append(seen.Untold, t.Untold...)
	return seen
}

func (t TLS) accepted() bool {
	return slices.ContainsFunc(t.Versions, func(v Version) bool { return v.Reason == "" && v.Accepted })
}

func (t TLS) versions(seen *channel.Seen) {
	told := false
	for _, v := range t.Versions {
		switch {
		case v.Reason != "":
			seen.Lacks("tls.version", v.Name+": "+v.Reason)
			told = true
		case v.Accepted:
			seen.Has("tls.version", v.Name, cmp.Or(v.Suite, few(v.Suites)))
			told = true
		}
	}
	if !told {
		seen.Lacks("tls.version", "it speaks TLS and refuses every offer; it may want to be called by its name")
	}
}

// chosen lists the suites of all versions, newest version first, each once.
func (t TLS) chosen() []string {
	var all []string
	for _, v := range slices.Backward(t.Versions) {
		if !v.Accepted || v.Reason != "" {
			continue
		}
		for _, s := range append([]string{v.Suite}, v.Suites...) {
			if s != "" && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

func (t TLS) suites(seen *channel.Seen) {
	names := map[Class][]string{}
	for _, s := range t.chosen() {
		names[ClassOf(s)] = append(names[ClassOf(s)], s)
	}
	for _, c := range classes() {
		if len(names[c]) > 0 {
			seen.Has("tls.suite", t.called(c, seen.Service), few(names[c]))
		}
	}
}

// called is a class as the policy calls it. Servers of mail that pass it on to one
// another mostly look at no certificate, and are as well served by a suite without
// (RFC 7672, section 8.2): those who do look at them never offer one.
func (t TLS) called(c Class, service string) string {
	if c == Anonymous && service == "smtp" && len(t.Chain) > 0 {
		return "anonymous on request"
	}
	return string(c)
}

// few lists the first names, and says how many more there are.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// exchange says how keys are agreed on.
func (t TLS) exchange(seen *channel.Seen) {
	secret := false
	var static []string
	for _, s := range t.chosen() {
		switch class, e := ClassOf(s), ExchangeOf(s); {
		case class == Unknown, e.Secret() && (class == Anonymous || class == Export):
		case e.Secret():
			secret = true
		default:
			static = append(static, s)
		}
	}
	switch {
	case len(static) == 0:
		seen.Has("tls.forward_secrecy", "always", "")
	case secret:
		seen.Has("tls.forward_secrecy", "not always", few(static))
	default:
		seen.Has("tls.forward_secrecy", "never", few(static))
	}
	if t.FiniteBits > 0 {
		seen.Has("tls.finite_field", strconv.Itoa(t.FiniteBits), "")
	}
	hybrid := ""
	for _, g := range t.Groups {
		seen.Has("tls.group", g, "")
		if strings.Contains(g, "MLKEM") {
			hybrid = g
		}
	}
	seen.Has("tls.post_quantum", channel.Answer(hybrid != ""), hybrid)
}

func (t TLS) settings(seen *channel.Seen) {
	seen.Has("tls.compression", channel.Answer(t.Compressed), "")
	if t.Renegotiation != "" {
		seen.Has("tls.renegotiation", t.Renegotiation, "")
		seen.Has("tls.master_secret", channel.Answer(t.MasterSecret), "")
	}
	if t.Order != "" {
		seen.Has("tls.order", t.Order, "")
	}
	if t.ClientCertificate != "" {
		seen.Has("tls.client_certificate", t.ClientCertificate, "")
	}
}

// The longest that certificates may live, in days. Public authorities must not go
// beyond theirs; what a private one signs is its owner's to renew.
const (
	publicDays    = 398
	publicDays26  = 200 // of those signed since publicSince26
	privateDays   = 825
	decade        = 3660
	publicSince26 = "2026-03-15"
)

// certificate says what the chain is worth.
func (t TLS) certificate(seen *channel.Seen, now time.Time) {
	if len(t.Chain) == 0 && t.needsNone() {
		return // what that is worth, its suites tell
	}
	if len(t.Chain) == 0 {
		seen.Lacks("tls.certificate.validity", cmp.Or(strings.TrimPrefix(t.Reason, "certificate: "), "it was not seen"))
		return
	}
	leaf := t.Chain[0]
	t.dates(seen, leaf, now)
	for i, c := range t.Chain {
		trait, value := keyTrait(c)
		seen.Has(trait, value, c.Key+", "+c.Subject)
		if i == 0 || !c.SelfSigned { // nobody relies on the signature of a root
			seen.Has("tls.certificate.signature", c.Signature, c.Subject)
		}
	}
	if t.Trust != "" {
		seen.Has("tls.certificate.trust", t.Trust, leaf.Issuer)
	}
	if t.Named != "" {
		seen.Has("tls.certificate.name", t.Named, few(leaf.Names))
	}
	status := "none"
	if len(leaf.Revocation) > 0 {
		status = "named"
	}
	seen.Has("tls.certificate.revocation", status, strings.Join(leaf.Revocation, ", "))
	if t.Reason != "" {
		seen.Lacks("tls.certificate.key", t.Reason)
	}
}

// needsNone says whether no suite that was chosen needs a certificate: they are
// anonymous, or by a key that both ends have.
func (t TLS) needsNone() bool {
	chosen := t.chosen()
	return len(chosen) > 0 && !slices.ContainsFunc(chosen, func(s string) bool {
		return !strings.Contains(s, "_anon_") && (!strings.Contains(s, "PSK") || strings.Contains(s, "RSA_PSK"))
	})
}

// keyTrait is the trait of a certificate's key: what size is sound differs by its
// kind, and keys for DSA are not taken any more, whatever their size.
func keyTrait(c Certificate) (trait, value string) {
	switch c.Key {
	case "DSA":
		return "tls.certificate.key", c.Key
	case "RSA":
		return "tls.certificate.key", strconv.Itoa(c.KeyBits)
	}
	return "tls.certificate.curve", strconv.Itoa(c.KeyBits)
}

func (t TLS) dates(seen *channel.Seen, leaf Certificate, now time.Time) {
	from, errFrom := time.Parse(time.RFC3339, leaf.NotBefore)
	until, errUntil := time.Parse(time.RFC3339, leaf.NotAfter)
	switch {
	case errFrom != nil || errUntil != nil:
		seen.Lacks("tls.certificate.validity", "the certificate's dates cannot be read")
		return
	case now.After(until):
		seen.Has("tls.certificate.validity", "expired", until.UTC().Format(time.DateOnly))
	case now.Before(from):
		seen.Has("tls.certificate.validity", "not yet", from.UTC().Format(time.DateOnly))
	default:
		seen.Has("tls.certificate.validity", "within", until.UTC().Format(time.DateOnly))
	}
	if t.Stale != "" {
		seen.Has("tls.certificate.validity", "stale between", t.Stale)
	}
	days := int(until.Sub(from).Hours() / 24)
	seen.Has("tls.certificate.lifetime", lifetime(t.Trust, from, days), strconv.Itoa(days))
}

func lifetime(trust string, from time.Time, days int) string {
	public := trust == TrustPublic || trust == TrustIncomplete
	most := publicDays
	if from.UTC().Format(time.DateOnly) >= publicSince26 {
		most = publicDays26
	}
	switch {
	case public && days > most:
		return "beyond what public authorities may"
	case !public && days > decade:
		return "very long"
	case !public && days > privateDays:
		return "long"
	}
	return "short"
}
