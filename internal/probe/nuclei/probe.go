// Package nuclei asks web servers what templates say, through the helper that runs
// them, and tells what was matched in the words of the policy.
package nuclei

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"trustaudit/internal/audit"
	"trustaudit/internal/channel"
	"trustaudit/internal/converse"
	"trustaudit/internal/nuclei"
	"trustaudit/internal/probe"
)

// Name is the probe's.
const Name = "nuclei"

// questions are those of the shipped templates, a line each. Reading the templates
// takes longer than a program should take to start; a test holds the two equal.
//
//go:embed questions.txt
var questions string

// Probe looks at web servers by the templates that are part of the binary.
var Probe = of(strings.Split(strings.TrimSpace(questions), "\n"), nuclei.Shipped)

// Of returns the probe that looks by other templates.
func Of(set *nuclei.Set) probe.Probe {
	return of(set.Words(), func() *nuclei.Set { return set })
}

func of(words []string, set func() *nuclei.Set) probe.Probe {
	return probe.Probe{
		Name:    Name,
		Doc:     doc(words),
		Phase:   audit.FollowUp,
		Plan:    plan,
		Observe: func(ctx context.Context, s *probe.Session) error { return observe(ctx, s, set()) },
		Facts:   []audit.Fact{channel.Seen{}},
	}
}

func doc(words []string) string {
	return `Looks at web servers, once they are known for such, for what they show to anyone who asks: portals in clear, consoles, listings of files, stored jobs, backups.

Each question is a request of its own, or a few in a row, one connection at a time, without a password, a cookie from elsewhere or a body: ` +
		`"` + strings.Join(words, `"; "`) + `". Where a question says that it goes where it leads, up to three redirects on the same host and port are followed. After a question without an answer a server is left alone.`
}

// plan looks at what was seen to speak HTTP, redirects to TLS and proxies excepted.
func plan(t audit.Target, f audit.Fact) []probe.Look {
	seen, ok := f.(channel.Seen)
	if !ok || seen.Service != "http" && seen.Service != "https" || !slices.ContainsFunc(seen.Traits, shows) {
		return nil
	}
	return []probe.Look{{Target: audit.Target("tcp://" + seen.Endpoint), Subject: seen.Service}}
}

// shows says whether a trait is one of a server that may show something.
func shows(t channel.Trait) bool {
	return t.Name == "encryption" && slices.Contains([]string{"always", "none", "none-pages", "none-refusals"}, t.Value)
}

func observe(ctx context.Context, s *probe.Session, set *nuclei.Set) error {
	service, address := s.Unit.Subject, s.Unit.Target.Endpoint()
	if service != "http" && service != "https" || address == "" {
		return fmt.Errorf("look by templates: %s of %s is no web server", service, s.Unit.Target)
	}
	seen := channel.Seen{Endpoint: address, Service: service}
	answers, err := ask(ctx, s, service, address)
	if ctx.Err() != nil {
		return fmt.Errorf("look by templates at %s: %w", address, ctx.Err())
	}
	for _, trait := range set.Traits(service) {
		if err != nil {
			seen.Lacks(trait, converse.Why(ctx, err))
			continue
		}
		tell(&seen, set, trait, answers)
	}
	return s.Emit(seen)
}

func ask(ctx context.Context, s *probe.Session, service, address string) ([]nuclei.Line, error) {
	if s.Ask == nil {
		return nil, errAbsent
	}
	return s.Ask(ctx, service, address)
}

var errAbsent = errors.New("the helper trustaudit-nuclei is not there")

// tell says what was matched of a trait. Where nothing was, and every question was
// answered, it says so.
func tell(seen *channel.Seen, set *nuclei.Set, trait string, answers []nuclei.Line) {
	matched, unanswered := 0, 0
	for _, l := range answers {
		t := set.Template(l.Template)
		switch {
		case t == nil && l.Error != "" && asksFor(set, l.Question, trait):
			unanswered++
		case t == nil || t.Trait != trait || has(seen, *t):
		default:
			matched++
			seen.Has(trait, t.Value, detail(*t, l.Version))
		}
	}
	if unanswered > 0 {
		seen.Lacks(trait, fmt.Sprintf("the server did not answer %d of the questions", unanswered))
	} else if matched == 0 {
		seen.Has(trait, "none", "")
	}
}

// asksFor says whether a question could have told the trait.
func asksFor(set *nuclei.Set, question int, trait string) bool {
	return question >= 0 && question < len(set.Questions) &&
		slices.ContainsFunc(set.Questions[question].Templates, func(id string) bool { return set.Template(id).Trait == trait })
}

func has(seen *channel.Seen, t nuclei.Template) bool {
	return slices.ContainsFunc(seen.Traits, func(have channel.Trait) bool { return have.Name == t.Trait && have.Value == t.Value })
}

// versions are what is believed to be one: nothing that could name somebody.
var versions = regexp.MustCompile(`^[0-9]{1,4}(\.[0-9]{1,4}){1,3}$`)

func detail(t nuclei.Template, version string) string {
	if versions.MatchString(version) && converse.Mask(version) == version {
		return t.Detail + ", version " + version
	}
	return t.Detail
}
