package channel

import (
	"cmp"
	"strings"

	"trustaudit/internal/audit"
)

// Judge is the fold of every check that goes by the policy: it judges the traits
// that the policy gives to the check, on one endpoint.
func Judge(p *audit.Pass) audit.Fold { return &fold{pass: p, policy: Shipped()} }

// maxSeen bounds the facts kept of one endpoint: each probe emits one, some a few.
const maxSeen = 64

// fold keeps the facts until the last, since one may name the product that
// another lacks, and with it the setting that mends it.
type fold struct {
	pass   *audit.Pass
	policy *Policy
	seen   []Seen
	more   int64
}

func (f *fold) See(fact audit.Fact) {
	seen, ok := fact.(Seen)
	switch {
	case !ok:
	case len(f.seen) == maxSeen:
		f.more++
	default:
		f.seen = append(f.seen, seen)
	}
}

func (f *fold) End() {
	product := ""
	for _, s := range f.seen {
		product = cmp.Or(product, s.Product)
	}
	for _, s := range f.seen {
		for _, t := range s.Traits {
			if f.mine(t.Name) {
				f.judge(s, t, product)
			}
		}
		for _, u := range s.Untold {
			if f.mine(u.Name) {
				f.pass.Unread(1, f.policy.traits[u.Name].words+": "+u.Reason)
			}
		}
	}
	if f.more > 0 {
		f.pass.Unread(f.more, "more was seen of one endpoint than can be held together")
	}
}

func (f *fold) mine(trait string) bool { return f.policy.traits[trait].check == f.pass.Check.ID }

func (f *fold) judge(s Seen, t Trait, product string) {
	v := f.policy.Judge(t, product, s.Service)
	if !v.Known {
		f.pass.Unread(1, f.policy.traits[t.Name].words+": "+unruled(t))
		return
	}
	f.pass.Seen(1)
	if v.Severity == 0 {
		return
	}
	f.pass.Found(s.Endpoint, v.Severity, audit.Evidence{
		Locator: s.Endpoint + " " + strings.TrimSpace(t.Name+" "+t.Value), Excerpt: v.Words(), Setting: v.Remedy,
	})
}

// Words says a verdict in a line: what is wrong, since when, and by which clause.
func (v Verdict) Words() string {
	words := v.Reason
	var notes []string
	if v.Since != "" {
		notes = append(notes, "weak since "+v.Since)
	}
	if len(v.Clauses) > 0 {
		notes = append(notes, strings.Join(v.Clauses, ", "))
	}
	if len(notes) > 0 {
		words += " (" + strings.Join(notes, "; ") + ")"
	}
	return words
}
