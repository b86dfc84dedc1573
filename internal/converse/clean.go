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
// like telephone or NHS numbers, dates and times, e-mail addresses, names with a
// title and postcodes are not.
var (
	mailLike  = regexp.MustCompile(`[^\s<>"']+@[^\s<>"']+`)
	spaced    = regexp.MustCompile(`\d+(?: \d+)+`)
	joined    = regexp.MustCompile(`\d+(?:[/:-]\d+)+`)
	dotted    = regexp.MustCompile(`\b\d{1,2}\.\d{1,2}\.\d{4}\b`)
	digitRuns = regexp.MustCompile(`\d{5,}`)
	titled    = regexp.MustCompile(`\b((?i:mrs|mr|ms|miss|mx|master|dr|prof|professor|doctor|nurse|sister|sir|dame|lady|lord|rev))\b\.?(?:[ ._]+[A-Z][A-Za-z'-]*)+`)
	postcode  = regexp.MustCompile(`\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}\b`)
	// A date in words of recent years is that of a greeting or a build.
	inWords = regexp.MustCompile(`\b\d{1,2}(?:st|nd|rd|th)?[ -](?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?[ -](?:1[89]\d\d|200\d)\b`)
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

// Mask blots out e-mail addresses, names with a title, postcodes, and all
// digits that could be an identifier.
func Mask(text string) string {
	text = mailLike.ReplaceAllString(text, "(e-mail)")
	text = titled.ReplaceAllString(text, "$1 (name)")
	text = postcode.ReplaceAllString(text, "(postcode)")
	text = inWords.ReplaceAllString(text, "(date)")
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
