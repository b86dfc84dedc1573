// Package maildomain looks at what a domain says about its mail in DNS: who may
// send it, what becomes of forgeries, and whether others must encrypt.
package maildomain

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/probe"
	"trustaudit/internal/probe/maildomain/fact"
	"trustaudit/internal/probe/talk"
	"trustaudit/internal/probe/tls"
)

const doc = `Looks up what the domains that the engagement names say about their mail. The questions go to the name service of this machine: TXT records of the domain (SPF), of _dmarc (DMARC), of each named selector below _domainkey (DKIM), of _mta-sts and of _smtp._tls below it (MTA-STS, TLS reports), and its MX records. No name outside those domains is asked for.

Where the domain has a policy of MTA-STS, and the scope permits the host that serves it, one connection to that makes a "` + talk.SayHandshake + `", which ends there unless the host shows a certificate for its name by a public authority, as senders of mail must have it, and asks "GET /.well-known/mta-sts.txt".`

// sayPolicy is what is asked of the host that serves the policy.
const sayPolicy = "GET /.well-known/mta-sts.txt"

const scheme = "domain"

// Probe looks at mail domains.
var Probe = probe.Probe{
	Name:    "maildomain",
	Doc:     doc,
	Phase:   audit.Observe,
	Applies: func(t audit.Target) bool { return t == audit.Estate },
	Plan:    plan,
	Observe: trusting(tls.PublicRoots),
	Facts:   []audit.Fact{fact.Domain{}, channel.Seen{}},
}

func plan(_ audit.Target, f audit.Fact) []probe.Look {
	domain, ok := f.(fact.Domain)
	if !ok {
		return nil
	}
	return []probe.Look{{Target: audit.Target(scheme + ":" + domain.Name)}}
}

// trusting observes as a sender does that trusts these authorities.
func trusting(roots func() *x509.CertPool) func(context.Context, *probe.Session) error {
	return func(ctx context.Context, s *probe.Session) error { return observe(ctx, s, roots) }
}

// observe notes the domains, and looks at each as a target of its own.
func observe(ctx context.Context, s *probe.Session, roots func() *x509.CertPool) error {
	if s.Unit.Target == audit.Estate {
		for _, d := range s.Scope.MailDomains {
			if err := s.Emit(fact.Domain{Name: d.Name}); err != nil {
				return fmt.Errorf("note mail domain: %w", err)
			}
		}
		return nil
	}
	name := strings.TrimPrefix(string(s.Unit.Target), scheme+":")
	i := slices.IndexFunc(s.Scope.MailDomains, func(d audit.MailDomain) bool { return d.Name == name })
	if i < 0 {
		return fmt.Errorf("look at mail domain: the engagement does not name %s", s.Unit.Target)
	}
	l := &look{Session: s, domain: s.Scope.MailDomains[i], roots: roots, seen: channel.Seen{Endpoint: name, Service: "mail domain"}}
	for _, ask := range []func(context.Context) error{l.spf, l.dmarc, l.dkim, l.transport} {
		if err := ask(ctx); err != nil {
			return fmt.Errorf("look at mail domain %s: %w", name, err)
		}
	}
	return s.Emit(l.seen)
}

// look is a look at one domain under way.
type look struct {
	*probe.Session
	domain audit.MailDomain
	roots  func() *x509.CertPool // that senders trust
	seen   channel.Seen
	mute   bool // nobody sends mail in the domain's name, and so none is signed
}

// records looks up the TXT records of a name that begin with a word. Where that
// fails the trait is untold; only the end of the run is an error.
func (l *look) records(ctx context.Context, trait, name, word string) (found []string, told bool, err error) {
	all, err := l.Lookup(ctx, "TXT", name)
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	if err != nil {
		l.seen.Lacks(trait, converse.Why(ctx, err))
		return nil, false, nil
	}
	for _, record := range all {
		first, _, _ := strings.Cut(strings.ReplaceAll(record, ";", " ")+" ", " ")
		if strings.EqualFold(strings.TrimSpace(first), word) {
			found = append(found, record)
		}
	}
	return found, true, nil
}

// maxRedirects is how often one record may lead to another.
const maxRedirects = 3

// spf tells which machines may send the domain's mail.
func (l *look) spf(ctx context.Context) error {
	name := l.domain.Name
	for range maxRedirects {
		found, told, err := l.records(ctx, "mail.spf", name, "v=spf1")
		if err != nil || !told {
			return err
		}
		switch len(found) {
		case 0:
			l.seen.Has("mail.spf", "none", "")
			return nil
		case 1:
		default:
			l.seen.Has("mail.spf", "invalid", "there are several records")
			return nil
		}
		policy := parseSPF(found[0])
		if policy.redirect == "" {
			l.seen.Has("mail.spf", policy.value(), policy.detail())
			l.mute = policy.nobody()
			return nil
		}
		name = policy.redirect
	}
	l.seen.Has("mail.spf", "invalid", "one record leads to another without end")
	return nil
}

// dmarc tells what others shall do with forgeries. A domain without a record has
// that of its organisation.
func (l *look) dmarc(ctx context.Context) error {
	found, told, err := l.records(ctx, "mail.dmarc", "_dmarc."+l.domain.Name, "v=DMARC1")
	if err != nil || !told {
		return err
	}
	above := organisation(l.domain.Name)
	inherited := len(found) == 0 && above != l.domain.Name
	if inherited {
		if found, told, err = l.records(ctx, "mail.dmarc", "_dmarc."+above, "v=DMARC1"); err != nil || !told {
			return err
		}
	}
	switch len(found) {
	case 0:
		l.seen.Has("mail.dmarc", "none", "")
	case 1:
		value, detail := parseDMARC(found[0], inherited)
		l.seen.Has("mail.dmarc", value, detail)
	default:
		l.seen.Has("mail.dmarc", "invalid", "there are several records")
	}
	return nil
}

// dkim tells whether the domain's mail can be signed, with the keys that the
// engagement names: there is no list of them in DNS.
func (l *look) dkim(ctx context.Context) error {
	if len(l.domain.Selectors) == 0 && l.mute {
		return nil
	}
	if len(l.domain.Selectors) == 0 {
		l.seen.Lacks("mail.dkim", "the engagement names no selector")
		return nil
	}
	for _, selector := range l.domain.Selectors {
		all, err := l.Lookup(ctx, "TXT", selector+"._domainkey."+l.domain.Name)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			l.seen.Lacks("mail.dkim", converse.Why(ctx, err))
		case len(all) == 0:
			l.seen.Has("mail.dkim", "missing", "selector "+selector)
		default:
			value, bits := parseDKIM(all[0])
			l.seen.Has("mail.dkim", value, "selector "+selector)
			if bits > 0 {
				l.seen.Has("mail.dkim.bits", fmt.Sprint(bits), "selector "+selector)
			}
		}
	}
	return nil
}

// transport tells whether others must encrypt mail for the domain, if it takes any.
func (l *look) transport(ctx context.Context) error {
	mx, err := l.Lookup(ctx, "MX", l.domain.Name)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		l.seen.Lacks("mail.mta_sts", converse.Why(ctx, err))
		return nil
	}
	if len(mx) == 0 || len(mx) == 1 && strings.HasSuffix(mx[0], " .") {
		return nil // it takes no mail
	}
	found, told, err := l.records(ctx, "mail.mta_sts", "_mta-sts."+l.domain.Name, "v=STSv1")
	if err != nil {
		return err
	}
	switch {
	case !told:
	case len(found) != 1 || tags(found[0])["id"] == "": // of which senders take none
		l.seen.Has("mail.mta_sts", "none", "")
	default:
		l.policy(ctx)
	}
	found, told, err = l.records(ctx, "mail.tls_reports", "_smtp._tls."+l.domain.Name, "v=TLSRPTv1")
	if err != nil || !told {
		return err
	}
	l.seen.Has("mail.tls_reports", channel.Answer(len(found) == 1), "")
	return nil
}

// policy tells what the domain's policy of MTA-STS asks of others.
func (l *look) policy(ctx context.Context) {
	said, err := l.fetch(ctx, "mta-sts."+l.domain.Name)
	if err != nil {
		if why := distrust(err); why != "" {
			l.seen.Has("mail.mta_sts", "invalid", why)
			return
		}
		l.seen.Lacks("mail.mta_sts", "there is one, and its policy could not be read: "+converse.Why(ctx, err))
		return
	}
	mode := parseMode(said)
	if mode == "" {
		l.seen.Has("mail.mta_sts", "invalid", "what is served is no policy")
		return
	}
	l.seen.Has("mail.mta_sts", mode, "")
}
