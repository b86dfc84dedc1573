package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"trustaudit/internal/probe/content/fact"
)

// perusal is how well files were read: which were, whether the numbers that are
// known to be in them came out, and whether their seals were told.
type perusal struct {
	formats map[string]*readCounts
	seals   map[[2]string]int // by what is true and what was said
	wrong   []string
}

// readCounts are of the files of one format.
type readCounts struct {
	files, readable      int // readable: text can be had from them
	read, partial        int // of the readable
	withNumbers, found   int // files that have numbers, and those of which all were found
	sealed, unread, left int // of all: sealed; unreadable; skipped
}

func newPerusal() *perusal {
	return &perusal{formats: map[string]*readCounts{}, seals: map[[2]string]int{}}
}

// add takes a file into account.
func (r *perusal) add(o *outcome) {
	family, _, _ := strings.Cut(strings.NewReplacer("/", " ", "+", " ", ">", " ", "-", " ").Replace(strings.ToLower(o.truth.Format)), " ")
	for _, name := range []string{family, ""} {
		c := r.formats[name]
		if c == nil {
			c = &readCounts{}
			r.formats[name] = c
		}
		c.add(o)
	}
	if o.truth.Extractable && o.status != fact.Read && o.status != fact.Partial {
		r.note(o, "NOT READ")
	}
	if o.truth.Extractable && !o.allFound() {
		r.note(o, fmt.Sprintf("LACKS %d of %d numbers", o.truth.Numbers-o.numbers, o.truth.Numbers))
	}
	if o.truth.Seal == "none" || o.truth.Seal == "weak" || o.truth.Seal == "strong" {
		r.seals[[2]string{o.truth.Seal, o.seal}]++
		if o.truth.Seal != o.seal {
			r.note(o, fmt.Sprintf("SEAL %s, not %s", o.seal, o.truth.Seal))
		}
	}
}

// allFound reports whether the numbers of a file were found: in it, or in its
// name, which is then masked and counts for one.
func (o *outcome) allFound() bool {
	found := o.numbers
	if o.named {
		found++
	}
	return found >= o.truth.Numbers
}

func (r *perusal) note(o *outcome, what string) {
	r.wrong = append(r.wrong, fmt.Sprintf("%s: %s [%s, %s] %s %s", what, o.name, o.truth.Format, o.format, o.status, o.reason))
}

func (c *readCounts) add(o *outcome) {
	c.files++
	switch o.status {
	case fact.Sealed:
		c.sealed++
	case fact.Unreadable:
		c.unread++
	case fact.Skipped:
		c.left++
	}
	if !o.truth.Extractable {
		return
	}
	c.readable++
	switch o.status {
	case fact.Read:
		c.read++
	case fact.Partial:
		c.partial++
	}
	if o.truth.Numbers > 0 {
		c.withNumbers++
		if o.allFound() {
			c.found++
		}
	}
}

// print writes the tables.
func (r *perusal) print(w io.Writer, list bool) {
	table(w, "corpus: how files were read, by format as truth.tsv calls it", func(row func(string, ...any)) {
		row("format\tfiles\tsealed\tunreadable\tskipped\twith text\tread\tin part\tread %%\twith numbers\tall found\tfound %%")
		for _, name := range r.order() {
			c := r.formats[name]
			row("%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t%s", cmp.Or(name, "ALL"), c.files, c.sealed, c.unread, c.left, c.readable, c.read, c.partial,
				percent(ratio(c.read+c.partial, c.readable)), c.withNumbers, c.found, percent(ratio(c.found, c.withNumbers)))
		}
	})
	grades := []string{"none", "weak", "strong"}
	table(w, "corpus: seals, of the file or of what lies in it", func(row func(string, ...any)) {
		row("truth\tsaid none\tweak\tstrong\trecall")
		for _, is := range grades {
			row("%s\t%d\t%d\t%d\t%s", is, r.seals[[2]string{is, "none"}], r.seals[[2]string{is, "weak"}], r.seals[[2]string{is, "strong"}], percent(r.recall(is)))
		}
	})
	if list {
		slices.Sort(r.wrong)
		fmt.Fprintf(w, "\ncorpus: files that were not read in full\n  %s\n", strings.Join(r.wrong, "\n  "))
	}
}

// order lists the formats, the most frequent first, all of them at the end.
func (r *perusal) order() []string {
	return slices.SortedFunc(maps.Keys(r.formats), func(a, b string) int {
		if (a == "") != (b == "") {
			return -cmp.Compare(a, b)
		}
		return cmp.Or(cmp.Compare(r.formats[b].files, r.formats[a].files), cmp.Compare(a, b))
	})
}

func ratio(part, whole int) float64 { return float64(part) / float64(whole) }

// recall is the share of the files of a grade that were given it.
func (r *perusal) recall(is string) float64 {
	all := 0
	for pair, n := range r.seals {
		if pair[0] == is {
			all += n
		}
	}
	return ratio(r.seals[[2]string{is, is}], all)
}

// promise notes the bars that the reading is held to.
func (r *perusal) promise(s *study) {
	all := r.formats[""]
	if all == nil {
		return
	}
	share := func(what string, got, least float64) {
		if math.IsNaN(got) {
			return // there are none
		}
		s.promise(fmt.Sprintf("%s, %s or more", what, percent(least)), percent(got), got >= least)
	}
	share("corpus: files with text are read", ratio(all.read+all.partial, all.readable), 0.99)
	share("corpus: all numbers found in files that have some", ratio(all.found, all.withNumbers), 0.98)
	share("corpus: weak seals told", r.recall("weak"), 0.97)
	share("corpus: strong seals told", r.recall("strong"), 0.97)
	share("corpus: no seal where there is none", r.recall("none"), 0.995)
}
