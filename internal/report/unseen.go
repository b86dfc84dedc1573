package report

import (
	"cmp"
	"slices"

	"trustaudit/internal/audit"
	"trustaudit/internal/run"
)

// maxUnseen bounds the reasons that are told apart.
const maxUnseen = 500

// unseen counts what was in scope and not looked at, by target and reason.
type unseen map[place]int64

type place struct {
	target audit.Target
	reason string
}

func (u unseen) add(target audit.Target, reason string, n int64) {
	key := place{target, reason}
	if _, known := u[key]; !known && len(u) >= maxUnseen {
		key.reason = "other reasons"
	}
	u[key] += n
}

// rows lists the reasons by target, those that concern most first.
func (u unseen) rows() []audit.NotLookedAt {
	var rows []audit.NotLookedAt
	for key, n := range u {
		rows = append(rows, audit.NotLookedAt{Target: key.target, Reason: key.reason, Count: n})
	}
	slices.SortFunc(rows, func(a, b audit.NotLookedAt) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return rows
}

// notLookedAt joins what the run missed with what the facts say was not read.
// That the scan has not finished is one thing, however many probes it concerns.
func notLookedAt(targets []run.Target, s *Survey) []audit.NotLookedAt {
	all := unseen{}
	for _, t := range targets {
		for _, m := range t.Misses {
			if m.Reason == run.Unfinished {
				all[place{t.ID, m.Reason}] = 1
				continue
			}
			all.add(t.ID, m.Probe+": "+m.Reason, 1)
		}
	}
	for _, row := range s.unseen.rows() {
		all.add(row.Target, row.Reason, row.Count)
	}
	return all.rows()
}
