package converse

import (
	"bytes"
	"regexp"
	"strings"
)

// maxLine bounds what is kept of a line.
const maxLine = 200

// What a service says of itself may still name a patient or a member of staff.
// Version numbers and addresses are kept; longer runs of digits, digits grouped
// like telephone or NHS numbers, dates and times, and e-mail addresses are not.
var (
	mailLike  = regexp.MustCompile(`[^\s<>"']+@[^\s<>"']+`)
	spaced    = regexp.MustCompile(`\d+(?: \d+)+`)
	joined    = regexp.MustCompile(`\d+(?:[/:-]\d+)+`)
	dotted    = regexp.MustCompile(`\b\d{1,2}\.\d{1,2}\.\d{4}\b`)
	digitRuns = regexp.MustCompile(`\d{5,}`)
)

// How many digits in groups are still shown: a reply code before an address
// ("220 10.0.0.5") is no telephone number.
const (
	maxSpaced = 7
	maxJoined = 5
)

// Clean returns the first line of what a service said, fit to be kept:
// printable ASCII, masked, at most 200 bytes.
func Clean(said []byte) string {
	line := bytes.TrimLeft(said, "\r\n")
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	// Masking sees more than is kept, so that the cut leaves no half of a number.
	line = line[:min(len(line), 2*maxLine)]
	text := Mask(strings.Map(printable, string(line)))
	return strings.TrimSpace(text[:min(len(text), maxLine)])
}

func printable(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r < 0x20 || r > 0x7e:
		return '.'
	}
	return r
}

// Mask blots out e-mail addresses and all digits that could be an identifier.
func Mask(text string) string {
	text = mailLike.ReplaceAllString(text, "(e-mail)")
	text = dotted.ReplaceAllStringFunc(text, blot)
	text = digitRuns.ReplaceAllStringFunc(text, blot)
	text = spaced.ReplaceAllStringFunc(text, blotOver(maxSpaced))
	return joined.ReplaceAllStringFunc(text, blotOver(maxJoined))
}

// blotOver returns a function that blots groups of more than allowed digits.
func blotOver(allowed int) func(string) string {
	return func(group string) string {
		if strings.Count(blot(group), "#") <= allowed {
			return group
		}
		return blot(group)
	}
}

func blot(s string) string { return strings.Map(blotDigit, s) }

func blotDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return '#'
	}
	return r
}
