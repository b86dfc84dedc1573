package identify_test

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/audit"
	"trustaudit/internal/identify"
	"trustaudit/internal/identify/birthdate"
	"trustaudit/internal/identify/nhsnumber"
	"trustaudit/internal/identify/postcode"
)

// found is one match as scanner and oracle report it.
type found struct {
	Kind     string
	From, To int
	Value    uint64
}

// watchedScanner returns a function that says what the scanner's own loop finds
// in a text.
func watchedScanner() func(text string) []found {
	var all []found
	kinds := []identify.Kind{birthdate.Kind, nhsnumber.Kind, postcode.Kind}
	for i := range kinds {
		name, weigh := kinds[i].Name, kinds[i].Weigh
		kinds[i].Weigh = func(c *identify.Context, at int, m *identify.Match) bool {
			ok := weigh(c, at, m)
			if ok {
				all = append(all, found{name, at, m.End, m.Value})
			}
			return ok
		}
	}
	s := identify.NewScanner(identify.Config{Kinds: kinds, Key: audit.NewKey([32]byte{1}), Now: now})
	return func(text string) []found {
		all = nil
		s.Reset()
		s.Text([]byte(text))
		s.Finish()
		return all
	}
}

// The oracle says the same with regular expressions, place by place.
var (
	oracleSeparators = func() []string {
		all := []string{" ", "-", ".", "\u00a0", "\u202f", "\u3000"}
		for r := '\u2000'; r <= '\u200a'; r++ {
			all = append(all, string(r))
		}
		return append(all, "\u2010", "\u2011", "\u2012", "\u2013")
	}()
	oraclePlain      = regexp.MustCompile(`^[0-9]{10}`)
	oracleGroups     = oracleGroupPatterns()
	oracleBadAfter   = regexp.MustCompile(`^(?:[0-9A-Za-z]|\.[1-9]|\.0[0-9A-Za-z]|-[0-9])`)
	oraclePhone      = regexp.MustCompile(`(?:(?:^|[^0-9])0[0-9]{0,4}|\+[0-9]{1,5}) $`)
	oraclePostcode   = regexp.MustCompile(`^([A-Z]{1,2}[0-9][0-9A-Z]?)(?: {0,2}|\x{00A0}| {1,2}\x{00A0})([0-9][ABD-HJLNP-UW-Z]{2})(?:[^0-9A-Za-z]|$)`)
	oracleNumeric    = regexp.MustCompile(`^([0-9]{1,2})([-/.])([0-9]{1,2})([-/.])([0-9]{4}|[0-9]{2})(?:[^0-9A-Za-z]|$)`)
	oracleISO        = regexp.MustCompile(`^([0-9]{4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})(?:[^0-9A-Za-z]|$)`)
	oracleWords      = regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]{0,3}(January|Jan|February|Feb|March|Mar|April|Apr|May|June|Jun|July|Jul|August|Aug|September|Sept|Sep|October|Oct|November|Nov|December|Dec)[ ,./-]{0,3}([0-9]{4}|[0-9]{2})(?:[^0-9A-Za-z]|$)`)
	oracleBefore     = regexp.MustCompile(`(?:[0-9A-Za-z][-.]?|[+$])$`)
	oracleComma      = regexp.MustCompile(`[0-9A-Za-z],$`)
	oracleOther      = regexp.MustCompile(`[^0-9]`)
	oracleDateBefore = regexp.MustCompile(`(?:[0-9A-Za-z]|[0-9][-/.])$`)
	oracleOutcode    = identify.ReadWords("outcodes.txt")
)

func oracleGroupPatterns() (all []*regexp.Regexp) {
	for _, sep := range oracleSeparators {
		q := regexp.QuoteMeta(sep)
		all = append(all, regexp.MustCompile(`^([0-9]{3})`+q+`([0-9]{3})`+q+`([0-9]{4})`))
	}
	// A line may end instead of one of two spaces.
	return append(all, regexp.MustCompile(`^([0-9]{3})(?: ([0-9]{3})\r?\n|\r?\n([0-9]{3}) )([0-9]{4})`))
}

func oracleMatches(text string) []found {
	var all []found
	for i := 0; i < len(text); {
		word := i > 0 && identify.IsWord(text[i-1])
		var f found
		switch {
		case identify.IsDigit(text[i]) && !(i > 0 && identify.IsDigit(text[i-1])):
			if f = oracleDate(text, i); f.To == 0 {
				f = oracleNumber(text, i)
			}
		case identify.IsUpper(text[i]) && !word:
			f = oracleCode(text, i)
		}
		if f.To == 0 {
			i++
			continue
		}
		all = append(all, f)
		i = f.To
		for i < len(text) && identify.IsDigit(text[f.To-1]) && identify.IsDigit(text[i]) {
			i++
		}
	}
	return all
}

func oracleNumber(text string, i int) found {
	before, rest := text[:i], text[i:]
	end, grouped := 0, false
	if m := oraclePlain.FindString(rest); m != "" {
		end = 10
	} else {
		for _, p := range oracleGroups {
			if m := p.FindString(rest); m != "" {
				end, grouped = len(m), true
			}
		}
	}
	if end == 0 || oracleBadAfter.MatchString(rest[end:]) || oracleBefore.MatchString(before) ||
		strings.HasSuffix(before, "\xa3") ||
		grouped && (oracleComma.MatchString(before) || oraclePhone.MatchString(before)) {
		return found{}
	}
	digits := oracleOther.ReplaceAllString(rest[:end], "")
	v, _ := strconv.ParseUint(digits, 10, 64)
	return found{"nhs-number", i, i + end, v}
}

func oracleDate(text string, i int) found {
	before, rest := text[:i], text[i:]
	if oracleDateBefore.MatchString(before) {
		return found{}
	}
	var day, month, year, to int
	if m := oracleNumeric.FindStringSubmatchIndex(rest); m != nil && rest[m[4]:m[5]] == rest[m[8]:m[9]] {
		day, month, year, to = number(rest, m, 1), number(rest, m, 3), number(rest, m, 5), m[11]
		if month > 12 && day <= 12 {
			day, month = month, day
		}
	} else if m := oracleISO.FindStringSubmatchIndex(rest); m != nil && rest[m[4]:m[5]] == rest[m[8]:m[9]] {
		day, month, year, to = number(rest, m, 5), number(rest, m, 3), number(rest, m, 1), m[11]
	} else if m := oracleWords.FindStringSubmatchIndex(rest); m != nil {
		month = 1 + strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", rest[m[4]:m[4]+3])/3
		day, year, to = number(rest, m, 1), number(rest, m, 3), m[7]
	} else {
		return found{}
	}
	if year < 100 {
		if year += 2000; year > now.Year() {
			year -= 100
		}
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year < 1800 || date.Day() != day || int(date.Month()) != month || date.After(now) || date.Before(now.AddDate(-120, 0, -1)) {
		return found{}
	}
	if month == 1 && day == 1 && (year == 1900 || year == 1901) {
		return found{}
	}
	return found{"date-of-birth", i, i + to, uint64(year*10000 + month*100 + day)}
}

func number(text string, m []int, group int) int {
	n, _ := strconv.Atoi(text[m[2*group]:m[2*group+1]])
	return n
}

func oracleCode(text string, i int) found {
	m := oraclePostcode.FindStringSubmatchIndex(text[i:])
	if m == nil {
		return found{}
	}
	out, in := text[i+m[2]:i+m[3]], text[i+m[4]:i+m[5]]
	if out[0] == 'Z' && !oracleOutcode.Has([]byte(out)) {
		return found{}
	}
	var v uint64
	for _, ch := range []byte(out + in) {
		v = v<<8 | uint64(ch)
	}
	return found{"postcode", i, i + m[5], v}
}

// TestOracle compares the scanner with the oracle on text made of pieces of
// identifiers.
func TestOracle(t *testing.T) {
	pieces := []string{"0", "1", "7", "12", "19", "58", "943", "476", "5919", "9434765919", "1958", "2031", " ", " ", "-", ".", "/", ",",
		"\n", "'", "^", "|", "+", "$", "£", "\u00a0", "\u3000", "\u2011", "EX4", "M1", "W1A", "8AG", "1AA", "0BC", "ZZ99", "Mar", "March", "May", "Sept", "th", "st",
		"x", "X", "ab", "é", "(", ")", "943 476 5919", "12/03/1958", "12.3.58", "1958-03-12", "12 March 1958", "EX4 8AG", "M11AA"}
	r := rand.New(rand.NewPCG(11, 12))
	matches, scanMatches := 0, watchedScanner()
	for range 20_000 {
		var b strings.Builder
		for range 2 + r.IntN(14) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		text := b.String()
		got, want := scanMatches(text), oracleMatches(text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
		matches += len(got)
	}
	if matches < 4_000 {
		t.Errorf("only %d matches were compared", matches)
	}
}
