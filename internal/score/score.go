// Package score holds results against an edition of the standard. It is pure:
// the same results, adjudications, claims and attestations lead to the same
// opinions, whatever order they come in.
//
// It promises to be honest before it is useful. A scan refutes an outcome or
// caps its level; it may support one, and never proves it. What is refuted,
// capped, supported and not assessed are four different things. Supported is
// an outcome only where everything that bears on it was looked at and was
// clean. The assessor's word stands beside what the evidence leaves, and
// neither changes the other.
package score

import (
	"fmt"
	"regexp"
	"strings"

	"trustaudit/internal/audit"
)

// Statement is one indicator of an outcome ("NA#2") and whether it is true of
// the trust.
type Statement struct {
	Indicator string
	True      bool
}

var indicator = regexp.MustCompile(`^(NA|PA|A)#[1-9][0-9]?$`)

// LevelByRule is the level rule of the CAF: not achieved if any of the
// not-achieved statements is true; else achieved if all achieved statements
// are; else partially achieved if all of the partial ones are; else not
// achieved. A level without statements cannot be reached.
func LevelByRule(statements []Statement) (audit.Level, error) {
	total, held := map[string]int{}, map[string]int{}
	for _, s := range statements {
		parts := indicator.FindStringSubmatch(s.Indicator)
		if parts == nil {
			return "", fmt.Errorf("apply the level rule: %q is no indicator such as NA#1, PA#2 or A#3", s.Indicator)
		}
		total[parts[1]]++
		if s.True {
			held[parts[1]]++
		}
	}
	all := func(class string) bool { return total[class] > 0 && held[class] == total[class] }
	switch {
	case held["NA"] > 0:
		return audit.NotAchieved, nil
	case all("A"):
		return audit.Achieved, nil
	case all("PA"):
		return audit.PartiallyAchieved, nil
	}
	return audit.NotAchieved, nil
}

// levelWords puts a level in words.
func levelWords(l audit.Level) string { return strings.ReplaceAll(string(l), "_", " ") }

// plural puts a count and its noun in words.
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
