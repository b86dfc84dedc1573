package standard

import (
	"fmt"
	"time"

	"trustaudit/internal/audit"
)

// Warnings says what a reader must know of the edition before believing a
// judgement by it, for a scan that ran from one time until another.
func Warnings(e *audit.Edition, from, until time.Time) []string {
	var words []string
	switch e.Status {
	case audit.EditionDraft:
		words = append(words, fmt.Sprintf("Edition %s is a draft: its outcomes and required levels may still change.", e.ID))
	case audit.EditionSuperseded:
		words = append(words, fmt.Sprintf("Edition %s has been superseded.", e.ID))
	}
	first, last := from.UTC().Format(time.DateOnly), until.UTC().Format(time.DateOnly)
	if first < e.From || last > e.Until {
		words = append(words, fmt.Sprintf("The scan (%s to %s) lies outside the year of edition %s (%s to %s).",
			first, last, e.ID, e.From, e.Until))
	}
	count := map[audit.Confidence]int{}
	for _, o := range e.Outcomes() {
		count[o.Confidence]++
	}
	if inferred, memory := count[audit.RowInferred], count[audit.RowMemory]; inferred+memory > 0 {
		words = append(words, fmt.Sprintf("The required level is not confirmed for %d of %d outcomes (%d inferred, %d from memory): what rests on one of them says so.",
			inferred+memory, len(e.Outcomes()), inferred, memory))
	}
	return words
}
