package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"trustaudit/internal/probe/content/fact"
)

// survey adds up the outcomes of many files.
type survey struct {
	files     map[place]*[allDetectors]counts
	numbers   map[place]counts
	records   counts
	kinds     map[string]*kindUse
	negatives struct {
		files, bytes          int64 // that were read
		identifiable, numbers int64 // wrongly
	}
	templates map[string]counts // of generated files
	wrong     []outcome
}

// place is where a figure belongs. An empty corpus is all of a group, an empty
// group all there is.
type place struct {
	corpus string
	group  group
}

// kindUse is in how many files a kind of identifier was accepted, and how often.
type kindUse struct {
	inPositives, inNegatives int64
	occurrences              int64
}

func newSurvey() *survey {
	return &survey{files: map[place]*[allDetectors]counts{}, numbers: map[place]counts{}, kinds: map[string]*kindUse{}, templates: map[string]counts{}}
}

// add takes a file into account.
func (s *survey) add(o outcome) {
	numbers := o.countNumbers()
	for _, p := range []place{{o.corpus, o.truth.Group}, {"", o.truth.Group}, {}} {
		if s.files[p] == nil {
			s.files[p] = new([allDetectors]counts)
		}
		for d := range allDetectors {
			s.files[p][d].add(o.judge(d))
		}
		sum := s.numbers[p]
		sum.add(numbers)
		s.numbers[p] = sum
	}
	s.records.add(o.countRecords())
	s.addKinds(&o)
	s.addNegative(&o)
	verdict := o.judge(ours)
	sum := s.templates[o.truth.Format]
	sum.add(verdict)
	s.templates[o.truth.Format] = sum
	if verdict.FP+verdict.FN+verdict.UnreadPositive+numbers.FP+numbers.FN > 0 {
		s.wrong = append(s.wrong, o)
	}
}

func (s *survey) addKinds(o *outcome) {
	for kind, n := range o.kinds {
		use := s.kinds[kind]
		if use == nil {
			use = &kindUse{}
			s.kinds[kind] = use
		}
		use.occurrences += n.Count
		switch o.truth.Answer {
		case positive:
			use.inPositives++
		case negative:
			use.inNegatives++
		}
	}
}

func (s *survey) addNegative(o *outcome) {
	if o.truth.Answer != negative || o.status != fact.Read && o.status != fact.Partial {
		return
	}
	n := &s.negatives
	n.files++
	n.bytes += o.size
	n.numbers += max(0, o.numbers-o.truth.Numbers)
	if o.identifiable {
		n.identifiable++
	}
}

// places are the rows of a table, in order: corpora, then groups, then all if
// that is more than the one group.
func (s *survey) places() []place {
	order := []group{textual, documents, rest, ""}
	all := slices.SortedFunc(maps.Keys(s.files), func(a, b place) int {
		if (a.corpus == "") != (b.corpus == "") {
			return -cmp.Compare(a.corpus, b.corpus)
		}
		return cmp.Or(cmp.Compare(a.corpus, b.corpus), cmp.Compare(slices.Index(order, a.group), slices.Index(order, b.group)))
	})
	if n := len(all); n > 1 && *s.files[all[n-1]] == *s.files[all[n-2]] {
		return all[:n-1]
	}
	return all
}

func (p place) String() string {
	switch {
	case p.corpus != "":
		return fmt.Sprintf("%s\t%s", p.corpus, p.group)
	case p.group != "":
		return fmt.Sprintf("ALL\t%s", p.group)
	}
	return "ALL\tall"
}
