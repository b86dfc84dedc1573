package main

import (
	"fmt"
	"math"

	"trustaudit/internal/probe/content/fact"
)

// counts are judgements against the truth.
type counts struct {
	TP, FP, FN, TN int64
	Unread         int64 // not judged, since they could not be read
	UnreadPositive int64 // of these, how many hold a patient
	Aside          int64 // not judged, since the truth is not certain
}

func (c *counts) add(d counts) {
	c.TP += d.TP
	c.FP += d.FP
	c.FN += d.FN
	c.TN += d.TN
	c.Unread += d.Unread
	c.UnreadPositive += d.UnreadPositive
	c.Aside += d.Aside
}

// precision, recall and f1 are NaN where there is nothing to reckon them from.
func (c counts) precision() float64 { return share(c.TP, c.TP+c.FP) }
func (c counts) recall() float64    { return share(c.TP, c.TP+c.FN) }
func (c counts) f1() float64        { return share(2*c.TP, 2*c.TP+c.FP+c.FN) }

func share(part, whole int64) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return float64(part) / float64(whole)
}

// percent writes a share, cut rather than rounded: what falls short of a bar
// must not read as if it met it.
func percent(f float64) string {
	if math.IsNaN(f) {
		return "-"
	}
	return fmt.Sprintf("%.2f", math.Floor(10_000*f+1e-9)/100)
}

// pair compares two numbers of things, found and there.
func pair(found, there int64) counts {
	both := min(found, there)
	return counts{TP: both, FP: found - both, FN: there - both}
}

// detector is who judged.
type detector int

// The detectors that are measured.
const (
	ours detector = iota
	checksumAlone
	keywordNear
	keywordFar
	allDetectors
)

func (d detector) String() string {
	return [...]string{"trustaudit", "mod 11 alone", "mod 11 + keyword in 30", "mod 11 + keyword in 300"}[d]
}

// says is what a detector makes of the file.
func (o *outcome) says(d detector) bool {
	switch d {
	case checksumAlone:
		return o.naive.number
	case keywordNear:
		return o.naive.within(30)
	case keywordFar:
		return o.naive.within(naiveReach)
	}
	return o.identifiable
}

// judge counts the file for a detector. A file that could not be read is a miss
// if it is of a text format and its truth says that text can be had from it;
// else it is counted apart.
func (o *outcome) judge(d detector) counts {
	said := o.says(d)
	switch want := o.truth.Answer; {
	case want == aside:
		return counts{Aside: 1}
	case said && want == positive:
		return counts{TP: 1}
	case said:
		return counts{FP: 1}
	case want == positive && (o.status == fact.Read || o.truth.Group == textual && o.truth.Extractable):
		return counts{FN: 1}
	case want == positive:
		return counts{Unread: 1, UnreadPositive: 1}
	case o.status != fact.Read:
		return counts{Unread: 1}
	}
	return counts{TN: 1}
}

// countNumbers compares the distinct NHS numbers of a file that could be read.
func (o *outcome) countNumbers() counts {
	if o.truth.Answer == aside {
		return counts{Aside: 1}
	}
	if o.status != fact.Read && o.numbers == 0 {
		return counts{Unread: 1}
	}
	return pair(o.numbers, o.truth.Numbers)
}

// countRecords compares the records of a file whose records are known.
func (o *outcome) countRecords() counts {
	if o.truth.Records < 0 {
		return counts{}
	}
	return pair(o.records, o.truth.Records)
}
