package identifytest_test

import (
	"strings"
	"testing"

	"trustaudit/internal/identify"
	"trustaudit/internal/identify/all"
	"trustaudit/internal/identifytest"
)

// TestPrecedence holds which kind takes what could be of several.
func TestPrecedence(t *testing.T) {
	kinds := all.Kinds()
	finder := identify.NewFinder(kinds)
	for text, want := range map[string]string{
		"07911 123456":           "phone",
		"0161 496 0000":          "phone",
		"020 7946 0123":          "phone",
		"+44 161 496 0000":       "phone",
		"+44 7700 900 123":       "phone",
		"(01632) 960909":         "phone",
		"943 476 5919":           "nhs-number",
		"9434765919":             "nhs-number",
		"Hospital no 9434765919": "nhs-number",
		"Hospital no 943476591":  "hospital-number",
		"12 March 1958":          "date-of-birth",
		"12 March Road":          "address",
		"01/02/1958":             "date-of-birth",
		"01.02.1958 12 Mill Lane, Exeter EX4 8AG": "date-of-birth address postcode",
		"12 Mill Lane EX4 8AG 01632 960909":       "address postcode phone",
		"AB 12 34 57 C":                           "nino",
		"MRN AB123457":                            "hospital-number",
		"Practice code L83012":                    "organisation",
		"Hospital no L83012":                      "hospital-number",
		"ada@gmail.com 07911 123456":              "email phone",
	} {
		c := identify.Context{Text: []byte(text), Now: identifytest.Now}
		var got []string
		finder.Find(&c, new(identify.Sweep), 0, len(c.Text), func(k uint8, at int, m identify.Match) int {
			if kinds[k].Name != "name" {
				got = append(got, kinds[k].Name)
			}
			return m.End
		})
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
