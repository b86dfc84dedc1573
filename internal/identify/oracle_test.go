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
	"trustaudit/internal/identify/chinumber"
	"trustaudit/internal/identify/hcnumber"
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
	kinds := []identify.Kind{birthdate.Kind, chinumber.Kind, hcnumber.Kind, nhsnumber.Kind, postcode.Kind}
	for i := range kinds {
		kind := kinds[i]
		kinds[i].Weigh = nil
		kinds[i].Parse = func(c *identify.Context, at int) (identify.Match, bool) {
			m, ok := kind.Find(c, at)
			if ok {
				all = append(all, found{kind.Name, at, m.End, m.Value})
			}
			return m, ok
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
	oracleForms      = oracleFormPatterns()
	oraclePhone      = regexp.MustCompile(`(?:(?:^|[^0-9])0[0-9]{0,4}|\+[0-9]{1,5}) $`)
	oracleWordBehind = regexp.MustCompile(`^[A-Z][A-Za-z]{0,` + strconv.Itoa(identify.MaxWord-1) + `}`)
	oraclePostcode   = regexp.MustCompile(`^([A-Z]{1,2}[0-9][0-9A-Z]?)(?: {0,2}|\x{00A0}| {1,2}\x{00A0})([0-9][ABD-HJLNP-UW-Z]{2})(?:[^0-9A-Za-z]|$)`)
	oracleNumeric    = regexp.MustCompile(`^([0-9]{1,2})([-/.])([0-9]{1,2})([-/.])([0-9]{4}|[0-9]{2})(?:[^0-9A-Za-z]|$)`)
	oracleISO        = regexp.MustCompile(`^([0-9]{4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})(?:[^0-9A-Za-z]|$)`)
	oracleWords      = regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th)?[ ,./-]{0,3}(January|Jan|February|Feb|March|Mar|April|Apr|May|June|Jun|July|Jul|August|Aug|September|Sept|Sep|October|Oct|November|Nov|December|Dec)[ ,./-]{0,3}([0-9]{4}|[0-9]{2})(?:[^0-9A-Za-z]|$)`)
	oracleBefore     = regexp.MustCompile(`(?:[0-9A-Za-z][-.#]?|[+$]|£|€)$`)
	oracleFloat      = regexp.MustCompile(`^\.0(?:[^0-9A-Za-z]|$)`)
	oracleOther      = regexp.MustCompile(`[^0-9]`)
	oracleStamp      = regexp.MustCompile(`(?s)^[T :][0-2][0-9]:[0-9].`)
	oracleDateBefore = regexp.MustCompile(`(?:[0-9A-Za-z]|[0-9][-/.])$`)
	oracleGoesOn     = regexp.MustCompile(`^\.[0-9]`)
	oracleProgram    = regexp.MustCompile(`[A-Za-z]-$`)
	oracleOutcode    = identify.ReadWords("outcodes.txt")
)

// oracleForm is a way of writing ten digits.
type oracleForm struct {
	pattern *regexp.Regexp
	form    string // "plain", "threes", or what wants a label
	apart   string // what parts the groups, when that is ASCII and no space
	first   int    // digits of the first of two groups
}

func oracleFormPatterns() (all []oracleForm) {
	add := func(form, apart, pattern string) {
		all = append(all, oracleForm{pattern: regexp.MustCompile("^" + pattern), form: form, apart: apart})
	}
	blanks := map[int]string{1: ` `, 2: `(?:\x{A0}|\x{AD})`, 3: `(?:[\x{2000}-\x{200D}]|\x{202F}|\x{2060}|\x{3000}|\x{FEFF})`}
	lines := map[int]string{1: `\n`, 2: `\r\n`, 3: `\n> `, 4: `\r\n> `}
	add("plain", "", `[0-9]{10}`)
	threes := func(form, apart, one, two string) {
		add(form, apart, `[0-9]{3}`+one+`[0-9]{3}`+two+`[0-9]{4}`)
	}
	pairs := [][2]int{{1, 1}, {1, 2}, {2, 1}, {2, 2}, {1, 3}, {3, 1}, {3, 3}, {1, 4}} // widths that the shapes know
	for _, p := range pairs {
		for _, gaps := range [][2]map[int]string{{blanks, blanks}, {blanks, lines}, {lines, blanks}} {
			if gaps[0][p[0]] != "" && gaps[1][p[1]] != "" {
				threes("threes", "", gaps[0][p[0]], gaps[1][p[1]])
			}
		}
	}
	for _, sep := range []string{"-", ".", "  ", " - ", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212"} {
		threes("threes", signOf(sep), regexp.QuoteMeta(sep), regexp.QuoteMeta(sep))
	}
	for _, sep := range []string{"/", "_", ",", ":", "|", "\u00b7"} {
		threes("parted", signOf(sep), regexp.QuoteMeta(sep), regexp.QuoteMeta(sep))
	}
	for first, widths := range map[int][]int{3: {1, 3}, 5: {1, 2, 3}, 6: {1, 2}} {
		two := func(apart, gap string) {
			add("parted", apart, `[0-9]{`+strconv.Itoa(first)+`}`+gap+`[0-9]{`+strconv.Itoa(10-first)+`}`)
			all[len(all)-1].first = first
		}
		for _, w := range widths {
			two("", blanks[w])
			two("", lines[w])
		}
		two("-", "-")
		if first != 6 {
			two("", `(?:[\x{2010}-\x{2015}]|\x{2212})`)
		}
	}
	return all
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
	for _, f := range oracleForms {
		m := f.pattern.FindString(text[i:])
		if m == "" || !oracleAlone(text[:i], text[i+len(m):], f) {
			continue
		}
		digits := oracleOther.ReplaceAllString(m, "")
		v, _ := strconv.ParseUint(digits, 10, 64)
		kind := oracleScheme(digits)
		if f.form == "parted" && !(kind == "chi-number" && f.first == 6) { // nothing calls it a number
			return found{}
		}
		if kind == "" || f.form != "plain" && !nhsnumber.Valid(v) || v%1111111111 == 0 {
			return found{}
		}
		return found{kind, i, i + len(m), v}
	}
	return found{}
}

// signOf returns the ASCII sign that a separator begins with.
func signOf(sep string) string {
	if sep[0] == ' ' || sep[0] >= 0x80 {
		return ""
	}
	return sep[:1]
}

// oracleScheme returns the kind of a number that somebody issues.
func oracleScheme(digits string) string {
	switch lead := digits[:2]; {
	case lead >= "40" && lead < "80", lead >= "90":
		return "nhs-number"
	case lead >= "32" && lead < "40":
		return "hc-number"
	}
	for _, century := range []string{"19", "20"} {
		if _, err := time.Parse("02012006", digits[:4]+century+digits[4:6]); err == nil {
			return "chi-number"
		}
	}
	return ""
}

// oracleAlone reports whether a number is no part of something longer, in a
// text that has no labels.
func oracleAlone(before, after string, f oracleForm) bool {
	digitBehind := func(sep string) bool {
		return strings.HasPrefix(after, sep) && len(after) > len(sep) && identify.IsDigit(after[len(sep)])
	}
	digitBefore := func(sep string) bool {
		head, ok := strings.CutSuffix(before, sep)
		return ok && head != "" && identify.IsDigit(head[len(head)-1])
	}
	word := oracleWordBehind.FindString(after)
	switch {
	case oracleBefore.MatchString(before), digitBehind(""), digitBehind("-"),
		digitBehind(".") && !(f.form == "plain" && oracleFloat.MatchString(after)),
		f.apart != "" && (digitBehind(f.apart) || digitBefore(f.apart)),
		f.form == "threes" && oraclePhone.MatchString(before),
		f.form == "parted" && (digitBehind(" ") || digitBefore(" ")):
		return false
	case word != "":
		return strings.Trim(word, "ABCDEFabcdef") != "" && (!digitBehind(word) || strings.EqualFold(word, "dob"))
	}
	return after == "" || !identify.IsLetter(after[0])
}

func oracleDate(text string, i int) found {
	before, rest := text[:i], text[i:]
	if oracleDateBefore.MatchString(before) {
		return found{}
	}
	var day, month, year, to int
	if m := oracleNumeric.FindStringSubmatchIndex(rest); m != nil && rest[m[4]:m[5]] == rest[m[8]:m[9]] {
		if rest[m[4]] == '.' && oracleGoesOn.MatchString(rest[m[11]:]) {
			return found{}
		}
		if m[11]-m[10] == 2 && rest[m[4]] == '.' && oracleProgram.MatchString(before) {
			return found{}
		}
		day, month, year, to = number(rest, m, 1), number(rest, m, 3), number(rest, m, 5), m[11]
		if month > 12 && day <= 12 {
			day, month = month, day
		}
	} else if m := oracleISO.FindStringSubmatchIndex(rest); m != nil && rest[m[4]:m[5]] == rest[m[8]:m[9]] {
		day, month, year, to = number(rest, m, 5), number(rest, m, 3), number(rest, m, 1), m[11]
		if year < 100 { // written with four digits
			return found{}
		}
	} else if m := oracleWords.FindStringSubmatchIndex(rest); m != nil {
		month = 1 + strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", rest[m[4]:m[4]+3])/3
		day, year, to = number(rest, m, 1), number(rest, m, 3), m[7]
	} else {
		return found{}
	}
	if after := rest[to:]; oracleStamp.MatchString(after) && !strings.HasPrefix(after[1:], "00:00") {
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
		"x", "X", "ab", "é", "(", ")", "943 476 5919", "0101580002", "010158 0002", "3201234567", "94347", "65919", "4765919", "NOK", "Hz", "\u200b", "\u00ad", "\r\n", "> ", "_", ":", "·", "€", "#", "12/03/1958", "12.3.58", "1958-03-12", "12 March 1958", "EX4 8AG", "M11AA"}
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
