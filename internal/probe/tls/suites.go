package tls

import (
	"context"
	"slices"

	"trustaudit/internal/probe/tls/fact"
)

// maxNamed is how many suites of a weak kind are named.
const maxNamed = 3

// suites finds out which kinds of suites a version accepts, beginning with the
// first offer: what was chosen is left out of the next, until none is accepted.
// Kinds that a later version accepted are known already.
func (l *look) suites(ctx context.Context, first offer) {
	if !first.accepted() {
		return
	}
	v := first.version
	l.take(first, suiteName(first.flight.suite))
	for _, portion := range portions(v) {
		for left := l.rest(portion); len(left) > 0; left = l.rest(portion) {
			o := l.firmly(ctx, hello{version: v, suites: left})
			if why := o.unclear(); why != "" && !o.accepted() {
				l.lacks("tls.suite", v.name+": "+why)
				return
			}
			if !o.accepted() {
				break
			}
			chosen := suiteName(o.flight.suite)
			if !slices.ContainsFunc(left, func(s suite) bool { return s.name == chosen }) {
				l.lacks("tls.suite", v.name+": it chose a suite that was not offered")
				return
			}
			l.take(o, chosen)
		}
	}
}

// take keeps what a suite was chosen with.
func (l *look) take(o offer, chosen string) {
	if l.chosen == nil {
		l.chosen = map[version][]string{}
	}
	l.chosen[o.version] = append(l.chosen[o.version], chosen)
	k := kindOf(chosen)
	if !slices.Contains(l.known, k) && l.named(k) >= k.worthNaming() {
		l.known = append(l.known, k)
	}
	if o.flight.group != 0 {
		l.group(groupName(o.flight.group))
	}
	// In which group nobody agrees on keys with an unknown does not matter.
	if bits := o.flight.finite; bits > 0 && k.class != fact.Anonymous && (l.fact.FiniteBits == 0 || bits < l.fact.FiniteBits) {
		l.fact.FiniteBits = bits
	}
}

// worthNaming is how many suites of a kind are of interest.
func (k kind) worthNaming() int {
	switch k.class {
	case fact.CBCSHA1, fact.CBCSHA2, fact.ShortTag, fact.AEAD:
		return 1
	}
	return maxNamed
}

// named is how many suites of a kind were chosen.
func (l *look) named(k kind) int {
	n := 0
	for _, names := range l.chosen {
		for _, name := range names {
			if kindOf(name) == k {
				n++
			}
		}
	}
	return n
}

// rest leaves out the suites that need not be asked about any more.
func (l *look) rest(left []suite) []suite {
	return slices.DeleteFunc(slices.Clone(left), func(s suite) bool {
		if slices.Contains(l.known, kindOf(s.name)) {
			return true
		}
		for _, names := range l.chosen {
			if slices.Contains(names, s.name) {
				return true
			}
		}
		return false
	})
}

func (l *look) group(name string) {
	if !slices.Contains(l.fact.Groups, name) {
		l.fact.Groups = append(l.fact.Groups, name)
	}
}

// groups asks for the groups that nobody chooses who has better ones: weak curves
// before TLS 1.3, and in it those that withstand a quantum computer.
func (l *look) groups(ctx context.Context, o offer) {
	if !o.accepted() {
		return
	}
	h := hello{version: o.version, groups: weakGroups}
	if o.version == tls13 {
		h.groups, h.keyless = hybridGroups, true
	} else if h.suites = l.curved(o.version); len(h.suites) == 0 {
		return
	}
	if slices.ContainsFunc(h.groups, func(g group) bool { return slices.Contains(l.fact.Groups, g.name) }) {
		return
	}
	a := l.firmly(ctx, h)
	switch {
	case a.accepted() && a.flight.group != 0:
		l.group(groupName(a.flight.group))
	case a.spoke(): // by whatever alert: the same hello with other groups was accepted
	case a.unclear() != "":
		l.lacks("tls.group", a.unclear())
	}
}

// curved are the suites of a version that were chosen and use a curve.
func (l *look) curved(v version) []suite {
	return slices.DeleteFunc(slices.Clone(suites), func(s suite) bool {
		return !s.fits(v) || fact.ExchangeOf(s.name) != fact.Ephemeral || !slices.Contains(l.chosen[v], s.name)
	})
}

// order finds out whose order of suites holds, by offering the first and the last
// that were chosen the other way round.
func (l *look) order(ctx context.Context) {
	for _, v := range []version{tls12, tls11, tls10, ssl30} {
		chosen := l.chosen[v]
		if len(chosen) < 2 {
			continue
		}
		first, last := chosen[0], chosen[len(chosen)-1]
		var both []suite
		for _, name := range []string{last, first} {
			both = append(both, suites[slices.IndexFunc(suites, func(s suite) bool { return s.name == name })])
		}
		o := l.firmly(ctx, hello{version: v, suites: both})
		switch {
		case o.accepted() && suiteName(o.flight.suite) == first:
			l.fact.Order = fact.ServersOrder
		case o.accepted():
			l.fact.Order = fact.ClientsOrder
		default:
			l.lacks("tls.order", "the endpoint accepts no more what it accepted before")
		}
		return
	}
}
